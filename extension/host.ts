import type { DebugAdapterDescriptorFactory, ExtensionContext } from 'vscode';
import type { BaseLanguageClient, LanguageClientOptions } from 'vscode-languageclient';
import type { RunnerProcess } from './runner/client';

/** What differs between VS Code on a desktop or server (Node) and in a browser (a Web Worker). */
export interface Host {
  /** The guest's files as the debug adapter of this host takes them: paths of the file system, or URIs. */
  readonly programsAre: 'paths' | 'uris';
  /** Asynchronous, since the library of the client is evaluated only when it is used: activation must be quick. */
  createLanguageClient(context: ExtensionContext, options: LanguageClientOptions): Promise<BaseLanguageClient>;
  createDebugAdapterFactory(context: ExtensionContext): DebugAdapterDescriptorFactory;
  startRunner(context: ExtensionContext): RunnerProcess;
}
