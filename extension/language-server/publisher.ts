import type { Diagnostic } from 'vscode-languageserver';
import type { ServerContext } from './context';
import type { TextEdit } from './ide/assembly';
import { keyOf } from './ide/keys';

/** Diagnostics by file. */
export type DiagnosticsByFile = ReadonlyMap<string, readonly Diagnostic[]>;

/** What has been said about each file: a file shows what all programs say about it, once. */
export class Publisher {
  /** By the name of the program that speaks. */
  readonly #said = new Map<string, DiagnosticsByFile>();
  /** What the client was sent last for each file, as text. */
  readonly #sent = new Map<string, string>();

  #asked = false;

  constructor(readonly context: ServerContext) {}

  /** Whether a program has said anything. */
  knows(program: string): boolean {
    return this.#said.has(program);
  }

  /** Replaces all that a program says. */
  publish(program: string, byFile: DiagnosticsByFile): void {
    const before = this.#said.get(program);
    if (byFile.size > 0) this.#said.set(program, byFile);
    else this.#said.delete(program);
    for (const key of new Set([...(before?.keys() ?? []), ...byFile.keys()])) this.#send(key);
  }

  /** What all programs say about a file. */
  diagnosticsOf(key: string): Diagnostic[] {
    const all = new Map<string, Diagnostic>();
    for (const byFile of this.#said.values()) {
      for (const diagnostic of byFile.get(key) ?? []) {
        all.set(JSON.stringify([diagnostic.range, diagnostic.message]), diagnostic);
      }
    }
    return [...all.values()];
  }

  /**
   * Between an edit and the next assembly: what stands in the edited lines is replaced by what they say by themselves, what stands
   * below moves with its lines.
   */
  edited(uri: string, edit: TextEdit, found: readonly Diagnostic[]): void {
    const key = keyOf(uri);
    const { startLine, endLine, text } = edit;
    const moved = text.split(/\r\n|\n|\r/).length - 1 - (endLine - startLine);
    let first = true;
    for (const [program, byFile] of this.#said) {
      const before = byFile.get(key);
      if (!before) continue;
      const after = before
        .filter(({ range }) => range.end.line < startLine || range.start.line > endLine)
        .map((diagnostic) => (diagnostic.range.start.line > endLine ? shifted(diagnostic, moved) : diagnostic));
      this.#said.set(program, new Map(byFile).set(key, first ? [...after, ...found] : after));
      first = false;
    }
    if (!first) this.#send(key);
  }

  #send(key: string): void {
    const { connection, workspace } = this.context;
    const uri = workspace.uriOf(key);
    const version = workspace.document(uri)?.version;
    const diagnostics = this.diagnosticsOf(key);
    const text = JSON.stringify([version, diagnostics]);
    if (this.#sent.get(key) === text) return;
    if (diagnostics.length > 0 || version !== undefined) this.#sent.set(key, text);
    else this.#sent.delete(key);
    this.#askToPull(key);
    void connection.sendDiagnostics({ uri, diagnostics, ...(version === undefined ? {} : { version }) });
  }

  /** A client that pulls diagnostics asks by itself after an edit, but not for other files that the edit changes something for. */
  #askToPull(key: string): void {
    const { connection, client, workspace } = this.context;
    if (!client.workspace?.diagnostics?.refreshSupport || this.#asked || !workspace.document(workspace.uriOf(key)))
      return;
    this.#asked = true;
    setTimeout(() => {
      this.#asked = false;
      connection.languages.diagnostics.refresh();
    }, 0);
  }
}

function shifted(diagnostic: Diagnostic, lines: number): Diagnostic {
  const { start, end } = diagnostic.range;
  const range = {
    start: { ...start, line: start.line + lines },
    end: { ...end, line: end.line + lines },
  };
  return { ...diagnostic, range };
}
