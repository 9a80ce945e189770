import { goesOnAfterComment, type JoinedLines, joinLines } from './joined-lines';
import { type Line, parseLine } from './statement';

/** A change of a text: the half-open range that is replaced (0-based lines, UTF-16 columns) and its new text. */
export interface TextEdit {
  readonly startLine: number;
  readonly startColumn: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly text: string;
}

const lineEnding = /\r\n|\n|\r/;

/**
 * One source text as parsed lines. Immutable: an edit gives a new SourceText that shares every line that the edit does
 * not touch, with all that has been computed for it.
 */
export class SourceText {
  private constructor(
    readonly path: string,
    /** Whether the C preprocessor's subset applies (`.S`, `.sx` and what they include). */
    readonly preprocessed: boolean,
    readonly lines: readonly Line[],
  ) {}

  static parse(path: string, text: string, preprocessed = isPreprocessedPath(path)): SourceText {
    const lines: Line[] = [];
    // Lines of one text share their statements, with all that is computed for those: sources repeat themselves.
    const known = new Map<string, Line>();
    let inComment = false;
    for (const lineText of linesIn(text)) {
      const before: Line | undefined = inComment ? undefined : known.get(lineText);
      const line: Line = before ? { ...before } : parseLine(lineText, inComment, preprocessed);
      if (!before && !inComment) known.set(lineText, line);
      inComment = line.endsInComment;
      lines.push(line);
    }
    return new SourceText(path, preprocessed, lines);
  }

  /** The text with `\n` line endings. */
  get text(): string {
    return this.lines.map((line) => line.text).join('\n');
  }

  /** The line at `index`, with those joined to it that its last statement goes on in; undefined when it ends by itself. */
  joined(index: number): JoinedLines | undefined {
    const line = this.lines[index]!;
    if (line.continues === 'none') return undefined;
    if (line.continues === 'comment' && !goesOnAfterComment(this.lines, index + 1)) return undefined;
    return joinLines(line, this.preprocessed, () => this.lines[++index]?.text);
  }

  /** Lines `from` up to `to` as a source of their own, to which no preprocessor applies. */
  part(from: number, to: number): SourceText {
    return new SourceText(this.path, false, this.lines.slice(from, to));
  }

  /** Applies one edit, parsing only the lines that it touches (and those whose comment state it changes). */
  edit(edit: TextEdit): SourceText {
    const last = this.lines.length - 1;
    const startLine = clamp(edit.startLine, last);
    const endLine = Math.max(startLine, clamp(edit.endLine, last));
    const before = this.lines[startLine]!.text.slice(0, Math.max(0, edit.startColumn));
    const after = this.lines[endLine]!.text.slice(Math.max(0, edit.endColumn));
    const texts = linesIn(before + edit.text + after);

    const replaced: Line[] = [];
    let inComment = this.lines[startLine]!.startsInComment;
    for (const text of texts) {
      const line = parseLine(text, inComment, this.preprocessed);
      inComment = line.endsInComment;
      replaced.push(line);
    }
    let next = endLine + 1;
    while (next <= last && this.lines[next]!.startsInComment !== inComment) {
      const line = parseLine(this.lines[next]!.text, inComment, this.preprocessed);
      inComment = line.endsInComment;
      replaced.push(line);
      next++;
    }
    const lines = this.lines.slice(0, startLine).concat(replaced, this.lines.slice(next));
    return new SourceText(this.path, this.preprocessed, lines);
  }
}

/** Most texts have one kind of line ending, which takes no pattern to find. */
function linesIn(text: string): string[] {
  return text.includes('\r') ? text.split(lineEnding) : text.split('\n');
}

/** Whether gcc would preprocess a source of this name. */
export function isPreprocessedPath(path: string): boolean {
  return /\.(S|sx|h|H|inc\.S)$/.test(path);
}

function clamp(line: number, last: number): number {
  return Math.min(Math.max(0, Math.trunc(line) || 0), last);
}
