import { type ExtensionId, extensionNamed } from '../../isa';
import type { Integer } from '../../object/bytes/integer';
import { FrameInfo } from '../debug-info/frame-info';
import { LineInfo } from '../debug-info/line-info';
import { type Architecture, architectureOf, extensionNotes } from '../encode/architecture';
import { Attributes } from '../encode/attributes';
import { StatementLocation } from '../preprocess/statement-location';
import type { Diagnostic, Severity } from '../source/diagnostic';
import { type Frame, rangeOf, type SourceSpan } from '../source/frames';
import { InactiveRegions } from '../source/inactive';
import { Problems } from '../source/problems';
import type { Expression } from '../syntax/expression';
import { bind, constant, constantNow, inOneFragment, isConstant, literal, type Scope } from './evaluation';
import { maximumContents, maximumSectionSize, tooManyContents } from './layout';
import { MappingSymbols } from './mapping-symbols';
import { SectionTable } from './section-table';
import { SymbolTable } from './symbol-table';
import type { AssemblySymbol, Bound, FixupKind, RelocationRequest, Section } from './symbols-and-sections';

/** What `.option` changes. */
export interface Options {
  readonly architecture: Architecture;
  readonly relax: boolean;
  readonly pic: boolean;
  /** The compressed extensions that `.option norvc` set aside, for `.option rvc`. */
  readonly compression?: readonly string[];
}

/** What a source is assembled for, where the source itself does not say. */
export interface Target {
  readonly march?: string | undefined;
  readonly mabi?: string | undefined;
  /** Whether the linker may make the code shorter. */
  readonly relax?: boolean;
  /** Whether `la` loads addresses from the global offset table. */
  readonly pic?: boolean;
}

/** Symbols that stand for each other. */
const maximumChain = 1000;

/** One source with all that it includes, while it is being assembled: the state that statements change. */
export class Unit implements Scope {
  readonly symbols = new SymbolTable();
  readonly sections = new SectionTable(this.symbols);
  readonly mapping = new MappingSymbols(this.symbols);
  readonly attributes = new Attributes();
  readonly inactive = new InactiveRegions();
  readonly problems = new Problems();
  /** Frames that rows refer to by index. */
  readonly frames: Frame[] = [];
  /** The macro calls and repeats so far: `\@`. */
  expansions = 0;
  ended = false;
  /** What .reloc asked for. */
  readonly requests: RelocationRequest[] = [];
  /** Whether compressed instructions were allowed anywhere. */
  usedCompressed = false;
  /** The sources that compilers name by .file; the first comes before every symbol. */
  readonly fileSymbols: { readonly name: string; readonly order: number }[] = [];
  /** What `.file` and `.loc` say. */
  readonly lineInfo = new LineInfo();
  /** What `.cfi_...` directives say. */
  readonly frameInfo = new FrameInfo();

  /** Where `.` is when the source ends. */
  readonly #lastLocation: AssemblySymbol;
  options: Options;
  readonly mabi: string | undefined;
  /** Whether nobody said for what ABI, or at least instruction set, the source is. */
  readonly anyFloatAbi: boolean;
  readonly #optionStack: Options[] = [];
  /** Bytes that were asked for at once, as space or from a file. */
  #contents = 0;
  readonly #notRun = new Set<ExtensionId>();

  /** Where the statement being assembled stands. */
  readonly location: StatementLocation;

  constructor(path: string, { march, mabi, relax = false, pic = false }: Target) {
    this.location = new StatementLocation({ kind: 'file', file: path, line: 0, column: 0, endColumn: 0, depth: 0 });
    this.frames.push(this.location.frame);
    const { architecture, problem } = architectureOf(march);
    this.options = { architecture, relax, pic };
    this.mabi = mabi;
    this.anyFloatAbi = mabi === undefined && march === undefined;
    this.usedCompressed = architecture.compressed;
    if (problem) this.error('march', problem, 0, 0);
    else for (const note of extensionNotes(architecture)) this.warning('march', note, 0, 0);
    this.section.align(architecture.compressed ? 2 : 4);
    this.#lastLocation = this.symbols.temporary(this.section.here);
    this.#lastLocation.place = undefined;
  }

  get diagnostics(): readonly Diagnostic[] {
    return this.problems.list;
  }

  /** The current section. */
  get section(): Section {
    return this.sections.current;
  }

  // Diagnostics

  error(code: string, message: string, start: number, end: number, suggestions: readonly string[] = []): void {
    this.report('error', code, message, this.span(start, end), suggestions);
  }

  warning(code: string, message: string, start: number, end: number): void {
    this.report('warning', code, message, this.span(start, end));
  }

  /** Says once of each extension that the machine lacks it. */
  notRun(extension: ExtensionId, name: string, start: number, end: number): void {
    if (this.#notRun.has(extension)) return;
    this.#notRun.add(extension);
    const message = `the machine does not run '${name}' (${extension}: ${extensionNamed(extension).name})`;
    this.report('information', 'not-run', message, this.span(start, end));
  }

  report(
    severity: Severity,
    code: string,
    message: string,
    span: SourceSpan,
    suggestions: readonly string[] = [],
    related: Diagnostic['related'] = [],
  ): void {
    this.problems.report(severity, code, message, span, suggestions, related);
  }

  span(start: number, end: number): SourceSpan {
    return this.location.span(start, end);
  }

  /** Part of the text of the statement being assembled. */
  statementText(start: number, end: number): string {
    return this.location.text.slice(start, end);
  }

  /** Notes the line that the statement counts as: the outermost call's, for macros; lines of repetitions are their own. */
  markLine(): void {
    let { frame, line } = this.location;
    while (frame.parent && (frame.kind === 'macro' || frame.kind === 'repeat')) {
      if (frame.kind === 'macro') line = frame.line;
      frame = frame.parent;
    }
    this.lineInfo.atLine(frame.file, line + 1);
  }

  // Symbols

  here(): AssemblySymbol {
    if (this.section.absolute) return this.#number(this.section.length);
    const symbol = this.symbols.temporary(this.section.here);
    symbol.order = this.symbols.nextOrder();
    return symbol;
  }

  #number(value: number): AssemblySymbol {
    const symbol = this.symbols.temporary(this.section.here);
    symbol.place = undefined;
    symbol.assigned = constant(value);
    return symbol;
  }

  defineLabel(symbol: AssemblySymbol, start: number, end: number): void {
    const { place } = symbol;
    const here = this.section.here;
    // A label may be repeated where it stands.
    if (
      symbol.fixed &&
      !symbol.section &&
      place &&
      place.section === here.section &&
      place.offset === here.offset &&
      place.part === here.part
    )
      return;
    if (symbol.defined && !symbol.common) {
      if (symbol.fixed || symbol.weakReference) {
        this.#duplicate(symbol, start, end);
        return;
      }
      symbol = this.symbols.replace(symbol);
    }
    symbol.common = undefined;
    if (here.section.absolute) symbol.assigned = constant(here.offset);
    else symbol.place = here;
    symbol.fixed = true;
    symbol.definition = this.span(start, end);
    const { lineInfo, section } = this;
    if (lineInfo.marksLabels && section.executable && lineInfo.files.length > 0) {
      lineInfo.current.basicBlock = true;
      lineInfo.mark(section, symbol);
    }
  }

  /** What a label becomes that is a macro's name: 0. */
  zeroLabel(name: string): void {
    const symbol = this.symbols.named(name);
    symbol.place = undefined;
    symbol.assigned = constant(0);
  }

  /** `.set` and its kin. With `once` the symbol must be new, and must not be set again. */
  assign(name: string, value: Bound, once: boolean, start: number, end: number): void {
    let symbol = this.symbols.named(name);
    if (symbol.defined) {
      if (symbol.fixed || symbol.common || once || symbol.weakReference) {
        this.#duplicate(symbol, start, end);
        return;
      }
      symbol = this.symbols.replace(symbol);
    }
    this.symbols.list(symbol);
    symbol.fixed = once;
    symbol.weakReference = false;
    symbol.definition ??= this.span(start, end);
    const target = value.kind === 'linear' && !value.subtract ? value.add : undefined;
    const place = target?.place;
    if (target?.common) {
      const message = `'${name}' cannot be set to '${target.name}', whose storage the linker places`;
      this.error('common', message, start, end);
      return;
    }
    if (target && place && typeof (value as { value: Integer }).value === 'number') {
      const offset = place.offset + Number((value as { value: Integer }).value);
      symbol.place = { section: place.section, part: place.part, offset };
      copyAttributes(symbol, target);
      return;
    }
    // A distance within one fragment is a number from now on.
    const isFixed = value.kind === 'linear' && value.add && value.subtract && inOneFragment(value.add, value.subtract);
    const known = isFixed ? constantNow(value) : undefined;
    symbol.assigned = known === undefined ? value : constant(known);
  }

  /** The symbol's value is the expression's wherever it is used. */
  defer(name: string, expression: Expression): void {
    const symbol = this.symbols.find(name);
    if (symbol?.fixed) symbol.deferred = expression;
  }

  /** `.weakref`: uses of the alias are uses of the target that do not require it. */
  setWeakReference(name: string, target: string, start: number, end: number): void {
    let symbol = this.symbols.named(name);
    if (symbol.defined) {
      if (symbol.fixed || symbol.common || symbol.weakReference) {
        this.#duplicate(symbol, start, end);
        return;
      }
      symbol = this.symbols.replace(symbol);
    }
    const meant = this.symbols.named(target);
    for (let at = meant, i = 0; i < maximumChain; i++) {
      if (at === symbol) {
        this.error('weakref', `'${name}' would stand for itself by way of '${target}'`, start, end);
        return;
      }
      const next = at.weakReference && at.assigned?.kind === 'linear' ? at.assigned.add : undefined;
      if (!next) break;
      at = next;
    }
    symbol.weakReference = true;
    if (!meant.defined && meant.binding === 'local' && !meant.firstUse) meant.weaklyReferenced = true;
    symbol.definition ??= this.span(start, end);
    symbol.assigned = { kind: 'linear', value: 0, add: meant, subtract: undefined };
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

  /** What the object lists for a symbol of `.eqv` or `==`: what its expression means here, with `.` as it is at the source's end. */
  bindDeferred(expression: Expression): Bound {
    const { symbols } = this;
    return bind(expression, {
      symbols,
      here: () => this.#lastLocation,
      error: (...problem) => this.error(...problem),
      warning: (...problem) => this.warning(...problem),
      span: (start, end) => this.span(start, end),
    });
  }

  /** The source has ended. */
  end(): void {
    if (this.section.absolute) this.#lastLocation.assigned = constant(this.section.length);
    else this.#lastLocation.place = this.section.here;
  }

  // Values

  bind(expression: Expression): Bound {
    return bind(expression, this);
  }

  /** The value of an expression as far as it is known now. */
  valueNow(expression: Expression): Integer | undefined {
    return constantNow(bind(expression, this));
  }

  /**
   * The value of an expression that must be a number at this point; reports and gives undefined when it is none. `distances`
   * says whether it may count on how far places are apart now: not where the linker may change that afterwards.
   */
  constant(expression: Expression, what: string, distances = true): Integer | undefined {
    const known = literal(expression);
    if (known !== undefined) return known;
    const before = this.diagnostics.length;
    const bound = bind(expression, this);
    const value = isConstant(bound) ? bound.value : distances ? constantNow(bound) : undefined;
    if (value !== undefined) return this.diagnostics.length > before ? undefined : value;
    const name = firstUndefined(bound);
    const why = name
      ? `'${name}' is not defined before this line`
      : 'its value depends on where code ends up, which the linker may change';
    this.error('not-constant', `${what} must be a constant here: ${why}`, expression.start, expression.end);
    return undefined;
  }

  setArchitecture(architecture: Architecture): void {
    this.options = { ...this.options, architecture };
    this.usedCompressed ||= architecture.compressed;
  }

  addFileSymbol(name: string): void {
    this.fileSymbols.push({ name, order: this.fileSymbols.length === 0 ? 0 : this.symbols.nextOrder() });
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

  /** Whether `count` more bytes may be put here, or into another section; reports when not. */
  room(count: number, start: number, end: number, section = this.section): boolean {
    const { hasContents } = section;
    if (hasContents && this.#contents + count > maximumContents) {
      this.error('section-too-large', tooManyContents, start, end);
      return false;
    }
    if (hasContents) this.#contents += count;
    if (section.length + count <= maximumSectionSize) return true;
    this.error(
      'section-too-large',
      `section '${section.name}' would be larger than ${maximumSectionSize} bytes`,
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

  /** Instructions in a section without contents only reserve their space: GNU as takes them without a word. */
  warnOfLostCode(start: number, end: number): void {
    if (this.section.hasContents) return;
    const message = `section '${this.section.name}' holds no data: this reserves space, and the instruction is lost`;
    this.warning('contents-in-bss', message, start, end);
  }

  /** Appends bytes; only zeros where a section has no contents. */
  appendBytes(bytes: ArrayLike<number>, start: number, end: number): void {
    this.beginData();
    if (this.section.hasContents || isZero(bytes) || this.allowContents(start, end)) this.section.append(bytes);
  }

  /** Notes that an instruction comes next. */
  beginInstruction(): void {
    const { section, options } = this;
    if (section.executable && section.output.mapping !== options.architecture)
      this.mapping.instructions(section, options.architecture);
    this.attributes.started = true;
  }

  /** Notes that data comes next. */
  beginData(): void {
    const { section } = this;
    if (section.executable && section.output.mapping !== 'data') this.mapping.data(section);
  }

  fixup(offset: number, kind: FixupKind, value: Bound, start: number, end: number): void {
    const { section } = this;
    const { relax } = this.options;
    section.fixups.push({ offset, part: section.parts.length, kind, value, span: this.span(start, end), relax });
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

/** What a symbol that is set to another one takes over from it. */
export function copyAttributes(symbol: AssemblySymbol, target: AssemblySymbol): void {
  if (target.type === 'function' || target.type === 'object' || target.type === 'ifunc') symbol.type = target.type;
  symbol.size ??= target.size;
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
