import * as vscode from 'vscode';
import { expansionScheme, listingScheme } from './language-server/protocol';

/** How long after a change of a source its documents are made anew, in milliseconds. */
const settling = 400;

/** Whether the language server made the text of a document: it is none of its sources. */
export function isVirtual({ scheme }: vscode.Uri): boolean {
  return scheme === expansionScheme || scheme === listingScheme;
}

/** Read-only documents that the language server makes: what a macro call stands for, and what each line of a source became. */
export class VirtualDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.#changed.event;
  readonly #subscriptions: vscode.Disposable;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly textOf: (uri: vscode.Uri) => Promise<string | undefined>) {
    this.#subscriptions = vscode.Disposable.from(
      ...[expansionScheme, listingScheme].map((scheme) =>
        vscode.workspace.registerTextDocumentContentProvider(scheme, this),
      ),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (!isVirtual(document.uri)) this.#schedule();
      }),
      vscode.commands.registerCommand('hyperstep.showExpansion', (uri?: vscode.Uri, line?: number) =>
        this.#show(expansionScheme, uri, line),
      ),
      vscode.commands.registerCommand('hyperstep.showListing', (uri?: vscode.Uri) => this.#show(listingScheme, uri, 0)),
    );
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    return (await this.textOf(uri)) ?? '# The source is not open any more.\n';
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#subscriptions.dispose();
    this.#changed.dispose();
  }

  async #show(scheme: string, uri: vscode.Uri | undefined, line: number | undefined): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    const source = uri ?? editor?.document.uri;
    if (!source || isVirtual(source)) return;
    const at = line ?? editor?.selection.active.line ?? 0;
    const name = source.path.slice(source.path.lastIndexOf('/') + 1);
    const path = scheme === listingScheme ? `/${name}.lst` : `/${name} line ${at + 1}.s`;
    const query = JSON.stringify({ uri: source.toString(), ...(scheme === expansionScheme ? { line: at } : {}) });
    const target = vscode.Uri.from({ scheme, path, query });
    // What it shows may be older than the source.
    this.#changed.fire(target);
    const document = await vscode.workspace.openTextDocument(target);
    await vscode.window.showTextDocument(document, {
      viewColumn: vscode.ViewColumn.Beside,
      preview: true,
      preserveFocus: true,
    });
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      for (const { uri } of vscode.workspace.textDocuments) if (isVirtual(uri)) this.#changed.fire(uri);
    }, settling);
  }
}
