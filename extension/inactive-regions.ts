import * as vscode from 'vscode';
import type { InactiveRegionsParams } from './language-server/protocol';

/** Dims the lines that `#if` and `.if` leave out, as the language server found them. */
export class InactiveRegions implements vscode.Disposable {
  readonly #decoration = vscode.window.createTextEditorDecorationType({ opacity: '0.55', isWholeLine: true });
  readonly #regions = new Map<string, readonly vscode.Range[]>();
  readonly #subscriptions = vscode.Disposable.from(
    vscode.window.onDidChangeVisibleTextEditors(() => this.#decorate()),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#regions.delete(uri.toString())),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('hyperstep.inactiveRegions')) this.#decorate();
    }),
  );

  note({ uri, ranges }: InactiveRegionsParams): void {
    const known = ranges.map(
      ({ start, end }) => new vscode.Range(start.line, start.character, end.line, end.character),
    );
    this.#regions.set(vscode.Uri.parse(uri).toString(), known);
    this.#decorate();
  }

  /** What is dimmed in a document. */
  of(uri: vscode.Uri): readonly vscode.Range[] {
    return this.#regions.get(uri.toString()) ?? [];
  }

  dispose(): void {
    this.#subscriptions.dispose();
    this.#decoration.dispose();
  }

  #decorate(): void {
    const wanted = vscode.workspace.getConfiguration('hyperstep').get('inactiveRegions.dim', true);
    for (const editor of vscode.window.visibleTextEditors) {
      const regions = this.#regions.get(editor.document.uri.toString());
      if (regions) editor.setDecorations(this.#decoration, wanted ? [...regions] : []);
    }
  }
}
