/** JSON with comments, as VS Code's, and where in its text everything is. */
import { createScanner, getNodeValue, type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import type { Position, Range } from '../assembler/source/diagnostic';
import type { Path } from '../schema/problems';

/** What is wrong with the form of a text. */
export interface FormProblem {
  readonly path: Path;
  readonly range: Range;
  readonly text: string;
}

/** Objects and lists in each other: a text may not have a program that reads it call itself without end. */
const MOST_NESTED = 32;

const WORDS: Readonly<Record<string, string>> = {
  InvalidSymbol: 'this is no value: texts stand between double quotes',
  InvalidNumberFormat: 'this is no number',
  PropertyNameExpected: 'a name between double quotes is missing here',
  ValueExpected: 'a value is missing here',
  ColonExpected: 'a colon is missing here',
  CommaExpected: 'a comma is missing here',
  CloseBraceExpected: 'a } is missing here',
  CloseBracketExpected: 'a ] is missing here',
  EndOfFileExpected: 'the text must end here',
  UnexpectedEndOfComment: 'the comment has no end',
  UnexpectedEndOfString: 'the text between double quotes has no end',
  UnexpectedEndOfNumber: 'the number has no end',
  InvalidUnicode: '\\u must have four hexadecimal digits',
  InvalidEscapeCharacter: 'no such character can be written with a backslash',
  InvalidCharacter: 'this character must be written as \\u and four hexadecimal digits',
};

/** A text that has the form of JSON. */
export class JsonText {
  readonly value: unknown;

  private constructor(
    private readonly root: Node,
    private readonly lines: readonly number[],
  ) {
    this.value = getNodeValue(root);
  }

  /** The text, or what is wrong with its form. */
  static read(text: string): JsonText | FormProblem[] {
    const lines = lineStarts(text);
    const problem = (offset: number, length: number, what: string): FormProblem => ({
      path: [],
      range: { start: positionAt(lines, offset), end: positionAt(lines, offset + length) },
      text: what,
    });
    const deep = firstTooDeep(text);
    if (deep !== undefined)
      return [problem(deep, 1, `objects and lists may be ${MOST_NESTED} deep in each other, and this one is deeper`)];
    const errors: ParseError[] = [];
    const root = parseTree(text, errors, { allowTrailingComma: true });
    const [first] = errors;
    if (first)
      return [problem(first.offset, first.length, `not valid JSON: ${WORDS[printParseErrorCode(first.error)]}`)];
    if (!root) return [problem(0, 0, `not valid JSON: ${WORDS['ValueExpected']}`)];
    const read = new JsonText(root, lines);
    const twice = [...read.namesSaidTwice(root, [])];
    return twice.length > 0 ? twice : read;
  }

  /** Where something is: a value, or where that has parts, or is not there, the name before it. */
  rangeOf(path: Path, what: 'value' | 'name' = 'value'): Range {
    let node = this.root;
    let name: Node | undefined;
    for (const part of path) {
      const property = propertyOf(node, part);
      const next = typeof part === 'number' ? entryOf(node, part) : property?.children?.[1];
      if (!next) break;
      [name, node] = [property?.children?.[0], next];
    }
    const isWhole = !node.children;
    if (name && (what === 'name' || !isWhole)) return this.range(name.offset, name.length);
    return this.range(node.offset, isWhole ? node.length : 1);
  }

  /** The names of an object, in their order. */
  namesAt(path: Path): string[] {
    let node: Node | undefined = this.root;
    for (const part of path)
      node = node && (typeof part === 'number' ? entryOf(node, part) : propertyOf(node, part)?.children?.[1]);
    return node?.type === 'object' ? (node.children ?? []).map((property) => nameOf(property)) : [];
  }

  private range(offset: number, length: number): Range {
    return { start: positionAt(this.lines, offset), end: positionAt(this.lines, offset + length) };
  }

  private *namesSaidTwice(node: Node, path: Path): Generator<FormProblem> {
    const seen = new Map<string, Node>();
    for (const [index, child] of (node.children ?? []).entries()) {
      if (node.type !== 'object') {
        yield* this.namesSaidTwice(child, [...path, index]);
        continue;
      }
      const [key, value] = child.children ?? [];
      const name = nameOf(child);
      const first = seen.get(name);
      if (first && key) {
        const line = positionAt(this.lines, first.offset).line + 1;
        const text = `is there twice, the first time in line ${line}: one of them has to go`;
        yield { path: [...path, name], range: this.range(key.offset, key.length), text };
      } else if (key) seen.set(name, key);
      if (value) yield* this.namesSaidTwice(value, [...path, name]);
    }
  }
}

function nameOf(property: Node): string {
  return String(property.children?.[0]?.value);
}

function propertyOf(node: Node, name: string | number): Node | undefined {
  if (node.type !== 'object') return undefined;
  return node.children?.find((property) => nameOf(property) === name);
}

function entryOf(node: Node, index: number): Node | undefined {
  return node.type === 'array' ? node.children?.[index] : undefined;
}

/** Where the first object or list begins that is too deep; looked for without calls in calls. */
function firstTooDeep(text: string): number | undefined {
  const scanner = createScanner(text, true);
  let depth = 0;
  for (;;) {
    scanner.scan();
    const offset = scanner.getTokenOffset();
    if (offset >= text.length) return undefined;
    const first = text[offset];
    if (first === '}' || first === ']') depth--;
    else if ((first === '{' || first === '[') && ++depth > MOST_NESTED) return offset;
  }
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (const { index, 0: end } of text.matchAll(/\r\n|\r|\n/g)) starts.push(index + end.length);
  return starts;
}

function positionAt(lines: readonly number[], offset: number): Position {
  let [low, high] = [0, lines.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((lines[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low, column: offset - (lines[low] ?? 0) };
}
