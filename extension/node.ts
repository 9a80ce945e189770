import * as vscode from 'vscode';
import { activateExtension } from './activate';
import type { Host } from './host';
import { startRunnerProcess } from './runner/start-process';

const nodeHost: Host = {
  programsAre: 'paths',
  async createLanguageClient(context, options) {
    const { LanguageClient, TransportKind } = await import('vscode-languageclient/node');
    const module = context.asAbsolutePath('dist/language-server.js');
    return new LanguageClient('hyperstep', 'HyperStep', { module, transport: TransportKind.stdio }, options);
  },
  createDebugAdapterFactory(context) {
    // For the command `node` VS Code uses its own runtime: a user needs no Node.
    const executable = new vscode.DebugAdapterExecutable('node', [context.asAbsolutePath('dist/debug-adapter.js')]);
    return { createDebugAdapterDescriptor: () => executable };
  },
  startRunner: (context) => startRunnerProcess(context.asAbsolutePath('dist/cli.js')),
};

export function activate(context: vscode.ExtensionContext): void {
  activateExtension(context, nodeHost);
}
