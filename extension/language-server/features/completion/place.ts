import { parseLine, type SourceText } from '../../ide/assembly';

/** Where in a source something is being written. */
export type Place = {
  /** The word before the cursor, with a `%`, `\` or `#` in front of it. */
  readonly word: string;
  /** Column at which it begins. */
  readonly start: number;
} & (
  | { readonly kind: 'statement' }
  /** `#` and the name of a preprocessor directive. */
  | { readonly kind: 'preprocessor' }
  /** Behind a preprocessor directive. */
  | { readonly kind: 'preprocessor-operand'; readonly directive: string }
  /** A path in quotes or angle brackets, up to the cursor. */
  | { readonly kind: 'path'; readonly path: string; readonly angled: boolean }
  | {
      readonly kind: 'operand';
      /** In lower case; `=` for an assignment. */
      readonly command: string;
      /** The number of commas before. */
      readonly operand: number;
      /** The operand up to the cursor. */
      readonly text: string;
    }
);

/** Stands for what is not written yet: a character that is part of a name. */
const cursor = '\u00a7';

/** The place at the end of the first columns of a line; undefined in comments and strings. */
export function placeAt(source: SourceText, number: number, column: number): Place | undefined {
  const { text: whole, startsInComment } = source.lines[number]!;
  const text = whole.slice(0, column);
  const word = /[%\\#]?[A-Za-z_.$\u0080-\uffff][\w.$\u0080-\uffff]*$|[%\\#.]$|\d\w*$/.exec(text)?.[0] ?? '';
  const at = { word, start: text.length - word.length };
  if (source.preprocessed && !startsInComment && /^\s*#/.test(text)) return preprocessorPlace(text, at);
  const line = parseLine(text + cursor, startsInComment, false);
  const statement = line.statements.at(-1);
  if (!statement || line.endsInComment || statement.end < text.length) {
    // A label or separator ends the text, or a comment holds the cursor.
    return /(^|[\s;:])$/.test(text.slice(0, at.start)) && !isComment(text, startsInComment)
      ? { ...at, kind: 'statement' }
      : undefined;
  }
  const { kind, operandsStart, end, key } = statement;
  if (kind === 'assignment') return operandPlace(at, '=', text.slice(operandsStart));
  if (kind !== 'command' || operandsStart >= end || operandsStart > at.start)
    return kind === 'command' || kind === 'none' ? { ...at, kind: 'statement' } : undefined;
  const command = key.replace(cursor, '');
  const before = text.slice(operandsStart);
  const quote = openQuote(before);
  if (quote < 0) return operandPlace(at, command, before);
  const path = before.slice(quote + 1);
  return /^\.(include|incbin)$/.test(command)
    ? { ...pathAt(path, text), kind: 'path', path, angled: false }
    : undefined;
}

function isComment(text: string, startsInComment: boolean): boolean {
  const line = parseLine(`${text}${cursor}`, startsInComment, false);
  return (
    line.endsInComment ||
    !line.statements.some(({ end, start, name }) => Math.max(end, start + name.length) > text.length)
  );
}

type Word = Pick<Place, 'word' | 'start'>;

function operandPlace(at: Word, command: string, before: string): Place {
  const comma = before.lastIndexOf(',');
  return { ...at, kind: 'operand', command, operand: before.split(',').length - 1, text: before.slice(comma + 1) };
}

function preprocessorPlace(text: string, at: Word): Place | undefined {
  const [, directive = '', rest = ''] = /^\s*#\s*(\w*)(.*)$/.exec(text) ?? [];
  if (rest === '') return { word: `#${directive}`, start: text.indexOf('#'), kind: 'preprocessor' };
  if (directive !== 'include') return { ...at, kind: 'preprocessor-operand', directive };
  const path = /^\s*(["<])([^">]*)$/.exec(rest);
  return path ? { ...pathAt(path[2]!, text), kind: 'path', path: path[2]!, angled: path[1] === '<' } : undefined;
}

/** Of a path, the part after the last slash is what is being written. */
function pathAt(path: string, text: string): Word {
  const word = path.slice(path.lastIndexOf('/') + 1);
  return { word, start: text.length - word.length };
}

/** The column of a quote that is not closed; -1 when there is none. */
function openQuote(text: string): number {
  let open = -1;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '"') open = open < 0 ? i : -1;
  }
  return open;
}
