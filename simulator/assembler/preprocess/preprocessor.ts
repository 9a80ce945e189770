import { missingFile, nearest } from '../source/diagnostic';
import type { Frame } from '../source/frames';
import { type IncludeNext, nextAfter } from '../source/paths';
import { goesOnAfterComment, joinLines } from '../syntax/joined-lines';
import type { SourceText } from '../syntax/source';
import { type Line, parseLine, type Statement } from '../syntax/statement';
import { evaluateCondition } from './condition';
import { type ColumnRun, type Define, expandText, parseDefine } from './macros';

/** What the preprocessor needs of the outside. */
export interface PreprocessorHost {
  /** Whether files are still to be read: then all is read once more with them, and only what names further ones counts. */
  isIncomplete(): boolean;
  /** Finds an included file; undefined when it is not at hand. */
  include(path: string, fromFile: string, angled: boolean, next?: IncludeNext): SourceText | undefined;
  /** Notes that there is nothing to include; says why not, although it is there. */
  miss(path: string, fromFile: string, angled: boolean, next?: IncludeNext): string | undefined;
  report(
    severity: 'error' | 'warning',
    code: string,
    message: string,
    frame: Frame,
    line: number,
    start: number,
    end: number,
  ): void;
  /** Notes a conditional directive: whether lines before it were active and lines after it will be. */
  change(frame: Frame, line: number, before: boolean, after: boolean): void;
  /** Enters a frame that rows may refer to. */
  addFrame(frame: Frame): void;
}

/** A file that is read before the source. */
export interface IncludedBefore {
  readonly path: string;
  /** Where relative paths are seen from. */
  readonly folder: string;
  /** Whether only its macros count. */
  readonly macrosOnly: boolean;
}

/** A line as the assembler sees it. */
export interface ReadLine {
  readonly line: Line;
  readonly frame: Frame;
  readonly number: number;
  /** When the text was changed: the length of the source line. -1 when columns are those of the source. */
  readonly changedLength: number;
  /** Where columns of the changed text come from. */
  readonly columns?: readonly ColumnRun[];
  /** Where each further source line begins in the text of a line that was made of several. */
  readonly breaks?: readonly number[];
}

interface Condition {
  /** Whether the lines around the #if are active. */
  readonly outer: boolean;
  taken: boolean;
  active: boolean;
  sawElse: boolean;
  readonly frame: Frame;
  readonly line: number;
}

interface OpenFile {
  readonly source: SourceText;
  readonly frame: Frame;
  next: number;
  readonly conditions: number;
  /** Where it was found; undefined for the source itself. */
  readonly found: IncludeNext | undefined;
  /** What `#line` said: the name for `__FILE__`, and what to add to line numbers for `__LINE__`. */
  name: string;
  shift: number;
}

const maximumIncludes = 100;
const maximumJoinedLines = 200;
/** A backslash at the end of a line; gcc takes white space after it. */
const continued = /\\\s*$/;

/** Reads the lines of a preprocessed source: `#include`, `#define`, `#if` and macro expansion as gcc does for `.S`. */
export class Preprocessor {
  readonly defines: Map<string, Define>;
  readonly #files: OpenFile[] = [];
  readonly #conditions: Condition[] = [];
  readonly #host: PreprocessorHost;
  readonly #root: string;
  /** Files that say `#pragma once`. */
  readonly #once = new Set<string>();
  #counter = 0;

  constructor(
    source: SourceText,
    frame: Frame,
    defines: ReadonlyMap<string, Define>,
    host: PreprocessorHost,
    before: readonly IncludedBefore[] = [],
  ) {
    this.defines = new Map(defines);
    this.#host = host;
    this.#root = source.path;
    this.#open(source, frame);
    // The last that is opened is read first: macros alone go before the rest, both in their order.
    for (const file of before.filter(({ macrosOnly }) => !macrosOnly).reverse()) this.#openBefore(file, frame);
    for (const file of before.filter(({ macrosOnly }) => macrosOnly)) this.#readMacros(file, frame);
  }

  #openBefore(file: IncludedBefore, root: Frame): void {
    const source = this.#findBefore(file, root);
    if (!source) return;
    const found = nextAfter(source.path, file.path, insideOf(file.folder), false);
    this.#open(source, this.#frameOf(source, root, 0), found);
  }

  /** `-imacros`: what the file defines stays, its lines do not. */
  #readMacros(file: IncludedBefore, root: Frame): void {
    const source = this.#findBefore(file, root);
    if (!source) return;
    const reader = new Preprocessor(source, this.#frameOf(source, root, 0), this.defines, this.#host);
    while (reader.next()) {}
    for (const name of this.defines.keys()) if (!reader.defines.has(name)) this.defines.delete(name);
    for (const [name, define] of reader.defines) this.defines.set(name, define);
  }

  /** As `#include "file"`, but that the compiler's folder stands for that of the source. */
  #findBefore({ path, folder }: IncludedBefore, root: Frame): SourceText | undefined {
    const from = insideOf(folder);
    const source = this.#host.include(path, from, false);
    if (!source) {
      const message = missingFile('file that -include names,', path, this.#host.miss(path, from, false));
      this.#host.report('error', 'include-missing', message, root, 0, 0, 0);
    }
    return source;
  }

  #open(source: SourceText, frame: Frame, found?: IncludeNext): void {
    const { path: name } = source;
    this.#files.push({ source, frame, found, next: 0, conditions: this.#conditions.length, name, shift: 0 });
  }

  /** The frame of a file that a line of another includes. */
  #frameOf(source: SourceText, parent: Frame, line: number): Frame {
    const frame: Frame = {
      kind: 'include',
      file: source.path,
      parent,
      line,
      column: 0,
      endColumn: 0,
      depth: parent.depth + 1,
    };
    this.#host.addFrame(frame);
    return frame;
  }

  /** The next line for the assembler, or undefined at the end of the root source. `inString`: blank lines too. */
  next(inString = false): ReadLine | undefined {
    for (;;) {
      const file = this.#files.at(-1);
      if (!file) return undefined;
      const number = file.next;
      let line = file.source.lines[number];
      if (!line) {
        this.#close(file);
        continue;
      }
      file.next++;
      let text = line.text;
      const joined = text.includes('\\') && continued.test(text);
      if (joined) {
        text = this.#join(file, text);
        line = parseLine(text, line.startsInComment, true);
      }
      let breaks: readonly number[] | undefined;
      if (line.continues === 'comment' && goesOnAfterComment(file.source.lines, file.next)) {
        ({ line, breaks } = joinLines(line, true, () => this.#nextText(file)));
      }
      const first = line.statements[0];
      if (first?.kind === 'preprocessor') {
        this.#directive(first, file, number);
        continue;
      }
      if (!this.#active || (line.statements.length === 0 && !inString) || this.#host.isIncomplete()) continue;
      const read = this.#expanded(line, file, number, joined);
      return breaks && read.changedLength < 0 ? { ...read, breaks } : read;
    }
  }

  /** The file's next line with those that backslashes join to it. */
  #nextText(file: OpenFile): string | undefined {
    const text = file.source.lines[file.next]?.text;
    if (text !== undefined) file.next++;
    return text?.includes('\\') && continued.test(text) ? this.#join(file, text) : text;
  }

  get #active(): boolean {
    return this.#conditions.at(-1)?.active ?? true;
  }

  /** The logical line that a trailing backslash makes of several: they join without a space. */
  #join(file: OpenFile, text: string): string {
    const { lines } = file.source;
    for (let i = 0; i < maximumJoinedLines && continued.test(text) && file.next < lines.length; i++) {
      text = text.replace(continued, '') + lines[file.next++]!.text;
    }
    return text.replace(continued, '');
  }

  #expanded(line: Line, file: OpenFile, number: number, joined: boolean): ReadLine {
    const { frame } = file;
    const changedLength = file.source.lines[number]!.text.length;
    if (!this.#mentionsMacro(line)) return { line, frame, number, changedLength: joined ? changedLength : -1 };
    let text = plainText(line);
    const builtin = (name: string): string | undefined => this.#builtin(name, file, number);
    let expansion = expandText(text, this.defines, builtin);
    // A call's arguments may go on in the lines that follow.
    for (let i = 0; i < maximumJoinedLines && expansion.problem?.kind === 'open-call'; i++) {
      const following = file.source.lines[file.next];
      if (!following) break;
      file.next++;
      text += ` ${plainText(following)}`;
      expansion = expandText(text, this.defines, builtin);
    }
    const { problem } = expansion;
    if (problem) {
      const message =
        problem.kind === 'error' ? problem.message : `the arguments of macro '${problem.name}' have no end`;
      this.#host.report('error', 'macro-call', message, frame, number, 0, changedLength);
    }
    const { columns } = expansion;
    return { line: parsedAs(line, expansion.text), frame, number, changedLength, columns };
  }

  #mentionsMacro(line: Line): boolean {
    return wordsOf(line).some((word) => this.defines.has(word) || builtins.has(word));
  }

  #builtin(name: string, file: OpenFile, number: number): string | undefined {
    switch (name) {
      case '__LINE__':
        return String(number + 1 + file.shift);
      case '__FILE__':
        return JSON.stringify(file.name);
      case '__BASE_FILE__':
        return JSON.stringify(this.#root);
      case '__INCLUDE_LEVEL__':
        return String(this.#files.length - 1);
      case '__COUNTER__':
        return String(this.#counter++);
      default:
        return undefined;
    }
  }

  #close(file: OpenFile): void {
    for (const condition of this.#conditions.splice(file.conditions)) {
      this.#host.report('error', 'unterminated-if', '#if without #endif', condition.frame, condition.line, 0, 3);
    }
    this.#files.pop();
  }

  #directive(statement: Statement, file: OpenFile, number: number): void {
    const { name, text, operandsStart, start, end } = statement;
    const rest = withoutLineComments(text.slice(operandsStart)).trim();
    const report = (severity: 'error' | 'warning', code: string, message: string): void =>
      this.#host.report(
        severity,
        code,
        message,
        file.frame,
        number,
        start,
        file.source.lines[number]!.text.length || end,
      );
    switch (name) {
      case 'if':
      case 'ifdef':
      case 'ifndef': {
        const outer = this.#active;
        const active = outer && this.#holds(name, rest, file, number, report);
        this.#conditions.push({ outer, taken: active, active, sawElse: false, frame: file.frame, line: number });
        if (outer) this.#host.change(file.frame, number, true, active);
        return;
      }
      case 'elif':
      case 'elifdef':
      case 'elifndef':
      case 'else': {
        const condition = this.#conditions.length > file.conditions ? this.#conditions.at(-1) : undefined;
        if (!condition || condition.sawElse) {
          report('error', 'misplaced-else', condition ? `#${name} after #else` : `#${name} without #if`);
          return;
        }
        const before = condition.active;
        condition.active =
          condition.outer &&
          !condition.taken &&
          (name === 'else' || this.#holds(name.slice(2), rest, file, number, report));
        condition.taken ||= condition.active;
        condition.sawElse = name === 'else';
        if (condition.outer) this.#host.change(file.frame, number, before, condition.active);
        return;
      }
      case 'endif':
        if (this.#conditions.length > file.conditions) {
          const condition = this.#conditions.pop()!;
          if (condition.outer) this.#host.change(file.frame, number, condition.active, true);
        } else report('error', 'misplaced-endif', '#endif without #if');
        return;
    }
    if (!this.#active) return;
    switch (name) {
      case 'define': {
        const define = parseDefine(rest);
        if (typeof define === 'string') report('error', 'define', define);
        else this.defines.set(define.name, define);
        return;
      }
      case 'undef':
        this.defines.delete(rest);
        return;
      case 'include':
      case 'import':
      case 'include_next':
        this.#include(rest, file, number, name, report);
        return;
      case 'pragma':
        if (rest === 'once') this.#once.add(file.source.path);
        return;
      case 'line':
        this.#setLine(rest, file, number, report);
        return;
      case 'ident':
      case 'sccs':
      case 'assert':
      case 'unassert':
        return;
      case 'error':
        report('error', 'error-directive', `#error ${rest}`);
        return;
      case 'warning':
        report('warning', 'warning-directive', `#warning ${rest}`);
        return;
      default: {
        // Any other `#` line is the assembler's comment, unless it looks like a directive written wrongly.
        const suggestions = name.length > 3 && text[start + 1] === name[0] ? nearest(name, directiveNames, 1) : [];
        if (suggestions.length > 0) {
          report(
            'warning',
            'unknown-preprocessor-directive',
            `'#${name}' is taken as a comment; did you mean '#${suggestions[0]}'?`,
          );
        }
      }
    }
  }

  #holds(
    name: string,
    rest: string,
    file: OpenFile,
    number: number,
    report: (severity: 'error', code: string, message: string) => void,
  ): boolean {
    if (name !== 'if') {
      const word = /^[A-Za-z_$][\w$]*/.exec(rest)?.[0];
      if (word === undefined) report('error', 'if', `#${name} needs a name`);
      return word !== undefined && this.#isDefined(word) === (name === 'ifdef');
    }
    const plain = rest
      .replace(/\b(__has_include(?:_next)?)\s*\(\s*("[^"]*"|<[^>]*>)\s*\)/g, (_, operator: string, path: string) =>
        this.#find(path, file, operator === '__has_include_next') ? '1' : '0',
      )
      .replace(/\bdefined\s*(?:\(\s*([A-Za-z_$][\w$]*)\s*\)|([A-Za-z_$][\w$]*))/g, (_, a?: string, b?: string) =>
        this.#isDefined(a ?? b ?? '') ? '1' : '0',
      );
    const expansion = expandText(plain, this.defines, (word) => this.#builtin(word, file, number));
    // `defined` may also come out of a macro.
    const text = expansion.text.replace(/\bdefined\s*\(?\s*([A-Za-z_$][\w$]*)\s*\)?/g, (_, word: string) =>
      this.#isDefined(word) ? '1' : '0',
    );
    const { problem } = expansion;
    const value = problem
      ? problem.kind === 'error'
        ? problem.message
        : `the arguments of '${problem.name}' have no end`
      : evaluateCondition(text);
    if (typeof value !== 'string') return value !== 0n;
    report('error', 'if', value);
    return false;
  }

  #isDefined(word: string): boolean {
    return this.defines.has(word) || builtins.has(word) || word === '__has_include' || word === '__has_include_next';
  }

  /** `#line number ["file"]`: for `__LINE__` and `__FILE__` only; messages name the source. */
  #setLine(
    rest: string,
    file: OpenFile,
    number: number,
    report: (severity: 'error', code: string, message: string) => void,
  ): void {
    const { text } = expandText(rest, this.defines, (word) => this.#builtin(word, file, number));
    const match = /^\s*(\d+)(?:\s+"([^"]*)")?/.exec(text);
    if (!match) report('error', 'line', '#line needs a number');
    else {
      file.shift = Number(match[1]) - number - 2;
      file.name = match[2] ?? file.name;
    }
  }

  #find(path: string, file: OpenFile, next: boolean): SourceText | undefined {
    return this.#host.include(...this.#asked(path, file, next));
  }

  /** What is asked for by a path in quotes or angle brackets. */
  #asked(path: string, { frame, found }: OpenFile, next: boolean): Parameters<PreprocessorHost['include']> {
    // In the source itself there is nothing that it could come after.
    return [path.slice(1, -1), frame.file, path.startsWith('<'), next ? found : undefined];
  }

  #include(
    rest: string,
    file: OpenFile,
    number: number,
    directive: string,
    report: (severity: 'error', code: string, message: string) => void,
  ): void {
    const text = /^["<]/.test(rest) ? rest : expandText(rest, this.defines, () => undefined).text.trim();
    const path = /^(?:"([^"]+)"|<([^>]+)>)/.exec(text);
    if (!path) {
      report('error', 'include', '#include needs "file" or <file>');
      return;
    }
    if (this.#files.length >= maximumIncludes) {
      report('error', 'include-depth', `files include each other more than ${maximumIncludes} deep`);
      // As in gcc that is the end: what follows would be more of the same.
      this.#files.length = 0;
      this.#conditions.length = 0;
      return;
    }
    const asked = this.#asked(path[0], file, directive === 'include_next');
    const source = this.#host.include(...asked);
    if (!source) {
      report('error', 'include-missing', missingFile('included file', asked[0], this.#host.miss(...asked)));
      return;
    }
    if (this.#once.has(source.path)) return;
    if (directive === 'import') this.#once.add(source.path);
    const [name, fromFile, angled] = asked;
    this.#open(source, this.#frameOf(source, file.frame, number), nextAfter(source.path, name, fromFile, angled));
  }
}

/** A name in a folder, from which includes are looked for there. */
function insideOf(folder: string): string {
  return `${folder}/-`;
}

/** Names that the preprocessor itself gives a value. */
const builtins: ReadonlySet<string> = new Set([
  '__LINE__',
  '__FILE__',
  '__BASE_FILE__',
  '__INCLUDE_LEVEL__',
  '__COUNTER__',
]);

const knownWords = new WeakMap<Line, readonly string[]>();
const knownExpansions = new WeakMap<Line, { readonly text: string; readonly parsed: Line }>();

/** The identifiers of a line. */
function wordsOf(line: Line): readonly string[] {
  let words = knownWords.get(line);
  if (!words) {
    words = line.text.match(/[A-Za-z_$][\w$]*/g) ?? [];
    knownWords.set(line, words);
  }
  return words;
}

/** The statements that a line expanded to; those of the expansion before when the text is the same. */
function parsedAs(line: Line, text: string): Line {
  let known = knownExpansions.get(line);
  if (known?.text !== text) {
    known = { text, parsed: parseLine(text, false, false) };
    knownExpansions.set(line, known);
  }
  return known.parsed;
}

const directiveNames = [
  'define',
  'include',
  'ifdef',
  'ifndef',
  'elif',
  'else',
  'endif',
  'undef',
  'error',
  'warning',
  'pragma',
];

/** A line's text without comments, block comments of other lines included. */
export function plainText(line: Line): string {
  const close = line.startsInComment ? line.text.indexOf('*/') + 2 : 0;
  return line.startsInComment && close < 2 ? '' : withoutLineComments(line.text.slice(close));
}

/** Removes the comments that the preprocessor knows; `#` in a line is no comment to it. */
function withoutLineComments(text: string): string {
  if (!text.includes('/')) return text;
  let result = '';
  for (const token of text.match(/"(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])'|\/\*[\s\S]*?(?:\*\/|$)|\/\/.*|[\s\S]/g) ?? []) {
    result += token.startsWith('//') ? '' : token.startsWith('/*') ? ' ' : token;
  }
  return result;
}

/** Macros given from outside (`-D NAME=VALUE`). */
export function definesOf(values: Readonly<Record<string, string>>): Map<string, Define> {
  const defines = new Map<string, Define>();
  for (const [name, value] of Object.entries(values)) {
    const define = parseDefine(`${name} ${value}`);
    if (typeof define !== 'string') defines.set(define.name, define);
  }
  return defines;
}
