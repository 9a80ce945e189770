import * as vscode from 'vscode';

/** What the language server found about a document that is not RISC-V's. */
interface Foreign {
  readonly uri: string;
  readonly architecture?: string;
  readonly reason?: string;
}

/** Says in the status bar why a file of another architecture gets no diagnostics. */
export class ForeignStatus implements vscode.Disposable {
  readonly #known = new Map<string, Foreign>();
  readonly #item = vscode.window.createStatusBarItem('hyperstep.foreign', vscode.StatusBarAlignment.Right, 100);
  readonly #subscription = vscode.window.onDidChangeActiveTextEditor(() => this.#show());

  constructor() {
    this.#item.name = 'HyperStep: another architecture';
  }

  note(foreign: Foreign): void {
    const uri = vscode.Uri.parse(foreign.uri).toString();
    if (foreign.architecture === undefined) this.#known.delete(uri);
    else this.#known.set(uri, foreign);
    this.#show();
  }

  #show(): void {
    const document = vscode.window.activeTextEditor?.document;
    const foreign = document && this.#known.get(document.uri.toString());
    if (!foreign) {
      this.#item.hide();
      return;
    }
    this.#item.text = `$(circle-slash) ${foreign.architecture}, not RISC-V`;
    this.#item.tooltip = `HyperStep does not check this file: ${foreign.reason}. A project file (hyperstep.json) that names it says otherwise.`;
    this.#item.show();
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#item.dispose();
  }
}
