import * as vscode from 'vscode';

/**
 * Files that a guest's program includes are assembly too, whatever their names say: where VS Code knows no language for one,
 * it becomes ours, when it is open and whenever it is opened. Whoever sets it back to plain text has it so until it is closed.
 */
export class IncludedSources implements vscode.Disposable {
  private readonly included = new Set<string>();
  /** Open documents whose language was set here. */
  private readonly changed = new Set<string>();
  private readonly subscriptions: vscode.Disposable;

  constructor() {
    this.subscriptions = vscode.Disposable.from(
      vscode.workspace.onDidOpenTextDocument((document) => this.adopt(document)),
      // A document whose language changes is closed and opened too, but is not gone.
      vscode.workspace.onDidCloseTextDocument((document) => {
        if (document.isClosed) this.changed.delete(document.uri.toString());
      }),
    );
  }

  /** Takes URIs of files that a program includes. */
  add(uris: readonly string[]): void {
    for (const uri of uris) this.included.add(vscode.Uri.parse(uri).toString());
    for (const document of vscode.workspace.textDocuments) this.adopt(document);
  }

  dispose(): void {
    this.subscriptions.dispose();
  }

  private adopt(document: vscode.TextDocument): void {
    const uri = document.uri.toString();
    if (document.languageId !== 'plaintext' || !this.included.has(uri) || this.changed.has(uri)) return;
    this.changed.add(uri);
    void vscode.languages.setTextDocumentLanguage(document, 'riscv-asm');
  }
}
