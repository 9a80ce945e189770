import type { Integer } from '../../object/bytes/integer';
import * as integer from '../../object/bytes/integer';
import { type ObjectSymbol, RelocationType as R, SectionFlag } from '../../object/elf/relocatable';
import type { InputSection, OutputSection } from '../sections/sections';
import { RelaxedCode, type RelaxedRelocation } from './relaxed-code';

/** What a relocation is about, as relaxation sees it. */
export interface RelaxTarget {
  /** The address, with the addend. */
  readonly value: Integer;
  /** SHF_* of the section in which it lies; 0 for an absolute value. */
  readonly flags: number;
  readonly output: OutputSection | undefined;
  /** How many bytes of the symbol lie beyond the address. */
  readonly reserve: number;
  /** A symbol that is weak, and that nothing defines. */
  readonly undefinedWeak: boolean;
}

/** What relaxation asks of the link. */
export interface RelaxHost {
  targetOf(input: InputSection, relocation: RelaxedRelocation): RelaxTarget | undefined;
  globalPointer(): { readonly value: Integer; readonly output: OutputSection | undefined } | undefined;
  /** Whether the program may be loaded anywhere. */
  readonly positionIndependent: boolean;
  /** The largest alignment of any output section. */
  readonly maximumAlignment: number;
  /** Whether a page may come between sections because some are protected after loading. */
  readonly protects: boolean;
  /** The offset of a thread-local address from the thread pointer. */
  threadOffset(value: Integer): Integer;
  reportAlignment(input: InputSection, relocation: RelaxedRelocation, needed: number): void;
}

const pageSize = 0x1000;
const nop = [0x13, 0, 0, 0];
const compressedNop = [0x01, 0];
const Match = { jal: 0x6f, jalr: 0x67, compressedJump: 0xa001, compressedLui: 0x6001 } as const;
const rdMask = 0x1f << 7;
const rs1Mask = 0x1f << 15;
const stackPointer = 2;

const fitsImmediate = (value: Integer): boolean => integer.fitsSigned(value, 12);
const isEven = (value: Integer): boolean => (integer.lowWord(value) & 1) === 0;
const fitsJal = (distance: Integer): boolean => integer.fitsSigned(distance, 21) && isEven(distance);
const fitsCompressedJump = (distance: Integer): boolean => integer.fitsSigned(distance, 12) && isEven(distance);
/** The upper part that lui gives. */
const highPart = (value: Integer): Integer => integer.and(integer.add(value, 0x800), -0x1000);
const fitsCompressedLui = (high: Integer): boolean => high !== 0 && integer.fitsSigned(high, 18);

interface HighPart {
  readonly target: RelaxTarget;
  readonly symbol: ObjectSymbol;
  readonly addend: Integer;
}

/** Whether the linker may make a section's code shorter, or has to because of its alignments. */
export function isRelaxable(input: InputSection): boolean {
  return input.source.relocations.some(({ type }) => type === R.Align || type === R.Relax);
}

/** Makes code shorter as GNU ld does: `shorten` while sections get their addresses, and `align` in a last round. */
export class Relaxer {
  constructor(readonly host: RelaxHost) {}

  /** Shortens what can be reached in shorter ways, from the addresses as they are. @returns whether anything went away */
  shorten(input: InputSection): boolean {
    const code = codeOf(input);
    const pass = new SectionPass(this.host, input, code);
    const { relocations } = code;
    let changed = false;
    for (let i = 0; i + 1 < relocations.length; i++) {
      const relocation = relocations[i]!;
      if (!isCandidate(relocation.type)) continue;
      const next = relocations[i + 1]!;
      if (next.type !== R.Relax || next.offset !== relocation.offset) continue;
      i++;
      const target = this.host.targetOf(input, relocation);
      if (target && pass.relax(relocation, next, target)) changed = true;
    }
    code.commit();
    input.size = code.size;
    return changed;
  }

  /** Cuts the space for alignments to what is needed. */
  align(input: InputSection): void {
    const code = codeOf(input);
    let removed = 0;
    for (const relocation of code.relocations)
      if (relocation.type === R.Align) removed += this.#align(input, code, relocation, removed);
    code.commit();
    input.size = code.size;
  }

  /**
   * @param removed how many bytes went away in this round before it
   * @returns how many go away here
   */
  #align(input: InputSection, code: RelaxedCode, relocation: RelaxedRelocation, removed: number): number {
    const space = Number(relocation.addend);
    relocation.type = R.None;
    let alignment = 1;
    while (alignment <= space) alignment *= 2;
    const start = integer.add(input.address, code.moved(relocation.offset) - removed);
    const needed = -integer.lowWord(start) & (alignment - 1);
    if (relocation.offset + space > code.bytes.length) return 0;
    if (needed > space) {
      // After data of an odd length. GNU ld gives up; a source of ours gets the byte that is missing.
      if (relocation.position && needed === space + 1) {
        code.insert(relocation.offset + space);
        return -1;
      }
      this.host.reportAlignment(input, relocation, needed);
      return 0;
    }
    if (needed === space) return 0;
    let at = relocation.offset;
    for (; at + 4 <= relocation.offset + needed; at += 4) code.bytes.set(nop, at);
    if (needed % 4 !== 0) code.bytes.set(compressedNop, at);
    code.delete(relocation.offset + needed, space - needed);
    return space - needed;
  }
}

function codeOf(input: InputSection): RelaxedCode {
  input.relaxed ??= new RelaxedCode(input.source);
  return input.relaxed;
}

function isCandidate(type: number): boolean {
  switch (type) {
    case R.Call:
    case R.CallPlt:
    case R.High20:
    case R.Low12I:
    case R.Low12S:
    case R.TprelHigh20:
    case R.TprelAdd:
    case R.TprelLow12I:
    case R.TprelLow12S:
    case R.PcrelHigh20:
    case R.PcrelLow12I:
    case R.PcrelLow12S:
      return true;
    default:
      return false;
  }
}

/** One section in one round. */
class SectionPass {
  /** The deleted auipcs, by offset, for the low parts that name them. */
  readonly #high = new Map<number, HighPart>();
  /** Offsets of auipcs whose low part came before them: those stay. */
  readonly #lowFirst = new Set<number>();

  constructor(
    readonly host: RelaxHost,
    readonly input: InputSection,
    readonly code: RelaxedCode,
  ) {}

  /** @returns whether bytes go away */
  relax(relocation: RelaxedRelocation, next: RelaxedRelocation, target: RelaxTarget): boolean {
    if (relocation.offset + 4 > this.code.bytes.length) return false;
    switch (relocation.type) {
      case R.Call:
      case R.CallPlt:
        return !target.undefinedWeak && this.#call(relocation, next, target);
      case R.High20:
      case R.Low12I:
      case R.Low12S:
        return this.#upper(relocation, next, target);
      case R.PcrelHigh20:
      case R.PcrelLow12I:
      case R.PcrelLow12S:
        return !this.host.positionIndependent && this.#relative(relocation, target);
      default:
        return !target.undefinedWeak && this.#thread(relocation, target);
    }
  }

  #alignmentFor(output: OutputSection | undefined, other: OutputSection | undefined): number {
    return output && output === other ? output.alignment : this.host.maximumAlignment;
  }

  /** auipc and jalr become jal, c.j, or jalr from x0. */
  #call(relocation: RelaxedRelocation, next: RelaxedRelocation, target: RelaxTarget): boolean {
    const { code, input } = this;
    const { offset } = relocation;
    if (offset + 8 > code.bytes.length) return false;
    let distance = integer.subtract(target.value, integer.add(input.address, code.moved(offset)));
    if (fitsJal(distance)) {
      // What lies between may move apart when alignments are settled.
      const slack = this.#alignmentFor(target.output, input.output);
      distance = distance < 0 ? integer.subtract(distance, slack) : integer.add(distance, slack);
    }
    const near = fitsJal(distance);
    if (!near && !fitsImmediate(target.value)) return false;
    const rd = (readWord(code.bytes, offset + 4) & rdMask) >>> 7;
    const compressed = (input.file.flags & 1) !== 0 && fitsCompressedJump(distance) && rd === 0;
    if (compressed) {
      writeHalf(code.bytes, offset, Match.compressedJump);
      relocation.type = R.RvcJump;
    } else if (near) {
      writeWord(code.bytes, offset, Match.jal | (rd << 7));
      relocation.type = R.Jal;
    } else {
      writeWord(code.bytes, offset, Match.jalr | (rd << 7));
      relocation.type = R.Low12I;
    }
    next.type = R.None;
    const length = compressed ? 2 : 4;
    code.delete(offset + length, 8 - length);
    return true;
  }

  /** Whether gp or x0 reaches an address, whatever the alignments do to it. */
  #isNear({ value, output, reserve, undefinedWeak }: RelaxTarget): boolean {
    if (undefinedWeak || fitsImmediate(value)) return true;
    const pointer = this.host.globalPointer();
    const base = pointer?.value ?? 0;
    const slack = (pointer ? this.#alignmentFor(output, pointer.output) : this.host.maximumAlignment) + reserve;
    const distance = integer.subtract(value, base);
    const isAbove = integer.toUnsigned(value) >= integer.toUnsigned(base);
    return fitsImmediate(isAbove ? integer.add(distance, slack) : integer.subtract(distance, slack));
  }

  /** lui goes away where gp or x0 reaches, or becomes c.lui. */
  #upper(relocation: RelaxedRelocation, next: RelaxedRelocation, target: RelaxTarget): boolean {
    const { code, input } = this;
    const { type, offset } = relocation;
    if (this.#isNear(target)) {
      if (type === R.High20) {
        relocation.type = R.None;
        code.delete(offset, 4);
        return true;
      }
      if (target.undefinedWeak) clearBase(code.bytes, offset);
      else relocation.type = type === R.Low12I ? R.GprelI : R.GprelS;
      return false;
    }
    if (type !== R.High20 || (input.file.flags & 1) === 0) return false;
    const high = highPart(target.value);
    if (!fitsCompressedLui(high) || !fitsCompressedLui(integer.add(high, this.host.protects ? 2 * pageSize : pageSize)))
      return false;
    const word = readWord(code.bytes, offset);
    const rd = (word & rdMask) >>> 7;
    if (rd === 0 || rd === stackPointer) return false;
    writeHalf(code.bytes, offset, (word & rdMask) | Match.compressedLui);
    relocation.type = R.RvcLui;
    next.type = R.None;
    code.delete(offset + 2, 2);
    return true;
  }

  /** auipc goes away where gp or x0 reaches; its low parts follow it. */
  #relative(relocation: RelaxedRelocation, target: RelaxTarget): boolean {
    const { code } = this;
    const { type, offset } = relocation;
    if (type === R.PcrelHigh20) {
      // Constants that are shared, and code, might still move out of reach.
      if (!target.undefinedWeak && target.flags & (SectionFlag.Merge | SectionFlag.Execute)) return false;
      if (this.#lowFirst.has(offset) || !this.#isNear(target)) return false;
      this.#high.set(offset, { target, symbol: relocation.symbol, addend: relocation.addend });
      relocation.type = R.None;
      code.delete(offset, 4);
      return true;
    }
    const { symbol } = relocation;
    const label = Number(symbol.value);
    const high = symbol.section === this.input.source ? this.#high.get(label) : undefined;
    if (!high) {
      if (symbol.section === this.input.source) this.#lowFirst.add(label);
      return false;
    }
    // The reserve is that of the label's own symbol, as ld counts it.
    if (!this.#isNear({ ...high.target, reserve: target.reserve })) return false;
    const isStore = type === R.PcrelLow12S;
    if (high.target.undefinedWeak) {
      clearBase(code.bytes, offset);
      relocation.type = isStore ? R.Low12S : R.Low12I;
      relocation.addend = high.addend;
    } else {
      relocation.type = isStore ? R.GprelS : R.GprelI;
      relocation.addend = integer.add(relocation.addend, high.addend);
    }
    relocation.symbol = high.symbol;
    return false;
  }

  /** The upper part of a thread-local offset goes away where it is 0. */
  #thread(relocation: RelaxedRelocation, target: RelaxTarget): boolean {
    if (highPart(this.host.threadOffset(target.value)) !== 0) return false;
    switch (relocation.type) {
      case R.TprelLow12I:
        relocation.type = R.TprelI;
        return false;
      case R.TprelLow12S:
        relocation.type = R.TprelS;
        return false;
      default:
        relocation.type = R.None;
        this.code.delete(relocation.offset, 4);
        return true;
    }
  }
}

function readWord(bytes: Uint8Array, offset: number): number {
  return bytes[offset]! | (bytes[offset + 1]! << 8) | (bytes[offset + 2]! << 16) | (bytes[offset + 3]! << 24);
}

function writeWord(bytes: Uint8Array, offset: number, word: number): void {
  for (let i = 0; i < 4; i++) bytes[offset + i] = word >>> (8 * i);
}

function writeHalf(bytes: Uint8Array, offset: number, half: number): void {
  bytes[offset] = half;
  bytes[offset + 1] = half >>> 8;
}

/** Makes the instruction count from x0. */
function clearBase(bytes: Uint8Array, offset: number): void {
  writeWord(bytes, offset, readWord(bytes, offset) & ~rs1Mask);
}
