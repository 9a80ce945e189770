import type { Annotation, Word } from './annotation';
import { type Ending, endings, UNITS } from './test-options';

/** A part of the object `expect` that an annotation says. */
export interface SaidExpectation {
  readonly path: readonly string[];
  readonly value: unknown;
  /** One entry of a list to which others may be added. */
  readonly isOneOfMany: boolean;
}

const one = (path: readonly string[], value: unknown): SaidExpectation => ({ path, value, isOneOfMany: false });
const ofMany = (path: readonly string[], value: unknown): SaidExpectation => ({ path, value, isOneOfMany: true });

/**
 * What follows `expect`. @throws AnnotationError
 * @param source the file in which it stands: `here` is the line of it
 */
export function readExpectation(annotation: Annotation, source: string): SaidExpectation[] {
  const { next } = annotation;
  switch (next?.text) {
    case 'console':
      annotation.take('console');
      return [readConsole(annotation)];
    case 'exit':
      annotation.take('exit');
      return [one(['exit'], readEnding(annotation))];
    case 'exits': {
      annotation.take('exits');
      const isTotal = !annotation.next || /^[<>=!\d]/.test(annotation.next.text);
      const reason = isTotal ? 'total' : annotation.word('a reason').text;
      return [one(['exits', reason], annotation.upTo(0, 'a comparison such as < 10'))];
    }
    case 'instructions':
    case 'time':
      annotation.take(next.text);
      return [one([next.text], annotation.upTo(0, 'a comparison'))];
    case 'never':
      annotation.take('never');
      return [ofMany(['never'], readPlace(annotation, source).place)];
    case 'at':
    case 'here':
      return [ofMany(['at'], readPlace(annotation, source))];
    case 'memory':
      annotation.take('memory');
      return [placed(annotation, source, 'memory', readMemory)];
    default:
      return [
        placed(annotation, source, 'state', (expression, behind) =>
          expression.upTo(behind, 'what is expected, such as a0 == 42'),
        ),
      ];
  }
}

function readConsole(annotation: Annotation): SaidExpectation {
  for (const how of ['contains', 'lacks', 'matches'])
    if (annotation.take(how)) return ofMany(['console', how], annotation.quoted('a text'));
  annotation.take('is');
  return one(['console', 'is'], annotation.quoted('what is printed'));
}

function readEnding(annotation: Annotation): number | string | { killed: string } {
  const word = annotation.word('a code, or how it ends');
  if (/^\d+$/.test(word.text)) return Number(word.text);
  if (word.text === 'killed' && annotation.next) return { killed: annotation.word('why').text };
  if (!isEnding(word.text))
    annotation.fail(`an exit is a code, ${Object.keys(endings).join(', ')}, not '${word.text}'`, word);
  return word.text;
}

const isEnding = (text: string): text is Ending => Object.hasOwn(endings, text);

interface SaidPlace {
  readonly place: string;
  readonly arrival?: number | string;
  readonly within?: number;
}

/** `at PLACE [first|every|N] [within N]`, or `here` with the same. */
function readPlace(annotation: Annotation, source: string): SaidPlace {
  const isHere = annotation.take('here');
  if (!isHere && !annotation.take('at')) annotation.fail('at and a place, or here, is expected');
  const place = isHere ? `${source}:${annotation.line + 1}` : annotation.word('a label, or a line as guest.s:12').text;
  const said: { place: string; arrival?: number | string; within?: number } = { place };
  for (;;) {
    const { next } = annotation;
    if (next?.text === 'first' || next?.text === 'every') said.arrival = annotation.word('').text;
    else if (next && /^\d+$/.test(next.text)) said.arrival = Number(annotation.word('').text);
    else if (annotation.take('within')) said.within = numberOf(annotation, annotation.word('a number of instructions'));
    else return said;
  }
}

function numberOf(annotation: Annotation, word: Word): number {
  if (!/^\d+$/.test(word.text)) annotation.fail(`a number is expected, not '${word.text}'`, word);
  return Number(word.text);
}

/** Something that is expected at a place, or without one at the end. */
function placed(
  annotation: Annotation,
  source: string,
  key: 'state' | 'memory',
  read: (annotation: Annotation, wordsBehind: number) => unknown,
): SaidExpectation {
  const { rest } = annotation;
  const words = rest.map(({ text }) => text);
  const at = Math.max(words.lastIndexOf('at'), words.lastIndexOf('here'));
  const isAtEnd = at >= 0 && rest[at]?.text === 'at' && rest[at + 1]?.text === 'end' && rest.length === at + 2;
  const value = read(annotation, at < 0 ? 0 : rest.length - at);
  if (at < 0) return ofMany([key], value);
  if (isAtEnd) {
    annotation.take('at');
    annotation.take('end');
    return ofMany([key], value);
  }
  return ofMany(['at'], { ...readPlace(annotation, source), [key]: [value] });
}

/** `ADDRESS [in gpa] words 1 2 ...`, up to a number of words before the end. */
function readMemory(annotation: Annotation, wordsBehind: number): unknown {
  const units = [...Object.keys(UNITS), 'text'];
  const { rest } = annotation;
  // The first word is the address, or begins it, whatever it is called.
  const at = rest.findIndex(({ text }, index) => index > 0 && units.includes(text));
  if (at < 0) annotation.fail(`${units.join(', ')} must say what is there`);
  const hasSpace = rest[at - 2]?.text === 'in';
  const address = annotation.upTo(rest.length - at + (hasSpace ? 2 : 0), 'an address');
  annotation.take('in');
  const space = hasSpace ? { space: annotation.word('gva or gpa').text } : {};
  const unit = annotation.word('').text;
  if (unit === 'text') return { address, ...space, text: annotation.quoted('the text') };
  const values: string[] = [];
  while (annotation.rest.length > wordsBehind) values.push(withRadix(unit, annotation.word('a number').text));
  return { address, ...space, [unit]: values };
}

/** Bytes are written as dumps have them: two hexadecimal digits. */
function withRadix(unit: string, text: string): string {
  const word = text.replace(/,$/, '');
  return unit === 'bytes' && /^[\da-fA-F]{2}$/.test(word) ? `0x${word}` : word;
}
