import path from 'node:path';
import type ts from 'typescript';

/** A text made of parts of a source file and of others, with a source map that leads from those parts to the file. */
export class MappedText {
  private readonly pieces: (string | { readonly from: number; readonly to: number })[] = [];

  constructor(private readonly source: ts.SourceFile) {}

  /** Adds a part of the source. */
  copy(from: number, to: number): void {
    this.pieces.push({ from, to });
  }

  /** Adds what is not in the source. */
  add(text: string): void {
    this.pieces.push(text);
  }

  /** The text without its source map. */
  get plain(): string {
    const { text } = this.source;
    return this.pieces.map((piece) => (typeof piece === 'string' ? piece : text.slice(piece.from, piece.to))).join('');
  }

  /** The text, with its source map as a comment at its end. */
  toString(): string {
    const sources = [path.posix.basename(this.source.fileName)];
    const map = JSON.stringify({ version: 3, sources, names: [], mappings: this.mappings() });
    const encoded = Buffer.from(map).toString('base64');
    return `${this.plain}\n//# sourceMappingURL=data:application/json;base64,${encoded}\n`;
  }

  /** A segment for each word that was copied, as ECMA-426 wants it: the text's column, file, line and column as differences. */
  private mappings(): string {
    let mappings = '';
    let separator = '';
    let [column, mappedColumn, mappedLine, mappedSourceColumn] = [0, 0, 0, 0];
    const write = (text: string): void => {
      for (const _ of text.matchAll(/\n/g)) {
        mappings += ';';
        separator = '';
        [column, mappedColumn] = [0, 0];
      }
      column += text.length - (text.lastIndexOf('\n') + 1);
    };
    for (const piece of this.pieces) {
      if (typeof piece === 'string') {
        write(piece);
        continue;
      }
      for (const { 0: word, index } of this.source.text.slice(piece.from, piece.to).matchAll(/\s+|\w+|[^\s\w]/g)) {
        if (word.trim() !== '') {
          const { line, character } = this.source.getLineAndCharacterOfPosition(piece.from + index);
          const segment = [column - mappedColumn, 0, line - mappedLine, character - mappedSourceColumn];
          mappings += separator + segment.map(variableLength).join('');
          separator = ',';
          [mappedColumn, mappedLine, mappedSourceColumn] = [column, line, character];
        }
        write(word);
      }
    }
    return mappings;
  }
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** A number in digits of five bits, the lowest first, its sign in the lowest bit. */
function variableLength(value: number): string {
  let rest = value < 0 ? (-value << 1) | 1 : value << 1;
  let digits = '';
  do {
    const more = rest > 31 ? 32 : 0;
    digits += DIGITS[(rest & 31) | more];
    rest >>>= 5;
  } while (rest > 0);
  return digits;
}
