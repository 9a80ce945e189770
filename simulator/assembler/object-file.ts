import { encode, instructionNamed } from '../isa';
import * as integer from '../object/integer';
import {
  type ObjectFile,
  type ObjectLine,
  type ObjectSection,
  type ObjectSymbol,
  type Relocation,
  RelocationType,
  SectionFlag,
} from '../object/relocatable';
import { didYouMean, nearest } from './diagnostic';
import { isConstant, type Linear, offsetOf, settle } from './evaluation';
import { originOf, positionOf, type SourceSpan } from './frames';
import { branchTarget, layOut, leb128Bytes, sizeOf } from './layout';
import type { Fixup, Section, VariablePart } from './sections';
import type { AssemblySymbol } from './symbols';
import { rowLength, type Unit } from './unit';

/** An output section under construction. */
interface Output {
  readonly object: ObjectSection & { readonly relocations: Relocation[] };
  /** Where each assembled (sub)section begins in it. */
  readonly bases: Map<Section, number>;
}

const dataRelocations = {
  1: { add: RelocationType.Add8, subtract: RelocationType.Sub8, absolute: undefined },
  2: { add: RelocationType.Add16, subtract: RelocationType.Sub16, absolute: undefined },
  4: { add: RelocationType.Add32, subtract: RelocationType.Sub32, absolute: RelocationType.Absolute32 },
  8: { add: RelocationType.Add64, subtract: RelocationType.Sub64, absolute: RelocationType.Absolute64 },
} as const;

/** Finishes a unit: lays its sections out, fixes what can be fixed, and leaves the rest to the linker. */
export function finishUnit(unit: Unit): ObjectFile {
  return new ObjectBuilder(unit).build();
}

class ObjectBuilder {
  readonly #outputs = new Map<string, Output>();
  readonly #symbols = new Map<AssemblySymbol, ObjectSymbol>();
  readonly #absolute: ObjectSymbol = {
    name: '',
    section: 'absolute',
    value: 0,
    size: 0,
    type: 'notype',
    binding: 'local',
    visibility: 'default',
  };

  constructor(readonly unit: Unit) {}

  build(): ObjectFile {
    const { unit } = this;
    for (const section of unit.sections) {
      // GNU as fills code up to the section's alignment.
      if (section.executable && section.alignment > 1 && isLastSubsection(unit, section)) {
        section.appendPart({
          kind: 'align',
          at: section.length,
          size: 0,
          alignment: section.alignment,
          maximum: 0,
          fill: undefined,
        });
      }
    }
    layOut(unit.sections, ({ part }, code, message) =>
      this.#report((part as { span: SourceSpan }).span, code, message),
    );
    const names = [...new Set(unit.sections.map((section) => section.name))];
    for (const name of names) this.#makeOutput(name);
    for (const section of unit.sections) this.#fix(section);
    for (const symbol of unit.symbols.values()) if (isListed(symbol) || symbol.sizeSpan) this.#symbol(symbol);
    this.#checkLabels();
    const lines = (): ObjectLine[] => this.#lines();
    let made: ObjectLine[] | undefined;
    return {
      path: unit.frames[0]!.file,
      sections: [...this.#outputs.values()].map((output) => output.object),
      symbols: [...new Set(this.#symbols.values())],
      // Only debugging asks for lines; editing does not.
      get lines() {
        made ??= lines();
        return made;
      },
      flags: unit.options.architecture.has('c') ? 1 : 0,
    };
  }

  #report(span: SourceSpan, code: string, message: string): void {
    this.unit.report('error', code, message, span);
  }

  #makeOutput(name: string): void {
    const sections = this.unit.sections
      .filter((section) => section.name === name)
      .sort((a, b) => a.subsection - b.subsection || a.index - b.index);
    const first = sections[0]!;
    const bases = new Map<Section, number>();
    let size = 0;
    for (const section of sections) {
      bases.set(section, size);
      size += sizeOf(section);
    }
    const bytes = new Uint8Array(first.hasContents ? size : 0);
    for (const section of sections) if (section.hasContents) fillBytes(section, bytes, bases.get(section)!);
    const object = {
      name,
      type: first.type,
      flags: first.flags,
      alignment: Math.max(...sections.map((section) => section.alignment)),
      bytes,
      size,
      entrySize: first.entrySize,
      relocations: [] as Relocation[],
    };
    this.#outputs.set(name, { object, bases });
  }

  /** The offset in the output section of a fixed byte. */
  #offset(section: Section, offset: number, part: number): number {
    return this.#outputs.get(section.name)!.bases.get(section)! + offset + section.shifts[part]!;
  }

  #fix(section: Section): void {
    const { object } = this.#outputs.get(section.name)!;
    for (const fixup of section.fixups) this.#applyFixup(section, object, fixup);
    section.parts.forEach((part, index) => {
      if (part.kind === 'branch') this.#applyBranch(section, object, part, index);
    });
    object.relocations.sort((a, b) => a.offset - b.offset);
  }

  #applyFixup(section: Section, object: Output['object'], fixup: Fixup): void {
    const value = settle(fixup.value);
    const offset = this.#offset(section, fixup.offset, fixup.part);
    if (!value) {
      this.#report(
        fixup.span,
        'expression',
        'this expression is more than a linker can express: only a symbol, a distance between two symbols, and a constant can be added',
      );
      return;
    }
    if ('relocation' in fixup.kind) {
      if (value.subtract)
        this.#report(fixup.span, 'expression', 'a distance between symbols of different sections cannot stand here');
      else object.relocations.push(this.#relocation(offset, fixup.kind.relocation, value.add, value.value, fixup.span));
      return;
    }
    this.#applyData(object, fixup, fixup.kind.data, offset, value);
  }

  #applyData(object: Output['object'], fixup: Fixup, size: 1 | 2 | 4 | 8, offset: number, value: Linear): void {
    const { span } = fixup;
    if (isConstant(value)) {
      if (size < 8 && !integer.fitsSigned(value.value, 8 * size) && !integer.fitsUnsigned(value.value, 8 * size)) {
        this.unit.report(
          'warning',
          'truncated',
          `the value ${value.value} does not fit in ${size} bytes and is cut`,
          span,
        );
      }
      writeInteger(object.bytes, offset, value.value, size);
      return;
    }
    const types = dataRelocations[size];
    if (!value.subtract) {
      if (types.absolute === undefined) {
        this.#report(
          span,
          'address-size',
          `an address does not fit in ${size === 1 ? 'a byte' : '2 bytes'}: use .word or .dword`,
        );
      } else object.relocations.push(this.#relocation(offset, types.absolute, value.add, value.value, span));
      return;
    }
    if (!value.add) {
      this.#report(span, 'expression', 'the negative of an address cannot stand here');
      return;
    }
    object.relocations.push(
      this.#relocation(offset, types.add, value.add, value.value, span),
      this.#relocation(offset, types.subtract, value.subtract, 0, span),
    );
  }

  #applyBranch(
    section: Section,
    object: Output['object'],
    part: VariablePart & { kind: 'branch' },
    index: number,
  ): void {
    const { symbol, addend } = branchTarget(part);
    const start = this.#offset(section, part.at, index);
    const { bytes } = object;
    const relocate = (offset: number, type: number): void => {
      object.relocations.push(this.#relocation(offset, type, symbol, addend, part.span));
    };
    if (part.size === 2) {
      writeInteger(bytes, start, part.word, 2);
      relocate(start, part.jump ? RelocationType.RvcJump : RelocationType.RvcBranch);
      return;
    }
    const word = part.compressed ? expandBranch(part.word) : part.word;
    if (part.size === 4) {
      writeInteger(bytes, start, word | 0, 4);
      relocate(start, part.jump ? RelocationType.Jal : RelocationType.Branch);
      return;
    }
    // Out of reach: the opposite condition branches over a jump.
    const over = part.size - 4;
    if (over === 2) writeInteger(bytes, start, invertCompressed(part.word), 2);
    else writeInteger(bytes, start, (word ^ 0x1000) | (8 << 7) | 0, 4);
    writeInteger(bytes, start + over, encode(instructionNamed('jal'), { rd: 0, target: 0 }) | 0, 4);
    relocate(start + over, RelocationType.Jal);
  }

  #relocation(
    offset: number,
    type: number,
    symbol: AssemblySymbol | undefined,
    addend: integer.Integer,
    span: SourceSpan,
  ): Relocation {
    return { offset, type, symbol: symbol ? this.#symbol(symbol) : this.#absolute, addend, position: positionOf(span) };
  }

  #symbol(symbol: AssemblySymbol): ObjectSymbol {
    let object = this.#symbols.get(symbol);
    if (!object) {
      object = this.#makeSymbol(symbol);
      this.#symbols.set(symbol, object);
    }
    return object;
  }

  #makeSymbol(symbol: AssemblySymbol): ObjectSymbol {
    const { place, anonymous, binding, visibility, type, definition } = symbol;
    if (place && !symbol.size) {
      const { section, value } = this.#placed(place, 0);
      const name = anonymous ? '' : symbol.name;
      if (!definition) return { name, section, value, size: 0, type, binding, visibility };
      return { name, section, value, size: 0, type, binding, visibility, definition: positionOf(definition) };
    }
    return this.#makeSpecialSymbol(symbol);
  }

  #makeSpecialSymbol(symbol: AssemblySymbol): ObjectSymbol {
    const size = symbol.size && settle(symbol.size);
    if (symbol.sizeSpan && !(size && isConstant(size))) {
      this.#report(
        symbol.sizeSpan,
        'size',
        `the size of '${symbol.name}' must be a constant or a distance within one section`,
      );
    }
    const base = {
      name: symbol.anonymous ? '' : symbol.name,
      size: size && isConstant(size) ? Number(size.value) : 0,
      type: symbol.type,
      visibility: symbol.visibility,
      ...(symbol.definition ? { definition: positionOf(symbol.definition) } : {}),
    };
    if (symbol.place) return { ...base, ...this.#placed(symbol.place, 0), binding: symbol.binding };
    if (symbol.common) {
      const { size: bytes, alignment } = symbol.common;
      return { ...base, section: 'common', value: alignment, size: bytes, binding: symbol.binding };
    }
    if (symbol.assigned) {
      const value = settle(symbol.assigned);
      if (value && isConstant(value))
        return { ...base, section: 'absolute', value: value.value, binding: symbol.binding };
      if (!value?.add || value.subtract) {
        const message = `the value of '${symbol.name}' is more than a linker can express: one symbol and a constant`;
        if (symbol.definition) this.#report(symbol.definition, 'expression', message);
        return { ...base, section: 'absolute', value: 0, binding: symbol.binding };
      }
      const type = symbol.type === 'notype' ? value.add.type : symbol.type;
      if (value.add.place)
        return { ...base, type, ...this.#placed(value.add.place, value.value), binding: symbol.binding };
      return { ...this.#symbol(value.add), ...(symbol.binding === 'weak' ? { binding: 'weak' } : {}) };
    }
    return { ...base, section: 'undefined', value: 0, binding: symbol.binding === 'weak' ? 'weak' : 'global' };
  }

  #placed(
    place: NonNullable<AssemblySymbol['place']>,
    addend: integer.Integer,
  ): { section: ObjectSection; value: integer.Integer } {
    const { object, bases } = this.#outputs.get(place.section.name)!;
    return { section: object, value: integer.add(bases.get(place.section)! + offsetOf(place), addend) };
  }

  /** Numeric labels that were used forwards and never came. */
  #checkLabels(): void {
    for (const [symbol, object] of this.#symbols) {
      if (!symbol.anonymous || object.section !== 'undefined' || !symbol.firstUse) continue;
      this.#report(symbol.firstUse, 'undefined-label', `no label '${symbol.name.slice(0, -1)}:' after this line`);
    }
  }

  #lines(): ObjectLine[] {
    const lines: ObjectLine[] = [];
    const { unit } = this;
    for (const section of unit.sections) {
      const { object } = this.#outputs.get(section.name)!;
      if ((section.flags & SectionFlag.Alloc) === 0 || !section.hasContents) continue;
      const { rows } = section;
      for (let i = 0; i < rows.length; i += rowLength) {
        const offset = this.#offset(section, rows[i]!, rows[i + 1]!);
        const next = i + rowLength;
        const end =
          next < rows.length
            ? this.#offset(section, rows[next]!, rows[next + 1]!)
            : this.#offset(section, section.length, section.parts.length);
        if (end <= offset) continue;
        const origin = originOf(unit.frames[rows[i + 2]!]!, rows[i + 3]!, rows[i + 4]!);
        lines.push({ section: object, offset, end, origin, isStatement: section.executable });
      }
    }
    return lines;
  }
}

/** Symbols that appear in the object: those with a meaning outside of the assembler. */
function isListed(symbol: AssemblySymbol): boolean {
  if (symbol.defined) return !symbol.name.startsWith('.L');
  return symbol.binding !== 'local' && symbol.firstUse !== undefined;
}

function isLastSubsection(unit: Unit, section: Section): boolean {
  return !unit.sections.some((other) => other.name === section.name && other.subsection > section.subsection);
}

/** Writes a section's fixed bytes and what fills its variable parts. */
function fillBytes(section: Section, bytes: Uint8Array, base: number): void {
  const fixed = section.bytes;
  let from = 0;
  let to = base;
  for (const part of section.parts) {
    bytes.set(fixed.subarray(from, part.at), to);
    to += part.at - from;
    from = part.at;
    fillPart(part, bytes.subarray(to, to + part.size));
    to += part.size;
  }
  bytes.set(fixed.subarray(from), to);
}

function fillPart(part: VariablePart, bytes: Uint8Array): void {
  switch (part.kind) {
    case 'align':
      if (part.fill) for (let i = 0; i < bytes.length; i++) bytes[i] = part.fill[i % part.fill.length]!;
      else fillWithNops(bytes);
      return;
    case 'org':
    case 'space':
      bytes.fill(part.fill);
      return;
    case 'leb128': {
      const value = settle(part.value);
      bytes.set(leb128Bytes(value?.value ?? 0, part.signed).slice(0, bytes.length));
    }
  }
}

/** Instructions that do nothing: what is odd gets a 0, two bytes a `c.nop`, the rest `nop`. */
function fillWithNops(bytes: Uint8Array): void {
  let position = 0;
  if (bytes.length % 2 === 1) bytes[position++] = 0;
  if ((bytes.length - position) % 4 === 2) {
    bytes[position] = 0x01;
    position += 2;
  }
  for (; position < bytes.length; position += 4) bytes[position] = 0x13;
}

function writeInteger(bytes: Uint8Array, offset: number, value: integer.Integer, size: number): void {
  const low = integer.lowWord(value);
  const high = integer.highWord(value);
  for (let i = 0; i < size; i++) bytes[offset + i] = i < 4 ? low >>> (8 * i) : high >>> (8 * (i - 4));
}

/** The 32-bit instruction of c.j, c.beqz or c.bnez. */
function expandBranch(word: number): number {
  const funct3 = word >>> 13;
  if (funct3 === 5) return encode(instructionNamed('jal'), { rd: 0, target: 0 });
  return encode(instructionNamed(funct3 === 6 ? 'beq' : 'bne'), { rs1: 8 + ((word >>> 7) & 7), rs2: 0, target: 0 });
}

/** c.beqz becomes c.bnez and the other way round, with a distance of 6. */
function invertCompressed(word: number): number {
  const name = word >>> 13 === 6 ? 'c.bnez' : 'c.beqz';
  return encode(instructionNamed(name), { rs1: 8 + ((word >>> 7) & 7), target: 6 });
}

/** A note for undefined symbols: names that are near. */
export function suggestSymbols(name: string, known: Iterable<string>): { suggestions: string[]; text: string } {
  const suggestions = nearest(name, known);
  return { suggestions, text: didYouMean(suggestions) };
}
