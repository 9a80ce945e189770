import * as vscode from 'vscode';
import { request, type Sessions } from './sessions';

/** Values beside source lines of the guest, and the narration beside lines of the VMM. */
export class VmmInlineValues implements vscode.InlineValuesProvider {
  readonly onDidChangeInlineValues: vscode.Event<void>;

  constructor(private readonly sessions: Sessions) {
    this.onDidChangeInlineValues = sessions.onDidChange;
  }

  async provideInlineValues(
    document: vscode.TextDocument,
    viewPort: vscode.Range,
    context: vscode.InlineValueContext,
  ): Promise<vscode.InlineValue[]> {
    const session = this.sessions.active;
    if (!session) return [];
    const { uri } = document;
    // The machine may have gone on since VS Code asked: then the frame is no more, and old values would be wrong ones.
    const answer = request(session, 'hyperstep/inlineValues', {
      frameId: context.frameId,
      path: uri.scheme === 'file' ? uri.fsPath : uri.toString(true),
      startLine: viewPort.start.line + 1,
      endLine: Math.min(viewPort.end.line, context.stoppedLocation.end.line) + 1,
    }).catch(() => ({ values: [] }));
    const { values } = await answer;
    return values
      .filter(({ line }) => line <= document.lineCount)
      .map(({ line, text }) => new vscode.InlineValueText(document.lineAt(line - 1).range, text));
  }
}
