import {
  compress,
  decode,
  encode,
  expand,
  type Fields,
  type Instruction,
  isFloatArithmetic,
  type OperandName,
  roundsSlowly,
  type SystemOperation,
  systemOperationOf,
} from '../../isa';
import { FRAME } from '../../mmu/address';
import { DecodedLayout, DISCARD, FLOAT_REGISTERS, type MemoryLayout } from '../layout';
import { instructionOfOpcode, opcodes, SpecialOpcode } from './interpreter';
import { systemCodes } from './slow-operation';

const { entrySize: ENTRY, pageSize: PAGE, entriesSize, parcels: PARCELS } = DecodedLayout;

/** A decoded entry: its two words. */
interface Entry {
  readonly head: number;
  readonly immediate: number;
}

/** Entries by word: programs use the same ones again and again. */
const knownEntries = new Map<number, Entry>();
const MOST_KNOWN_ENTRIES = 1 << 16;

function entryOf(word: number): Entry {
  const key = (word & 3) === 3 ? word : word & 0xffff;
  const known = knownEntries.get(key);
  if (known) return known;
  if (knownEntries.size === MOST_KNOWN_ENTRIES) knownEntries.clear();
  const entry = makeEntry(word);
  knownEntries.set(key, entry);
  return entry;
}

/** The entry of the instruction in a word (of which the low 16 bits count when they say so). */
function makeEntry(word: number): Entry {
  const length = (word & 3) === 3 ? 4 : 2;
  const decoded = decode(word);
  if (!decoded) return systemEntry('illegal', word);
  const { instruction, fields } = expand(decoded);
  const operation = systemOperationOf(instruction);
  if (operation !== undefined) return systemEntry(operation, word);
  const isFloat = isFloatArithmetic(instruction);
  const opcode = isFloat && roundsSlowly(decoded) ? SpecialOpcode.float : (opcodes.get(instruction)?.[length] ?? 0);
  const register = (name: 'rd' | 'rs1' | 'rs2'): number => registerIndex(instruction, name, fields[name] ?? 0);
  const head = opcode | ((register('rd') || DISCARD) << 8) | (register('rs1') << 16) | (register('rs2') << 24);
  return { head, immediate: isFloat ? word : immediateOf(instruction, fields) };
}

/** Slow code gets the whole word of a system instruction. */
function systemEntry(operation: SystemOperation, word: number): Entry {
  const isCompressed = (word & 3) !== 3;
  const opcode = isCompressed ? SpecialOpcode.compressedSystem : SpecialOpcode.system;
  return { head: opcode | (systemCodes.codeOf(operation) << 8), immediate: isCompressed ? word & 0xffff : word };
}

/** A register's number among x and f registers, as `HartLayout` has them. */
function registerIndex(instruction: Instruction, name: OperandName, number: number): number {
  const isFloat = instruction.operands.some((operand) => operand.name === name && operand.file === 'f');
  return isFloat ? FLOAT_REGISTERS + number : number;
}

function immediateOf(instruction: Instruction, { imm, shamt, target }: Fields): number {
  if (target !== undefined) return target;
  if (shamt !== undefined) return shamt;
  const isUpper = instruction.operands.some((operand) => operand.kind === 'upper');
  return isUpper ? (imm ?? 0) << 12 : (imm ?? 0);
}

/** Makes all entries of a decoded page lead out of it. */
export function emptyPage(words: Int32Array, page: number): void {
  words.fill(0, page >> 2, (page + PAGE) >> 2);
  for (let i = 0; i < PAGE / ENTRY; i++) words[(page + i * ENTRY) >> 2] = SpecialOpcode.pageEnd;
}

/** The first word of entries that lead to a region. */
export function headOfRegion(number: number): number {
  return SpecialOpcode.region | (number << 8);
}

/**
 * Decoded instructions by page of RAM: pages are taken from a fixed pool as code is first executed in them; when the pool is used up all
 * are given back.
 */
export class DecodedCode {
  private readonly words: Int32Array;
  /** By page of RAM: offset of its decoded page in the core's memory, or 0. */
  private readonly decodedPages: Int32Array;
  /** By number of the decoded page: its page of RAM. */
  private readonly ramPages: number[] = [];
  /** Parcels (page of RAM * 2048 + parcel) at which the interpreter asks for breakpoints. */
  private readonly marked = new Set<number>();
  /** By page that has one instruction alone: the place of its first word. */
  private readonly singles = new Map<number, number>();

  /**
   * @param emptied is told before all pages are given back
   * @param becameCode is told when a page of RAM becomes code
   * @param changed is told what is no longer as it was decoded, and whether because it was written to
   */
  constructor(
    private readonly memory: WebAssembly.Memory,
    private readonly layout: MemoryLayout,
    private readonly emptied: () => void,
    private readonly becameCode: (ramPage: number) => void,
    private readonly changed: (ramOffset: number, length: number, isWritten: boolean) => void,
  ) {
    this.words = new Int32Array(memory.buffer);
    this.decodedPages = new Int32Array(layout.ramSize / FRAME);
  }

  isCode(ramPage: number): boolean {
    return this.decodedPages[ramPage] !== 0;
  }

  /** The decoded page of a page of RAM, made if there is none. */
  pageOf(ramPage: number): number {
    const known = this.decodedPages[ramPage];
    if (known) return known;
    if (this.ramPages.length === this.layout.decodedPages) this.dropAll();
    const decodedPage = this.layout.decodedBase + this.ramPages.length * PAGE;
    this.ramPages.push(ramPage);
    this.decodedPages[ramPage] = decodedPage;
    this.words[(decodedPage + entriesSize) >> 2] = SpecialOpcode.pageEnd;
    this.becameCode(ramPage);
    return decodedPage;
  }

  dropAll(): void {
    this.emptied();
    const end = this.layout.decodedBase + this.ramPages.length * PAGE;
    this.words.fill(0, this.layout.decodedBase >> 2, end >> 2);
    for (const ramPage of this.ramPages) this.decodedPages[ramPage] = 0;
    this.ramPages.length = 0;
  }

  /** Decodes the instruction of an entry in place; the interpreter asks for breakpoints there if it is marked. */
  decodeEntry(entry: number): void {
    this.decodeUnmarked(entry);
    if (!this.marked.has(this.ramOffsetOf(entry) >>> 1)) return;
    const head = this.words[entry >> 2] ?? 0;
    this.words[entry >> 2] = (head & ~0xff) | SpecialOpcode.breakpoint;
  }

  /** Decodes the instruction of an entry in place, whether there is a breakpoint or not. */
  decodeUnmarked(entry: number): void {
    const { head, immediate } = this.decodeAt(this.ramOffsetOf(entry));
    this.words[entry >> 2] = head;
    this.words[(entry >> 2) + 1] = immediate;
  }

  /** The entry will be decoded again. */
  forget(entry: number): void {
    this.words[entry >> 2] = SpecialOpcode.undecoded;
  }

  /** Offset in RAM of the instruction of an entry. */
  ramOffsetOf(entry: number): number {
    const number = Math.floor((entry - this.layout.decodedBase) / PAGE);
    const parcel = (entry - this.layout.decodedBase - number * PAGE) / ENTRY;
    return (this.ramPages[number] ?? 0) * FRAME + parcel * 2;
  }

  rdOf(entry: number): number {
    const rd = ((this.words[entry >> 2] ?? 0) >>> 8) & 0xff;
    return rd === DISCARD ? 0 : rd;
  }

  immediateOf(entry: number): number {
    return this.words[(entry >> 2) + 1] ?? 0;
  }

  /** The word of a floating-point instruction. */
  wordOf(entry: number): number {
    const head = this.words[entry >> 2] ?? 0;
    const instruction = instructionOfOpcode(head & 0xff);
    if (isFloatArithmetic(instruction)) return this.immediateOf(entry);
    const [rd = 0, rs1 = 0, rs2 = 0] = [8, 16, 24].map((shift) => (head >>> shift) & 31);
    const fields = { rd, rs1, rs2, imm: this.immediateOf(entry) };
    const compressed = opcodes.get(instruction)?.[2] === (head & 0xff) ? compress(instruction, fields) : undefined;
    return encode(compressed?.instruction ?? instruction, compressed?.fields ?? fields);
  }

  /** Puts an instruction alone into a page that has only page ends else. */
  decodeSingle(page: number, parcel: number, word: number): void {
    const { head, immediate } = entryOf(word);
    const before = this.singles.get(page);
    if (before === undefined) emptyPage(this.words, page);
    else this.words[before] = SpecialOpcode.pageEnd;
    const at = (page + parcel * ENTRY) >> 2;
    this.singles.set(page, at);
    this.words[at] = head;
    this.words[at + 1] = immediate;
  }

  /** The bytes have changed: what was decoded from them, or with them as second half, is forgotten. */
  invalidate(ramOffset: number, length: number, isWritten = true): void {
    const first = Math.max(0, ramOffset - 2) & ~1;
    const last = Math.min(ramOffset + length - 1, this.layout.ramSize - 1);
    let isCode = false;
    for (let page = first >>> 12; page <= last >>> 12; page++) {
      const decodedPage = this.decodedPages[page] ?? 0;
      if (decodedPage === 0) continue;
      isCode = true;
      const from = page === first >>> 12 ? (first & 0xfff) >> 1 : 0;
      const to = page === last >>> 12 ? (last & 0xfff) >> 1 : PARCELS - 1;
      this.words.fill(0, (decodedPage + from * ENTRY) >> 2, (decodedPage + (to + 1) * ENTRY) >> 2);
    }
    if (isCode) this.changed(ramOffset, length, isWritten);
  }

  /** Whether the interpreter has to see the instruction at an offset in RAM. */
  isMarked(ramOffset: number): boolean {
    return this.marked.has(ramOffset >>> 1);
  }

  // Entries of regions.

  /** The page of RAM of a decoded page; none for those that are a hart's own. */
  ramPageOf(decodedPage: number): number | undefined {
    return this.ramPages[(decodedPage - this.layout.decodedBase) / PAGE];
  }

  /** Offset in RAM of an entry; none for entries in a hart's own pages. */
  ramOffsetInPages(entry: number): number | undefined {
    return entry < this.layout.decodedBase ? undefined : this.ramOffsetOf(entry);
  }

  /** The entry of an offset in a decoded page. */
  entryAt(decodedPage: number, offset: number): number {
    return decodedPage + (offset >> 1) * ENTRY;
  }

  /** Makes an entry lead to a region. @returns the words of its instruction */
  linkToRegion(entry: number, number: number, record: number): Entry {
    this.decodeEntry(entry);
    const original = { head: this.words[entry >> 2] ?? 0, immediate: this.immediateOf(entry) };
    this.words[entry >> 2] = headOfRegion(number);
    this.words[(entry >> 2) + 1] = record;
    return original;
  }

  /** The number of the region to which an entry leads. */
  regionOf(entry: number): number | undefined {
    const head = this.words[entry >> 2] ?? 0;
    return (head & 0xff) === SpecialOpcode.region ? head >>> 8 : undefined;
  }

  /** The interpreter asks before it executes what stands at this offset in RAM. */
  mark(ramOffset: number): void {
    const parcel = ramOffset >>> 1;
    if (this.marked.has(parcel)) return;
    this.marked.add(parcel);
    this.invalidate(ramOffset, 2, false);
  }

  unmarkAll(): void {
    for (const parcel of this.marked) this.invalidate(parcel * 2, 2, false);
    this.marked.clear();
  }

  private decodeAt(ramOffset: number): Entry {
    const isLast = (ramOffset & 0xfff) >> 1 === PARCELS - 1;
    const bytes = new DataView(this.memory.buffer, this.layout.ramOffset + ramOffset, isLast ? 2 : 4);
    const low = bytes.getUint16(0, true);
    if ((low & 3) !== 3) return entryOf(low);
    return isLast ? { head: SpecialOpcode.crossing, immediate: 0 } : entryOf(bytes.getInt32(0, true));
  }
}
