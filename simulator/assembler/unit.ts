import type { Integer } from '../object/integer';
import { type Architecture, architectureOf } from './architecture';
import { clipped, type Diagnostic, type Severity } from './diagnostic';
import { type Bound, bind, isConstant, literal, type Scope } from './evaluation';
import type { Expression } from './expression';
import { type Frame, originOf, rangeOf, relatedCalls, type SourceSpan } from './frames';
import { maximumSectionSize } from './layout';
import { type FixupKind, Section, sectionDefaults } from './sections';
import { AssemblySymbol, SymbolTable } from './symbols';

/** What `.option` changes. */
export interface Options {
  readonly architecture: Architecture;
  readonly relax: boolean;
  readonly pic: boolean;
}

interface SectionState {
  readonly section: Section;
  readonly previous: Section | undefined;
}

const maximumDiagnostics = 1000;
/** Numbers of a row in Section.rows. */
export const rowLength = 6;

/** One source with all that it includes, while it is being assembled: the state that statements change. */
export class Unit implements Scope {
  readonly symbols = new SymbolTable();
  readonly sections: Section[] = [];
  readonly diagnostics: Diagnostic[] = [];
  /** Frames that rows refer to by index. */
  readonly frames: Frame[] = [];
  /** The macro calls and repeats so far: `\@`. */
  expansions = 0;
  ended = false;
  /** What debug directives refer to: the numbers of .file, and the .cfi_startproc that is open. */
  readonly debug: { readonly files: Set<number>; frame: SourceSpan | undefined } = {
    files: new Set(),
    frame: undefined,
  };

  section: Section;
  options: Options;
  #previous: Section | undefined;
  readonly #sectionStack: SectionState[] = [];
  readonly #optionStack: Options[] = [];
  readonly #reported = new Set<string>();

  // Where the statement being assembled stands.
  frame: Frame;
  frameIndex = 0;
  line = 0;
  /** Column of the statement's text in its source line. */
  column = 0;
  /** When the text was made by substitution its columns mean nothing: then problems span the whole source line. */
  lineLength = -1;
  /** The text that the statement's columns count in. */
  text = '';

  constructor(path: string, march: string, pic: boolean) {
    this.frame = { kind: 'file', file: path, line: 0, column: 0, endColumn: 0, depth: 0 };
    this.frames.push(this.frame);
    const { architecture, problem } = architectureOf(march);
    this.options = { architecture, relax: false, pic };
    if (problem) this.error('march', problem, 0, 0);
    this.section = this.enter('.text');
    this.section.alignment = architecture.has('c') ? 2 : 4;
    for (const name of ['.data', '.bss']) this.sectionNamed(name);
  }

  // Diagnostics

  error(code: string, message: string, start: number, end: number, suggestions: readonly string[] = []): void {
    this.report('error', code, message, this.span(start, end), suggestions);
  }

  warning(code: string, message: string, start: number, end: number): void {
    this.report('warning', code, message, this.span(start, end));
  }

  report(
    severity: Severity,
    code: string,
    message: string,
    span: SourceSpan,
    suggestions: readonly string[] = [],
    related: Diagnostic['related'] = [],
  ): void {
    if (this.diagnostics.length >= maximumDiagnostics) return;
    const { frame, line, start, end } = span;
    message = clipped(message);
    const key = `${frame.file}:${line}:${start}:${code}:${message}`;
    if (this.#reported.has(key)) return;
    this.#reported.add(key);
    const calls = [...related, ...relatedCalls(originOf(frame, line, start))];
    this.diagnostics.push({
      file: frame.file,
      range: rangeOf(line, start, end),
      severity,
      code,
      message,
      ...(calls.length > 0 ? { related: calls } : {}),
      ...(suggestions.length > 0 ? { suggestions } : {}),
    });
  }

  span(start: number, end: number): SourceSpan {
    const { frame, line, column, lineLength } = this;
    return lineLength >= 0
      ? { frame, line, start: column, end: column + lineLength }
      : { frame, line, start: start + column, end: end + column };
  }

  /** Part of the text of the statement being assembled. */
  statementText(start: number, end: number): string {
    return this.text.slice(start, end);
  }

  // Symbols

  here(): AssemblySymbol {
    const symbol = new AssemblySymbol('.', true);
    symbol.place = this.section.here;
    return symbol;
  }

  defineLabel(symbol: AssemblySymbol, start: number, end: number): void {
    const { place } = symbol;
    const here = this.section.here;
    // A label may be repeated where it stands.
    if (place && place.section === here.section && place.offset === here.offset && place.part === here.part) return;
    if (symbol.defined) {
      this.#duplicate(symbol, start, end);
      return;
    }
    symbol.place = here;
    symbol.fixed = true;
    symbol.definition = this.span(start, end);
  }

  /** `.set` and its kin. With `once` the symbol must be new, and must not be set again. */
  assign(name: string, value: Bound, once: boolean, start: number, end: number): void {
    const symbol = this.symbols.named(name);
    if ((symbol.fixed || symbol.common) && symbol.defined) {
      this.#duplicate(symbol, start, end);
      return;
    }
    if (once && symbol.defined) {
      this.#duplicate(symbol, start, end);
      return;
    }
    symbol.assigned = value;
    symbol.fixed = once;
    symbol.definition ??= this.span(start, end);
  }

  #duplicate(symbol: AssemblySymbol, start: number, end: number): void {
    const first = symbol.definition;
    const related = first
      ? [{ file: first.frame.file, range: rangeOf(first.line, first.start, first.end), message: 'first defined here' }]
      : [];
    this.report(
      'error',
      'duplicate-symbol',
      `symbol '${symbol.name}' is already defined`,
      this.span(start, end),
      [],
      related,
    );
  }

  // Values

  bind(expression: Expression): Bound {
    return bind(expression, this);
  }

  /** The value of an expression that must be a number at this point; reports and gives undefined when it is none. */
  constant(expression: Expression, what: string): Integer | undefined {
    const known = literal(expression);
    if (known !== undefined) return known;
    const before = this.diagnostics.length;
    const bound = bind(expression, this);
    if (isConstant(bound)) return this.diagnostics.length > before ? undefined : bound.value;
    const name = firstUndefined(bound);
    const why = name ? `'${name}' is not defined before this line` : 'its value depends on where code ends up';
    this.error('not-constant', `${what} must be a constant here: ${why}`, expression.start, expression.end);
    return undefined;
  }

  // Sections

  /** The section of this name; new ones get type and flags from the name unless they are given. */
  sectionNamed(name: string, attributes?: { type: number; flags: number; entrySize: number }, subsection = 0): Section {
    const found = this.sections.find((section) => section.name === name && section.subsection === subsection);
    if (found) return found;
    const main = subsection === 0 ? undefined : this.sections.find((section) => section.name === name);
    const { type, flags } = attributes ?? main ?? sectionDefaults(name);
    const section = new Section(name, type, flags, attributes?.entrySize ?? 0, subsection, this.sections.length);
    this.sections.push(section);
    return section;
  }

  /** Makes a section the current one. */
  enter(name: string, attributes?: { type: number; flags: number; entrySize: number }, subsection = 0): Section {
    const section = this.sectionNamed(name, attributes, subsection);
    this.#previous = this.section;
    this.section = section;
    return section;
  }

  /** `.previous`: swaps the current section with the one before; false when there was none. */
  enterPrevious(): boolean {
    if (!this.#previous) return false;
    const section = this.section;
    this.section = this.#previous;
    this.#previous = section;
    return true;
  }

  pushSection(): void {
    this.#sectionStack.push({ section: this.section, previous: this.#previous });
  }

  popSection(): boolean {
    const state = this.#sectionStack.pop();
    if (!state) return false;
    this.section = state.section;
    this.#previous = state.previous;
    return true;
  }

  pushOptions(): void {
    this.#optionStack.push(this.options);
  }

  popOptions(): boolean {
    const options = this.#optionStack.pop();
    if (!options) return false;
    this.options = options;
    return true;
  }

  // Emission

  /** Whether `count` more bytes may be put here; reports when not. */
  room(count: number, start: number, end: number): boolean {
    if (this.section.length + count <= maximumSectionSize) return true;
    this.error(
      'section-too-large',
      `section '${this.section.name}' would be larger than ${maximumSectionSize} bytes`,
      start,
      end,
    );
    return false;
  }

  /** Bytes with a value in a section without contents are an error, as in GNU as. */
  allowContents(start: number, end: number): boolean {
    if (this.section.hasContents) return true;
    this.error(
      'contents-in-bss',
      `section '${this.section.name}' holds no data: only space can be reserved in it`,
      start,
      end,
    );
    return false;
  }

  /** Appends bytes; only zeros where a section has no contents. */
  appendBytes(bytes: ArrayLike<number>, start: number, end: number): void {
    if (this.section.hasContents || isZero(bytes) || this.allowContents(start, end)) this.section.append(bytes);
  }

  fixup(offset: number, kind: FixupKind, value: Bound, start: number, end: number): void {
    const { section } = this;
    section.fixups.push({ offset, part: section.parts.length, kind, value, span: this.span(start, end) });
  }

  /** Appends data of 1, 2, 4 or 8 bytes. */
  appendData(value: Bound, size: 1 | 2 | 4 | 8, start: number, end: number): void {
    const { section } = this;
    // Zeros are all that a section without contents can hold.
    if (!(isConstant(value) && value.value === 0) && !this.allowContents(start, end)) return;
    if (isConstant(value)) {
      section.appendInteger(value.value, size);
      return;
    }
    this.fixup(section.length, { data: size }, value, start, end);
    section.appendInteger(0, size);
  }
}

function firstUndefined(bound: Bound): string | undefined {
  if (bound.kind === 'operation') return firstUndefined(bound.left) ?? (bound.right && firstUndefined(bound.right));
  for (const symbol of [bound.add, bound.subtract]) if (symbol && !symbol.defined) return symbol.name;
  return undefined;
}

function isZero(bytes: ArrayLike<number>): boolean {
  for (let i = 0; i < bytes.length; i++) if (bytes[i] !== 0) return false;
  return true;
}
