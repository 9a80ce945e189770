import { isClosedString, isOpenComment, skipCharacter, skipComment, skipString } from './lexer';
import { type Continuation, type Line, parseLine } from './statement';

/** Lines whose statements go on in each other, as one. */
export interface JoinedLines {
  readonly line: Line;
  /** Where each line after the first begins in the text of `line`. */
  readonly breaks: readonly number[];
}

/**
 * Joins a line whose last statement goes on over its end, in a block comment or a string, with the lines that it goes on in.
 * `following` gives the text of the next line each time it is asked; undefined at the end of the source.
 */
export function joinLines(first: Line, preprocessed: boolean, following: () => string | undefined): JoinedLines {
  let { continues } = first;
  const texts = [first.text];
  const breaks: number[] = [];
  let { length } = first.text;
  while (continues !== 'none') {
    const text = following();
    if (text === undefined) break;
    breaks.push(length + 1);
    texts.push(text);
    length += 1 + text.length;
    continues = continuationAfter(text, continues);
  }
  return { line: parseLine(texts.join('\n'), first.startsInComment, preprocessed), breaks };
}

/** Whether the statement that the line's open comment interrupts goes on behind it; `next` is the index of the line that follows. */
export function goesOnAfterComment(lines: readonly Line[], next: number): boolean {
  let line = lines[next];
  while (line?.startsInComment && line.statements.length === 0 && line.endsInComment) line = lines[++next];
  return line?.startsInComment === true && line.statements.length > 0;
}

/** What the statement that goes on in `text` goes on in at its end. */
function continuationAfter(text: string, before: Exclude<Continuation, 'none'>): Continuation {
  const { length } = text;
  let position = 0;
  if (before === 'comment') {
    const close = text.indexOf('*/');
    if (close < 0) return 'comment';
    position = close + 2;
  } else {
    const opened = `"${text}`;
    const end = skipString(opened, 0, opened.length);
    if (!isClosedString(opened, 0, end)) return 'string';
    position = end - 1;
  }
  while (position < length) {
    const c = text[position];
    if (c === '"') {
      const end = skipString(text, position, length);
      if (end === length && !isClosedString(text, position, end)) return 'string';
      position = end;
    } else if (c === "'") position = skipCharacter(text, position, length);
    else {
      const after = skipComment(text, position, length);
      if (after < 0) position++;
      else if (isOpenComment(text, position, after)) return 'comment';
      else position = after;
    }
  }
  return 'none';
}
