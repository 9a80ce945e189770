import * as vscode from 'vscode';
import type { BaseLanguageClient, Middleware } from 'vscode-languageclient';

/** Whether a guest is being debugged: then the values beside its lines are the machine's. */
const isDebugging = (): boolean => vscode.debug.activeDebugSession?.type === 'hyperstep';

/**
 * Values that the assembler knows stand beside the lines while nothing is debugged. Beside those of the machine they would be of another
 * program: that in the editor, as it is now.
 */
export const inlayValues: Required<Pick<Middleware, 'provideInlayHints'>> = {
  async provideInlayHints(document, range, token, next) {
    const hints = await next(document, range, token);
    return isDebugging() ? hints?.filter(({ kind }) => kind !== vscode.InlayHintKind.Parameter) : hints;
  },
};

/** Has the editors ask for their hints again when debugging begins and ends. */
export function refreshInlayValues(client: BaseLanguageClient): vscode.Disposable {
  return vscode.debug.onDidChangeActiveDebugSession(() => {
    const feature = client.getFeature('textDocument/inlayHint');
    for (const { document } of vscode.window.visibleTextEditors)
      feature.getProvider(document)?.onDidChangeInlayHints.fire();
  });
}
