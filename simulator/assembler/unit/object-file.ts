import { encode, instructionNamed } from '../../isa';
import * as integer from '../../object/bytes/integer';
import { floatAbiFlag, HeaderFlag } from '../../object/elf/header-flags';
import {
  noSymbol,
  type ObjectFile,
  type ObjectLine,
  type ObjectSection,
  type Relocation,
  RelocationType,
  SectionFlag,
  SectionType,
} from '../../object/elf/relocatable';
import { writeDebugInfo } from '../debug-info/debug-info';
import { writeFrames } from '../debug-info/frame-writer';
import { writeLines } from '../debug-info/line-writer';
import { abiProblem, floatsOf } from '../encode/abi';
import { originOf, positionOf, type SourceSpan } from '../source/frames';
import type { Steps } from '../source/steps';
import { constant, isConstant, offsetOf, settle } from './evaluation';
import { branchTarget, layOut, maximumContents, maximumSectionSize, sizeOf, tooManyContents } from './layout';
import { ObjectSymbols } from './object-symbols';
import { addBits, distanceBits, expandBranch, fillBytes, invertCompressed, writeInteger } from './section-bytes';
import type {
  AssemblySymbol,
  Bound,
  Fixup,
  Linear,
  ObjectSectionSource,
  Section,
  VariablePart,
} from './symbols-and-sections';
import type { Unit } from './unit';

/** A section under construction. */
type Output = ObjectSection & { readonly relocations: Relocation[]; linkedTo?: ObjectSection };

const R = RelocationType;

const dataRelocations = {
  1: { add: R.Add8, subtract: R.Sub8, absolute: undefined },
  2: { add: R.Add16, subtract: R.Sub16, absolute: undefined },
  4: { add: R.Add32, subtract: R.Sub32, absolute: R.Absolute32 },
  8: { add: R.Add64, subtract: R.Sub64, absolute: R.Absolute64 },
} as const;

/** Relocations by which a linker may shorten the code, when `.option relax` allows it. */
const relaxable: ReadonlySet<number> = new Set([
  ...[R.High20, R.Low12I, R.Low12S, R.TprelHigh20, R.TprelLow12I, R.TprelLow12S, R.TprelAdd],
  ...[R.Call, R.CallPlt, R.PcrelHigh20, R.PcrelLow12I, R.PcrelLow12S],
]);
/** Of these, GNU as also wants relaxation to be on at the end of the source. */
const relaxableAtEnd: ReadonlySet<number> = new Set([R.PcrelHigh20, R.PcrelLow12I, R.PcrelLow12S]);

/** Relocations that make their symbol a thread-local one. */
const threadLocal: ReadonlySet<number> = new Set([
  ...[R.TprelHigh20, R.TprelLow12I, R.TprelLow12S, R.TprelAdd, R.TlsGotHigh20, R.TlsGlobalDynamicHigh20],
  ...[R.TlsDtpRelative32, R.TlsDtpRelative64],
]);

/** Finishes a unit: lays its sections out, fixes what can be fixed, and leaves the rest to the linker. */
export function finishUnitInSteps(unit: Unit): Steps<ObjectFile> {
  return new ObjectBuilder(unit).build();
}

/** Fixups of one step. */
const stepLength = 16_384;

class ObjectBuilder {
  readonly #outputs = new Map<ObjectSectionSource, Output>();
  readonly #symbols: ObjectSymbols;
  /** Bytes of the sections so far. */
  #contents = 0;

  constructor(readonly unit: Unit) {
    this.#symbols = new ObjectSymbols(
      unit,
      (section) => this.#outputs.get(section.output)!,
      (span, code, message) => this.#report(span, code, message),
    );
  }

  *build(): Steps<ObjectFile> {
    const { unit } = this;
    for (const output of unit.sections.outputs) {
      if (output.subsections.length > 1) output.subsections.sort((a, b) => a.subsection - b.subsection);
      this.#padCode(output);
    }
    layOut(unit.sections.outputs, ({ part }, code, message, severity = 'error') =>
      unit.report(severity, code, message, (part as { span: SourceSpan }).span),
    );
    yield;
    writeLines(unit);
    writeDebugInfo(unit);
    writeFrames(unit);
    if (!unit.options.relax) for (const section of unit.sections.all) this.#markOddPadding(section);
    for (const output of unit.sections.outputs) this.#makeOutput(output);
    yield;
    for (const section of unit.sections.all) this.#markThreadLocal(section);
    for (const output of unit.sections.outputs) yield* this.#fix(output);
    yield;
    this.#request();
    this.#link();
    const attributes = unit.attributes.section(unit.options.architecture);
    const groups = this.#groups();
    this.#symbols.addVersions();
    // Symbols of sections that the source did not name, or not first, come last.
    const late = [...this.#outputs].filter(([source]) => source.order === 0).map(([, object]) => object);
    for (const object of [...late, attributes, ...groups]) this.#symbols.addSection(object, unit.symbols.nextOrder());
    const symbols = this.#symbols.list();
    this.#symbols.checkLabels();
    this.#checkAbi();
    const lines = (): ObjectLine[] => this.#lines();
    let made: ObjectLine[] | undefined;
    return {
      path: unit.frames[0]!.file,
      sections: [...groups, ...this.#outputs.values(), attributes],
      symbols,
      // Only debugging asks for lines; editing does not.
      get lines() {
        made ??= lines();
        return made;
      },
      flags: flagsOf(unit),
      ...(unit.anyFloatAbi ? { anyFloatAbi: true } : {}),
    };
  }

  /** Only at the end it is known for which instruction set the source is: `.option arch` may have said. */
  #checkAbi(): void {
    const { unit } = this;
    const { mabi } = unit;
    const problem = mabi === undefined ? undefined : abiProblem(mabi, unit.options.architecture);
    // It would say of a wrong -march what has been said.
    const isKnown = unit.diagnostics.some(({ code, severity }) => code === 'march' && severity === 'error');
    if (problem !== undefined && !isKnown) this.#report(unit.span(0, 0), 'mabi', problem);
  }

  #report(span: SourceSpan, code: string, message: string): void {
    this.unit.report('error', code, message, span);
  }

  /** GNU as fills code up to the section's alignment. */
  #padCode({ subsections, alignment, mapping, flags, entrySize }: ObjectSectionSource): void {
    // Entries of a section that is merged are whole.
    const entryAlignment = flags & (SectionFlag.Merge | SectionFlag.Strings) ? entrySize & -entrySize : 0;
    if (entryAlignment > 1)
      for (const section of subsections) section.appendPart(padding(section, entryAlignment, Uint8Array.of(0)));
    const last = subsections.at(-1);
    if (!last?.executable) return;
    // The end of the first subsection already counts as code again.
    if (mapping === 'data') this.unit.mapping.instructions(subsections[0]!, this.unit.options.architecture, true);
    if (alignment <= 1) return;
    last.appendPart(padding(last, alignment, undefined));
  }

  #markOddPadding(section: Section): void {
    section.parts.forEach((part, index) => {
      if (part.kind === 'align' && !part.fill && part.size % 2 === 1)
        this.unit.mapping.oddPadding(section, part.at, index);
    });
  }

  #makeOutput(source: ObjectSectionSource): void {
    const { name, type, flags, alignment, entrySize, group, subsections, info } = source;
    const last = subsections.at(-1)!;
    let size = last.base + sizeOf(last);
    const hasContents = type !== SectionType.Nobits;
    if (hasContents) this.#contents += size;
    if (size > maximumSectionSize || this.#contents > maximumContents) {
      const message = `section '${name}' would be ${size} bytes large, more than ${maximumSectionSize}`;
      this.unit.error('section-too-large', size > maximumSectionSize ? message : tooManyContents, 0, 0);
      size = 0;
    }
    const bytes = new Uint8Array(hasContents ? size : 0);
    const nops = !this.unit.options.relax;
    if (hasContents && size > 0) for (const section of subsections) fillBytes(section, bytes, nops);
    const object: Output = {
      name,
      type,
      flags: (flags | (group ? SectionFlag.Group : 0)) >>> 0,
      alignment,
      bytes,
      size,
      entrySize: isArray(type) ? 8 : entrySize,
      relocations: [],
      ...(group ? { group } : {}),
      ...(info ? { info } : {}),
    };
    this.#outputs.set(source, object);
    if (source.order > 0) this.#symbols.addSection(object, source.order);
  }

  /** The relocations that the source asks for by name. */
  #request(): void {
    for (const { section, offset, type, value, span } of this.unit.requests) {
      const at = settle(offset);
      const place = at?.add?.place;
      const resolved = this.#resolve(value);
      if (!at || at.subtract || (at.add && !place)) {
        this.#report(span, 'relocation', 'the offset must be a number, or a place of this source');
        continue;
      }
      if (!resolved || resolved.subtract) {
        this.#report(span, 'relocation', 'the value must be a symbol and a number');
        continue;
      }
      const object = this.#outputs.get((place?.section ?? section).output);
      const where = Number(at.value) + (place ? offsetOf(place) : 0);
      if (!object || where < 0 || where > object.size) {
        this.#report(span, 'relocation', `offset ${where} is not in the section, which has ${object?.size ?? 0} bytes`);
        continue;
      }
      object.relocations.push(this.#relocation(where, type, resolved.add, resolved.value, span));
      object.relocations.sort((a, b) => a.offset - b.offset);
    }
  }

  /** Sections that go with another one, by a symbol of that. */
  #link(): void {
    for (const [{ name, linkedTo }, object] of this.#outputs) {
      if (linkedTo === undefined) continue;
      const symbol = this.unit.symbols.find(linkedTo);
      if (symbol?.place) object.linkedTo = this.#outputs.get(symbol.place.section.output)!;
      else {
        const message = `section '${name}' goes with the symbol '${linkedTo}', which this source does not define`;
        this.unit.report('error', 'linked-to', message, this.unit.span(0, 0));
      }
    }
  }

  /** A section for each group, which lists its members. */
  #groups(): ObjectSection[] {
    const groups = new Map<string, ObjectSection>();
    for (const { group } of this.unit.sections.outputs) {
      if (!group || groups.has(group.signature)) continue;
      const section: ObjectSection = {
        name: '.group',
        type: SectionType.Group,
        flags: 0,
        alignment: 4,
        bytes: new Uint8Array(0),
        size: 0,
        entrySize: 4,
        relocations: [],
        group,
      };
      groups.set(group.signature, section);
      if (!this.unit.symbols.find(group.signature)?.order) this.#symbols.addSignature(section, group.signature);
    }
    return [...groups.values()];
  }

  /** The offset in the output section of a fixed byte. */
  #offset(section: Section, offset: number, part: number): number {
    return section.base + offset + section.shifts[part]!;
  }

  #markThreadLocal(section: Section): void {
    for (const { kind, value, span } of section.fixups) {
      if (!('relocation' in kind) || !threadLocal.has(kind.relocation)) continue;
      const { add } = value.kind === 'linear' && value.add ? this.#symbols.meaning(value.add) : constant(0);
      if (!add) continue;
      const elsewhere = add.place ? !add.place.section.threadLocal : add.common && add.type !== 'tls';
      if (elsewhere || add.type === 'function') {
        const message = `'${add.name}' is not thread-local: such storage lies in .tdata or .tbss`;
        this.#report(span, 'thread-local', message);
      }
      add.type = 'tls';
    }
  }

  *#fix(source: ObjectSectionSource): Steps<void> {
    const object = this.#outputs.get(source)!;
    for (const section of source.subsections) {
      const { fixups } = section;
      for (let i = 0; i < fixups.length; i++) {
        this.#applyFixup(section, object, fixups[i]!);
        if (i % stepLength === stepLength - 1) yield;
      }
    }
    yield;
    for (const section of source.subsections) {
      const { parts } = section;
      for (let index = 0; index < parts.length; index++) {
        const part = parts[index]!;
        if (part.kind === 'branch') this.#applyBranch(section, object, part, index);
      }
    }
    object.relocations.sort((a, b) => a.offset - b.offset);
  }

  /** The value with what its symbols stand for; what no linker can express is undefined. */
  #resolve(value: Bound): Linear | undefined {
    if (value.kind !== 'linear') return settle(value);
    if (isConstant(value)) return value;
    const plus = value.add ? this.#symbols.meaning(value.add) : constant(0);
    const minus = value.subtract ? this.#symbols.meaning(value.subtract) : constant(0);
    if (plus.subtract || minus.subtract) return settle(value);
    const sum = integer.subtract(integer.add(value.value, plus.value), minus.value);
    return { kind: 'linear', value: sum, add: plus.add, subtract: minus.add };
  }

  #applyFixup(section: Section, object: Output, fixup: Fixup): void {
    const value = this.#resolve(fixup.value);
    const offset = this.#offset(section, fixup.offset, fixup.part);
    if (!value) {
      this.#report(
        fixup.span,
        'expression',
        'this expression is more than a linker can express: only a symbol, a distance between two symbols, and a constant can be added',
      );
      return;
    }
    if ('relocation' in fixup.kind) this.#applyRelocation(object, fixup, fixup.kind.relocation, offset, value);
    else this.#applyData(object, fixup, fixup.kind.data, offset, value);
  }

  #applyRelocation(object: Output, fixup: Fixup, type: number, offset: number, value: Linear): void {
    const { span } = fixup;
    if (value.subtract) {
      this.#report(span, 'expression', 'a distance between symbols cannot stand here: the linker may change it');
      return;
    }
    if (!value.add && threadLocal.has(type)) {
      this.#report(span, 'expression', 'a thread-local symbol is expected here, not a number');
      return;
    }
    const bits = constantBits(type, value.value);
    if (bits !== undefined) {
      addBits(object.bytes, offset, bits);
      if (!value.add) return;
    }
    // These have what is added in the section as well.
    if (type === R.TprelHigh20) addBits(object.bytes, offset, integer.lowWord(value.value) & 0xffff_f000);
    if (type === R.TlsDtpRelative32 || type === R.TlsDtpRelative64)
      writeInteger(object.bytes, offset, value.value, type === R.TlsDtpRelative32 ? 4 : 8);
    object.relocations.push(this.#relocation(offset, type, value.add, value.value, span));
    if (value.add && fixup.relax && relaxable.has(type) && (this.unit.options.relax || !relaxableAtEnd.has(type)))
      object.relocations.push(this.#relocation(offset, R.Relax, undefined, value.value, span));
  }

  #applyData(object: Output, fixup: Fixup, size: 1 | 2 | 4 | 8, offset: number, value: Linear): void {
    const { span } = fixup;
    const { add, subtract } = value;
    // Code may be relaxed, which changes distances in it; elsewhere they are numbers.
    const distance =
      add?.place && subtract?.place && add.place.section.output === subtract.place.section.output
        ? integer.add(value.value, offsetOf(add.place) - offsetOf(subtract.place))
        : undefined;
    if (isConstant(value) || (distance !== undefined && !add!.place!.section.executable)) {
      const number = distance ?? value.value;
      if (size < 8 && (number >= 2 ** (8 * size) || number <= -(2 ** (8 * size))))
        this.#report(span, 'truncated', `the value ${number} does not fit in ${size} ${size === 1 ? 'byte' : 'bytes'}`);
      writeInteger(object.bytes, offset, number, size);
      return;
    }
    const types = dataRelocations[size];
    if (!subtract) {
      if (types.absolute === undefined) {
        this.#report(
          span,
          'address-size',
          `an address does not fit in ${size === 1 ? 'a byte' : '2 bytes'}: use .word or .dword`,
        );
      } else object.relocations.push(this.#relocation(offset, types.absolute, add, value.value, span));
      return;
    }
    if (!add) {
      this.#report(span, 'expression', 'the negative of an address cannot stand here');
      return;
    }
    if (size === 4 && this.#isHere(object, subtract, offset)) {
      object.relocations.push(this.#relocation(offset, R.Pcrel32, add, value.value, span));
      return;
    }
    object.relocations.push(
      this.#relocation(offset, types.add, add, value.value, span),
      this.#relocation(offset, types.subtract, subtract, 0, span),
    );
  }

  /** Whether a symbol is the place itself, in unwind tables: linkers edit those and want one relocation for it. */
  #isHere(object: ObjectSection, { place }: AssemblySymbol, offset: number): boolean {
    return object.name === '.eh_frame' && place?.section.name === '.eh_frame' && offsetOf(place) === offset;
  }

  #applyBranch(section: Section, object: Output, part: VariablePart & { kind: 'branch' }, index: number): void {
    const { symbol: target, addend: distanceFrom } = branchTarget(part);
    const meaning = part.target && this.#symbols.meaning(part.target);
    const symbol = meaning?.add;
    const addend = meaning ? integer.add(meaning.value, part.addend) : part.addend;
    const start = this.#offset(section, part.at, index);
    const { bytes } = object;
    const relocate = (offset: number, type: number, jump: boolean, size: 2 | 4): void => {
      object.relocations.push(this.#relocation(offset, type, symbol, addend, part.span));
      if (!target) return;
      // The distance as far as it is known, for those who look at the object.
      const value = target.place ? offsetOf(target.place) : (target.common?.size ?? 0);
      const distance = integer.lowWord(integer.add(value - offset, distanceFrom));
      const bits = distanceBits(jump, size, distance);
      for (let i = 0; i < size; i++) bytes[offset + i]! |= bits >>> (8 * i);
    };
    if (part.size === 2) {
      writeInteger(bytes, start, part.word, 2);
      relocate(start, part.jump ? R.RvcJump : R.RvcBranch, part.jump, 2);
      return;
    }
    const word = part.compressed ? expandBranch(part.word) : part.word;
    if (part.size === 4) {
      writeInteger(bytes, start, word | 0, 4);
      relocate(start, part.jump ? R.Jal : R.Branch, part.jump, 4);
      return;
    }
    // Out of reach: the opposite condition branches over a jump.
    const over = part.size - 4;
    if (over === 2) writeInteger(bytes, start, invertCompressed(part.word), 2);
    else writeInteger(bytes, start, (word ^ 0x1000) | (8 << 7) | 0, 4);
    writeInteger(bytes, start + over, encode(instructionNamed('jal'), { rd: 0, target: 0 }) | 0, 4);
    relocate(start + over, R.Jal, true, 4);
  }

  #relocation(
    offset: number,
    type: number,
    symbol: AssemblySymbol | undefined,
    addend: integer.Integer,
    span: SourceSpan,
  ): Relocation {
    const used = symbol ? this.#symbols.used(symbol, span) : noSymbol;
    return { offset, type, symbol: used, addend, position: positionOf(span) };
  }

  #lines(): ObjectLine[] {
    const lines: ObjectLine[] = [];
    const { unit } = this;
    for (const section of unit.sections.all) {
      const object = this.#outputs.get(section.output)!;
      if ((object.flags & SectionFlag.Alloc) === 0 || !section.hasContents) continue;
      const { rows } = section;
      for (let i = 0; i < rows.length; i++) {
        const offset = this.#offset(section, rows.offset(i), rows.part(i));
        const next = i + 1;
        const end =
          next < rows.length
            ? this.#offset(section, rows.offset(next), rows.part(next))
            : this.#offset(section, section.length, section.parts.length);
        if (end <= offset) continue;
        const origin = originOf(unit.frames[rows.frame(i)]!, rows.line(i), rows.start(i));
        lines.push({ section: object, offset, end, origin, isStatement: section.executable });
      }
    }
    return lines;
  }
}

function padding(section: Section, alignment: number, fill: Uint8Array | undefined): VariablePart {
  return { kind: 'align', at: section.length, size: 0, alignment, maximum: 0, fill };
}

/** Whether a section is a table of addresses of functions. */
function isArray(type: number): boolean {
  return type === SectionType.InitArray || type === SectionType.FiniArray || type === SectionType.PreinitArray;
}

/** The bits of a number in an absolute immediate; undefined for other immediates, which only a linker can put in. */
function constantBits(type: number, value: integer.Integer): number | undefined {
  const low = integer.lowWord(value);
  switch (type) {
    case R.High20:
      return (low + 0x800) & 0xffff_f000;
    case R.Low12I:
      return low << 20;
    case R.Low12S:
      return ((low & 0xfe0) << 20) | ((low & 0x1f) << 7);
    default:
      return undefined;
  }
}

/** ELF e_flags: compressed code, the float ABI that the architecture suggests, and its memory model. */
function flagsOf({ usedCompressed, mabi, options: { architecture } }: Unit): number {
  return (
    (usedCompressed ? HeaderFlag.Compressed : 0) |
    floatAbiFlag(floatsOf(mabi, architecture)) |
    (architecture.supports('ztso') ? HeaderFlag.TotalStoreOrder : 0)
  );
}
