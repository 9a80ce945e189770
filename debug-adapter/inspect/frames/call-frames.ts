import { attempt, ByteReader } from '../../../simulator/object/bytes/reader';

/** How to find the caller's registers from an instruction: DWARF's call frame information (DWARF 5, section 6.4). */
export interface FrameRule {
  /** The caller's sp: a register and a distance from it. */
  readonly cfa: { readonly register: number; readonly offset: number };
  /** Where registers of the caller are, as distances from the CFA; those that are not here are unchanged. */
  readonly saved: ReadonlyMap<number, number>;
  readonly returnRegister: number;
}

interface Common {
  readonly codeFactor: number;
  readonly dataFactor: number;
  readonly returnRegister: number;
  readonly pointerEncoding: number;
  readonly hasAugmentation: boolean;
  readonly initial: ByteReader;
}

interface Entry {
  readonly start: bigint;
  readonly end: bigint;
  readonly common: Common;
  readonly instructions: ByteReader;
}

/** A section with call frame information. */
export interface FrameSection {
  readonly bytes: Uint8Array;
  /** Of .eh_frame, where it is loaded: its pointers count from themselves. Undefined for .debug_frame. */
  readonly address: bigint | undefined;
  /** By how much code is elsewhere than addresses in .debug_frame say. */
  readonly shift: bigint;
}

const ABSOLUTE = 0x00;
const PC_RELATIVE = 0x10;

/** The call frame information of a program. What cannot be read is left out. */
export class CallFrames {
  private readonly entries: readonly Entry[];

  constructor(sections: readonly FrameSection[]) {
    this.entries = sections.flatMap((section) => attempt(() => readEntries(section)).value ?? []);
  }

  /** The rule at an address; undefined when nothing is said of it, or in ways that are not understood. */
  at(address: bigint): FrameRule | undefined {
    const entry = this.entries.find(({ start, end }) => address >= start && address < end);
    return entry && attempt(() => ruleAt(entry, address)).value;
  }
}

function readEntries({ bytes, address, shift }: FrameSection): Entry[] {
  const isEh = address !== undefined;
  const reader = new ByteReader(bytes, isEh ? '.eh_frame' : '.debug_frame');
  const commons = new Map<number, Common | undefined>();
  const entries: Entry[] = [];
  while (!reader.atEnd) {
    const at = reader.position;
    const length = reader.u32();
    if (length === 0) break;
    if (length === 0xffffffff) return entries; // 64-bit DWARF: no compiler of ours makes it
    const part = reader.part(length);
    const idAt = part.position;
    const id = part.u32();
    if (id === (isEh ? 0 : 0xffffffff)) {
      commons.set(at, readCommon(part, isEh));
      continue;
    }
    const common = commons.get(isEh ? idAt - id : id);
    if (common) entries.push(readEntry(part, common, address, shift));
  }
  return entries;
}

function readCommon(part: ByteReader, isEh: boolean): Common | undefined {
  const version = part.u8();
  const augmentation = part.text();
  if (version === 4) part.skip(2);
  const codeFactor = part.uleb();
  const dataFactor = part.sleb();
  const returnRegister = version === 1 ? part.u8() : part.uleb();
  let pointerEncoding = ABSOLUTE;
  if (augmentation !== '' && !augmentation.startsWith('z')) return undefined;
  if (augmentation.startsWith('z')) {
    const data = part.part(part.uleb());
    for (const letter of augmentation.slice(1)) {
      if (letter === 'R') pointerEncoding = data.u8();
      else if (letter === 'L') data.u8();
      else if (letter !== 'S') return undefined;
    }
  }
  return {
    codeFactor,
    dataFactor,
    returnRegister,
    pointerEncoding: isEh ? pointerEncoding : ABSOLUTE,
    hasAugmentation: augmentation !== '',
    initial: part,
  };
}

function readEntry(part: ByteReader, common: Common, address: bigint | undefined, shift: bigint): Entry {
  const { pointerEncoding, hasAugmentation } = common;
  const base = pointerEncoding & PC_RELATIVE && address !== undefined ? address + BigInt(part.position) : 0n;
  const start = BigInt.asUintN(64, base + readPointer(part, pointerEncoding)) + shift;
  const length = BigInt.asUintN(64, readPointer(part, pointerEncoding & 0x07));
  if (hasAugmentation) part.skip(part.uleb());
  return { start, end: start + length, common, instructions: part };
}

function readPointer(part: ByteReader, encoding: number): bigint {
  switch (encoding & 0x0f) {
    case 0x03:
      return BigInt(part.u32());
    case 0x0b:
      return BigInt.asIntN(32, BigInt(part.u32()));
    default:
      return part.u64();
  }
}

/** Row of the table that the instructions describe. */
interface Row {
  cfa: { register: number; offset: number };
  saved: Map<number, number>;
}

const copyOf = ({ cfa, saved }: Row): Row => ({ cfa: { ...cfa }, saved: new Map(saved) });

function ruleAt({ start, common, instructions }: Entry, address: bigint): FrameRule {
  const first: Row = { cfa: { register: 2, offset: 0 }, saved: new Map() };
  const program = new FrameProgram(common, first);
  program.run(restarted(common.initial), start, undefined);
  program.initial = copyOf(program.row);
  program.run(restarted(instructions), start, address);
  return { ...program.row, returnRegister: common.returnRegister };
}

/** The same bytes from where the header ended: entries are executed whenever somebody asks. */
function restarted(reader: ByteReader): ByteReader {
  return new ByteReader(reader.bytes, reader.what, reader.position, reader.end);
}

class FrameProgram {
  initial: Row;
  private readonly remembered: Row[] = [];

  constructor(
    private readonly common: Common,
    public row: Row,
  ) {
    this.initial = copyOf(row);
  }

  /** Executes instructions up to the row of an address (all when undefined). */
  run(code: ByteReader, start: bigint, until: bigint | undefined): void {
    let location = start;
    const advance = (by: number): boolean => {
      location += BigInt(by * this.common.codeFactor);
      return until !== undefined && location > until;
    };
    while (!code.atEnd) {
      const byte = code.u8();
      const low = byte & 0x3f;
      switch (byte >> 6) {
        case 1:
          if (advance(low)) return;
          continue;
        case 2:
          this.row.saved.set(low, code.uleb() * this.common.dataFactor);
          continue;
        case 3:
          this.restore(low);
          continue;
      }
      if (low === 0x02 ? advance(code.u8()) : low === 0x03 ? advance(code.u16()) : low === 0x04 && advance(code.u32()))
        return;
      if (low < 0x02 || low > 0x04) this.extended(low, code);
    }
  }

  private extended(operation: number, code: ByteReader): void {
    const { row, common } = this;
    switch (operation) {
      case 0x00: // nop
        return;
      case 0x05: // offset_extended
        row.saved.set(code.uleb(), code.uleb() * common.dataFactor);
        return;
      case 0x06: // restore_extended
        this.restore(code.uleb());
        return;
      case 0x07: // undefined
      case 0x08: // same_value
        row.saved.delete(code.uleb());
        return;
      case 0x0a: // remember_state
        this.remembered.push(copyOf(row));
        return;
      case 0x0b: // restore_state
        this.row = this.remembered.pop() ?? row;
        return;
      case 0x0c: // def_cfa
        row.cfa = { register: code.uleb(), offset: code.uleb() };
        return;
      case 0x0d: // def_cfa_register
        row.cfa.register = code.uleb();
        return;
      case 0x0e: // def_cfa_offset
        row.cfa.offset = code.uleb();
        return;
      case 0x11: // offset_extended_sf
        row.saved.set(code.uleb(), code.sleb() * common.dataFactor);
        return;
      case 0x12: // def_cfa_sf
        row.cfa = { register: code.uleb(), offset: code.sleb() * common.dataFactor };
        return;
      case 0x13: // def_cfa_offset_sf
        row.cfa.offset = code.sleb() * common.dataFactor;
        return;
      default:
        // Expressions and what vendors add: nothing after it can be relied on.
        code.skip(Number.MAX_SAFE_INTEGER);
    }
  }

  private restore(register: number): void {
    const before = this.initial.saved.get(register);
    if (before === undefined) this.row.saved.delete(register);
    else this.row.saved.set(register, before);
  }
}
