import * as vscode from 'vscode';
import { activateExtension } from './activate';
import { WorkerDebugAdapter } from './debug/worker-adapter';
import type { Host } from './host';
import { runnerInWorker } from './runner/start-worker';

const browserHost: Host = {
  programsAre: 'uris',
  async createLanguageClient(context, options) {
    const { LanguageClient } = await import('vscode-languageclient/browser');
    return new LanguageClient('hyperstep', 'HyperStep', options, startWorker(context, 'language-server'));
  },
  createDebugAdapterFactory(context) {
    return {
      createDebugAdapterDescriptor: () =>
        new vscode.DebugAdapterInlineImplementation(new WorkerDebugAdapter(startWorker(context, 'debug-adapter'))),
    };
  },
  startRunner: (context) => runnerInWorker(startWorker(context, 'runner')),
};

/** Machine and assembler run in workers of their own: never in the extension host, which all extensions share. */
function startWorker(context: vscode.ExtensionContext, name: string): Worker {
  return new Worker(vscode.Uri.joinPath(context.extensionUri, `dist/web/${name}.js`).toString(true));
}

export function activate(context: vscode.ExtensionContext): void {
  activateExtension(context, browserHost);
}
