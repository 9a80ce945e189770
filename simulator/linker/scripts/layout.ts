import * as integer from '../../object/bytes/integer';
import { Region } from '../layout/region';
import { Kind } from '../sections/kind';
import type { InputSection, OutputItem, OutputSection } from '../sections/sections';
import { DataSegment } from './data-segment';
import {
  absolute,
  alignUp,
  baseAddress,
  type EvaluationHost,
  Evaluator,
  type Phase,
  type ScriptValue,
} from './evaluate';
import type { PlacedScript } from './placed-script';
import { checkRegion, fillBytes, reportOverlaps } from './region-check';
import { type ObjectSymbols, type ScriptSymbol, ScriptSymbols } from './script-symbols';
import { sectionForDot } from './symbol-sections';
import {
  type Assertion,
  type Assignment,
  type DataStatement,
  type LinkerScript,
  nowhere,
  type ScriptExpression,
  type ScriptPlace,
} from './syntax';

/** What the layout asks of the link, and tells it. */
export interface LayoutHost extends ObjectSymbols {
  report(place: ScriptPlace | undefined, message: string, code?: string, severity?: 'error' | 'warning'): void;
  headersSize(): bigint | undefined;
}

export interface LayoutSettings {
  /** Where segments begin that the link places. */
  readonly segments: ReadonlyMap<string, bigint>;
  /** Whether any section may be protected once the program is loaded. */
  readonly protects: boolean;
  readonly pages: EvaluationHost['pages'];
  /** Symbols that count as used, beside the EXTERNs of the script. */
  readonly wanted: readonly string[];
}

/** Makes an input section shorter while sections get their addresses; true when something changed. */
export type Relax = (input: InputSection) => boolean;

const lowBits = 0x7fff_ffffn;
const allOnes = 0xffff_ffff_ffff_ffffn;
/** No section of any machine is larger than this. */
const largestSection = 1n << 40n;
/** Where `.` gets so far in one step inside of a section, an address was meant. */
const addressLike = 0x1000_0000n;

/** Gives the sections of a script their addresses, and its symbols their values: once, and again as often as code becomes shorter. */
export class ScriptLayout implements EvaluationHost {
  phase: Phase = 'first';
  readonly segment: DataSegment;
  readonly #symbols: ScriptSymbols;
  readonly regions = new Map<string, Region>();
  readonly #evaluator = new Evaluator(this);
  readonly #defaultRegion = new Region('*default*', undefined);
  readonly #byName = new Map<string, OutputSection>();
  readonly #data: { output: OutputSection; size: number; offset: number; value: bigint }[] = [];
  #relax: Relax | undefined;
  #changed = false;
  /** The section before the statement that is evaluated, and whether `.` was set since. */
  #current: OutputSection | undefined;
  #movedOn = false;
  #node = 0;
  readonly #warned = new Set<string>();
  /** Whether anything asked for the size of the file's headers. */
  usesHeaders = false;

  constructor(
    readonly script: LinkerScript,
    readonly placed: PlacedScript,
    readonly host: LayoutHost,
    readonly settings: LayoutSettings,
  ) {
    this.segment = new DataSegment(settings.protects);
    this.#symbols = new ScriptSymbols(host, [...script.externs, ...settings.wanted]);
    for (const output of placed.outputs)
      if (!output.excluded && !this.#byName.has(output.name)) this.#byName.set(output.name, output);
    for (const declared of script.regions) this.regions.set(declared.name, new Region(declared.name, declared));
    placed.outputs.forEach((output, index) => {
      this.#nameRegions(output, placed.outputs[index - 1]);
    });
  }

  get symbols(): ReadonlyMap<string, ScriptSymbol> {
    return this.#symbols.values;
  }

  get segments(): ReadonlyMap<string, bigint> {
    return this.settings.segments;
  }

  get pages(): EvaluationHost['pages'] {
    return this.settings.pages;
  }

  /** Finds which sections are there at all; the others get no address. */
  mark(): void {
    // What the regions mention is provided; then they are what those symbols say.
    for (const { declared } of this.regions.values())
      for (const value of [declared!.origin, declared!.length]) this.#evaluate(value, 'absolute', 0n);
    this.#define();
    this.#evaluateRegions();
    this.#pass('mark');
    for (const output of this.placed.outputs) {
      if (!output.exists) continue;
      output.sizeBefore = output.size;
      if (output.size !== 0 || output.keep) continue;
      output.removed = true;
      output.ignored = !output.definesSymbols;
    }
  }

  /** One round of addresses for all sections. @returns whether `relax` made something shorter */
  size(relax?: Relax): boolean {
    this.#relax = relax;
    this.#changed = false;
    this.segment.reset();
    this.#pass('size');
    this.segment.settle(this.placed.outputs, () => this.#pass('size'));
    return this.#changed;
  }

  /** Gives the symbols their values from the addresses. */
  assign(): void {
    this.#pass('assign');
  }

  /** The last round: what is wrong is reported, and contents that the script states are written. */
  finish(): void {
    this.#pass('final');
    for (const output of this.placed.outputs) if (!output.removed && output.exists) checkRegion(output, this.host);
    reportOverlaps(this.placed.outputs, this.host);
  }

  /** Gives a symbol a value that nobody states, once all have theirs. */
  define(name: string, value: bigint, near: OutputSection | undefined): void {
    this.#symbols.values.set(name, { value, section: 'absolute', isProtected: false, place: nowhere, near });
  }

  /** Works out the bytes that the script states. */
  writeData(): void {
    for (const { output, size, offset, value } of this.#data) {
      if (output.removed) continue;
      const bytes = new Uint8Array(8);
      new DataView(bytes.buffer).setBigUint64(0, value, true);
      output.data.push({ offset, bytes: bytes.subarray(0, size) });
    }
  }

  // What expressions ask

  symbol(name: string): ScriptValue | undefined {
    return this.#symbols.get(name);
  }

  isDefined(name: string): boolean {
    return this.#symbols.isDefined(name);
  }

  isDefinedHere(name: string): boolean {
    return this.#symbols.isDefinedHere(name);
  }

  headersSize(): bigint | undefined {
    this.usesHeaders = true;
    return this.phase === 'first' || this.phase === 'mark' ? undefined : this.host.headersSize();
  }

  outputNamed(name: string): OutputSection | undefined {
    return this.#byName.get(name);
  }

  regionNamed(name: string): Region | undefined {
    return this.regions.get(this.script.aliases.get(name) ?? name);
  }

  report(place: ScriptPlace, message: string): void {
    if (this.phase === 'final') this.host.report(place, message);
  }

  /** The value of an expression that stands for itself, such as the flags of a segment. */
  numberOf(expression: ScriptExpression): bigint | undefined {
    const value = this.#evaluate(expression, 'absolute', 0n);
    return value && absolute(value);
  }

  // Passes

  /** A section that says nothing else is loaded where the one before it in its region is. */
  #nameRegions(output: OutputSection, before: OutputSection | undefined): void {
    const { description } = output;
    const named = (name: string | undefined): Region | undefined => {
      if (name === undefined) return undefined;
      const region = this.regionNamed(name);
      if (!region) this.host.report(description!.place, `there is no memory region '${name}'`);
      return region;
    };
    output.loadRegion = named(description?.loadRegion);
    // Where only the region of loading is stated, it is the other one too.
    const otherwise = description?.address ? undefined : output.loadRegion;
    output.region = (description?.region === undefined ? otherwise : named(description.region)) ?? this.#defaultRegion;
    if (description?.loadAddress && description.loadRegion !== undefined)
      this.host.report(
        description.place,
        `section '${output.name}' has both a load address (AT) and a region that it is loaded from (AT>)`,
      );
    const isFree = !description?.loadRegion && !description?.loadAddress && !description?.address;
    if (isFree && before?.region === output.region) output.loadRegion = before.loadRegion;
  }

  #evaluateRegions(): void {
    for (const region of this.regions.values()) {
      const { origin, length, place } = region.declared!;
      const [start, size] = [origin, length].map((value) => this.#evaluate(value, 'absolute', 0n));
      const unknown = start ? 'length' : 'origin';
      if (!start || !size) {
        const message = `the ${unknown} of region '${region.name}' is no constant: the region has no limit`;
        this.host.report(place, message, 'linker-script', 'warning');
      }
      region.origin = start ? absolute(start) : 0n;
      region.length = size ? absolute(size) : allOnes;
    }
  }

  /** The values of symbols that need no addresses. */
  #define(): void {
    this.#symbols.next();
    for (const node of this.placed.nodes) {
      const statements =
        node.kind === 'statement'
          ? [node.statement]
          : node.output.items.flatMap((item) => (item.kind === 'statement' ? [item.statement] : []));
      for (const statement of statements)
        if (statement.kind === 'assignment' && statement.name !== '.') this.#assign(statement, 'absolute', 0n);
    }
  }

  #pass(phase: Phase): void {
    this.phase = phase;
    this.#symbols.next();
    this.#current = undefined;
    this.#movedOn = false;
    if (phase === 'mark' || phase === 'size') {
      for (const region of [this.#defaultRegion, ...this.regions.values()]) {
        region.current = region.origin;
        region.last = undefined;
      }
      for (const output of this.placed.outputs) {
        output.placed = false;
        output.loadPlaced = false;
        output.sizeBefore = output.size;
        output.size = 0;
        output.gaps = [];
      }
    }
    let dot = 0n;
    for (const [index, node] of this.placed.nodes.entries()) {
      this.#node = index;
      if (node.kind === 'output') dot = this.#output(node.output, dot);
      else {
        dot = this.#statement(node.statement, 'absolute', dot);
        if (phase === 'mark' || phase === 'size') this.#defaultRegion.current = dot;
      }
    }
  }

  #output(output: OutputSection, dot: bigint): bigint {
    if (this.phase === 'assign' || this.phase === 'final') return this.#assignIn(output, dot);
    const { description } = output;
    if (output.excluded) return dot;
    let here = dot;
    if (description?.address) {
      const address = this.#evaluate(description.address, 'absolute', dot);
      if (address) here = absolute(address);
      else
        this.report(description.address.place, `the address of section '${output.name}' depends on what comes later`);
    }
    if (!output.exists) return here;
    let alignment = 1;
    let start = here;
    const stated = this.#alignment(description?.alignment) ?? 1;
    output.alignment = Math.max(output.alignment, stated);
    if (description?.address) alignment = stated;
    else {
      if (output.region === this.#defaultRegion) output.region = this.#regionFor(output);
      start = output.region!.current;
      alignment = output.alignment;
    }
    const aligned = alignUp(start, BigInt(alignment));
    output.address = integer.fromBigint(aligned);
    this.#sizeItems(output, aligned);
    output.placed = true;
    this.#placeLoad(output, alignment, { gap: aligned - start, dot: output.ignored ? here : aligned });
    if (output.ignored) return here;
    const room = output.isThreadZeros ? 0n : BigInt(output.size);
    const end = aligned + room;
    // What only has bytes in the file moves its region on as well.
    if (output.region && (output.kind & (Kind.Alloc | Kind.Load)) !== 0) {
      output.region.current = end;
      if (
        output.loadRegion &&
        output.loadRegion !== output.region &&
        ((output.kind & Kind.Load) !== 0 || description?.alignWithInput)
      )
        output.loadRegion.current = integer.toUnsigned(output.loadAddress) + room;
    }
    return end;
  }

  #regionFor(output: OutputSection): Region {
    if (output.description?.region !== undefined)
      return this.regionNamed(output.description.region) ?? this.#defaultRegion;
    for (const region of this.regions.values()) if (region.takes(output.kind)) return region;
    return this.#defaultRegion;
  }

  /** A power of two: the next one from what the script states, as for ld. */
  #alignment(expression: ScriptExpression | undefined): number | undefined {
    const value = expression && this.#evaluate(expression, 'absolute', 0n);
    if (!value) return undefined;
    const stated = absolute(value);
    // -1 states none.
    if (stated === allOnes) return undefined;
    if (stated <= largestSection) return 2 ** (stated <= 1n ? 0 : (stated - 1n).toString(2).length);
    this.#reportOnce(expression.place, `no section of any machine is aligned to ${integer.toHex(stated)}`, 'error');
    return undefined;
  }

  /** Walks the contents of a section, which begins at `address`. */
  #sizeItems(output: OutputSection, address: bigint): void {
    const low = Number(address & lowBits);
    const inputAlignment = this.#alignment(output.description?.inputAlignment);
    let fill = fillBytes(output.description?.fill, (value) => this.#bytesOf(value));
    let offset = 0;
    const grow = (to: number): void => {
      if (to > offset) output.gaps.push({ offset, size: to - offset, fill });
      offset = to;
      output.size = offset;
    };
    for (const item of output.items) {
      if (item.kind === 'input') {
        const { input } = item;
        if (this.#relax && !this.segment.protecting && this.#relax(input)) this.#changed = true;
        if (output.ignored || input.discarded) {
          input.offset = offset;
          continue;
        }
        if (inputAlignment !== undefined) input.alignment = inputAlignment;
        output.alignment = Math.max(output.alignment, input.alignment);
        const beyond = (low + offset) % input.alignment;
        if (beyond !== 0) grow(offset + input.alignment - beyond);
        input.offset = offset;
        offset += input.size;
        output.size = offset;
        continue;
      }
      const { statement } = item;
      if (statement.kind === 'fill') fill = fillBytes(statement.pattern, (value) => this.#bytesOf(value));
      else if (statement.kind === 'data') {
        this.#evaluate(statement.value, 'absolute', address + BigInt(offset));
        offset += statement.size;
        output.size = offset;
      } else {
        const after = this.#statement(statement, output, address + BigInt(offset));
        if (statement.kind === 'assignment' && statement.name !== '.') output.definesSymbols = true;
        const moved = Number(after - address);
        if (moved !== offset && !output.ignored) {
          if (output.description?.type !== 'noalloc') output.kind |= Kind.Alloc;
          grow(moved);
        }
      }
      item.end = offset;
    }
  }

  #bytesOf(value: ScriptExpression): bigint {
    const result = this.#evaluate(value, 'absolute', 0n);
    return result ? absolute(result) : 0n;
  }

  /** Where the section is loaded: as the script says, or as far from its address as the section before it. */
  #placeLoad(
    output: OutputSection,
    alignment: number,
    { gap, dot }: { readonly gap: bigint; readonly dot: bigint },
  ): void {
    const { description, loadRegion } = output;
    const address = integer.toUnsigned(output.address);
    const region = output.region ?? this.#defaultRegion;
    let load = address;
    const last = region.last;
    if (description?.loadAddress) load = this.#bytesOf(description.loadAddress);
    else if (loadRegion) {
      load = loadRegion.current;
      if (description?.alignWithInput) load += gap;
      else {
        const own = loadRegion === region ? alignment : (this.#alignment(description?.alignment) ?? 1);
        load = alignUp(load, BigInt(own));
      }
    } else if (last && output.allocated) {
      const [lastAddress, lastLoad] = [integer.toUnsigned(last.address), integer.toUnsigned(last.loadAddress)];
      const movedBack = dot < lastAddress && output.size !== 0 && dot + BigInt(output.size) <= lastAddress;
      if (!movedBack) load = alignUp((address + lastLoad - lastAddress) & 0xffff_ffff_ffff_ffffn, BigInt(alignment));
    }
    output.loadAddress = integer.fromBigint(load);
    output.loadPlaced = true;
    const follows = last ? dot >= integer.toUnsigned(last.address) : load !== address;
    const counts = output.allocated && !output.isThreadZeros;
    if (counts && (output.size !== 0 || follows) && !loadRegion) region.last = output;
  }

  /** Gives the symbols in a section their values; its contents stay where they are. */
  #assignIn(output: OutputSection, dot: bigint): bigint {
    if (output.excluded) {
      for (const item of output.items)
        if (item.kind === 'statement' && !(item.statement.kind === 'assignment' && item.statement.name === '.'))
          this.#statement(item.statement, 'absolute', dot);
      return dot;
    }
    if (output.exists && !output.ignored && output.allocated) {
      this.#current = output;
      this.#movedOn = false;
    }
    const address = output.exists ? baseAddress(output) : dot;
    let at = address;
    for (const item of output.items) {
      if (item.kind === 'input') {
        at = address + BigInt(item.input.offset + item.input.size);
        continue;
      }
      const { statement } = item;
      // The location itself was settled when sections got their sizes: only what its value lacks is said now.
      if (statement.kind === 'assignment' && statement.name === '.' && this.phase === 'final')
        this.#evaluate(statement.value, output, at, true);
      if (statement.kind === 'data' && this.phase === 'final') this.#finalData(output, statement, at);
      if (statement.kind === 'assert' || (statement.kind === 'assignment' && statement.name !== '.'))
        this.#statement(statement, output, at);
      at = address + BigInt(item.end);
    }
    if (output.ignored || !output.exists) return dot;
    return address + (output.isThreadZeros ? 0n : BigInt(output.size));
  }

  /** ld works out the values of data as if they stood between sections, with what symbols are at that place. */
  #finalData(output: OutputSection, { value, size }: DataStatement, at: bigint): void {
    const result = this.#evaluate(value, 'absolute', at);
    if (!result) return;
    this.#data.push({ output, size, offset: Number(at - baseAddress(output)), value: absolute(result) });
  }

  // Statements

  /** @returns the location counter after it */
  #statement(
    statement: (OutputItem & { kind: 'statement' })['statement'],
    section: OutputSection | 'absolute',
    dot: bigint,
  ): bigint {
    if (statement.kind === 'assert') {
      this.#assert(statement, section, dot);
      return dot;
    }
    if (statement.kind !== 'assignment') return dot;
    if (statement.name !== '.') {
      this.#assign(statement, section, dot);
      return dot;
    }
    const value = this.#evaluate(statement.value, section, dot, true);
    if (this.phase === 'mark' && section !== 'absolute' && !(value?.value === 0n && movesNothing(statement.value)))
      section.keep = true;
    if (!value) return dot;
    const target = value.section === undefined ? value.value + baseAddress(section) : absolute(value);
    if (section === 'absolute') {
      this.#movedOn = true;
      return target;
    }
    const moved = this.#moveInside(statement, section, dot, target);
    return moved ? target : dot;
  }

  /** Reports what sizing finds, which happens again and again. */
  #reportOnce(place: ScriptPlace, message: string, severity: 'error' | 'warning'): void {
    const key = `${place.file} ${place.line} ${place.column} ${severity}`;
    if (this.phase !== 'size' || this.#warned.has(key)) return;
    this.#warned.add(key);
    this.host.report(place, message, undefined, severity);
  }

  /** Whether `.` may go from a place in a section to another. */
  #moveInside({ place }: Assignment, section: OutputSection, dot: bigint, target: bigint): boolean {
    const report = (message: string, severity: 'error' | 'warning'): void => this.#reportOnce(place, message, severity);
    if (target < dot) {
      report(`the location counter cannot go back, from ${integer.toHex(dot)} to ${integer.toHex(target)}`, 'error');
      return false;
    }
    if (target - dot > largestSection) {
      report(
        `section '${section.name}' would have ${target - baseAddress(section)} bytes: no machine has so many`,
        'error',
      );
      return false;
    }
    if (target - dot >= addressLike) {
      const hint = `'.' inside a section counts from the section's start`;
      report(`section '${section.name}' becomes ${target - dot} bytes larger: ${hint}`, 'warning');
    }
    return true;
  }

  #assert({ condition, message, place }: Assertion, section: OutputSection | 'absolute', dot: bigint): void {
    const value = this.#evaluate(condition, section, dot);
    if (value?.value === 0n && this.phase === 'final')
      this.host.report(place, `ASSERT: ${message}`, 'linker-script-assert');
  }

  #assign(statement: Assignment, section: OutputSection | 'absolute', dot: bigint): void {
    if (!this.#symbols.isWanted(statement)) return;
    const evaluator = this.#evaluator;
    evaluator.assigned = statement.name;
    evaluator.usedItself = false;
    const result = this.#evaluate(statement.value, section, dot);
    evaluator.assigned = undefined;
    // What a symbol was before is known in the last round only: there are as many others as relaxation needs.
    if (evaluator.usedItself && this.phase !== 'final') return;
    const countsFromDot = this.phase === 'final' && evaluator.fromDot && (result?.section ?? section) === 'absolute';
    const near = countsFromDot ? sectionForDot(this.placed.nodes, this.#node, this.#current, this.#movedOn) : undefined;
    const alias = evaluator.source === 'several' ? undefined : evaluator.source;
    this.#symbols.define(statement, result, section, { near, alias });
  }

  #evaluate(
    expression: ScriptExpression,
    section: OutputSection | 'absolute',
    dot: bigint,
    toDot = false,
  ): ScriptValue | undefined {
    return this.#evaluator.evaluate(expression, section, dot, toDot);
  }
}

/** `. = 0`, `. = . + 0`, `. = symbol` and `. = ALIGN(. != 0 ? x : 1)` do not keep an empty section. */
function movesNothing(value: ScriptExpression): boolean {
  if (value.kind === 'number' || value.kind === 'name') return true;
  if (value.kind === 'binary')
    return value.operator === '+' && value.left.kind === 'name' && value.right.kind === 'number';
  return value.kind === 'call' && value.name === 'ALIGN' && value.operands[0]?.kind === 'conditional';
}
