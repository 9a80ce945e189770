import { attempt, ByteReader, FormatError } from '../../object/bytes/reader';
import { type ObjectSection, RelocationType as R, type Relocation } from '../../object/elf/relocatable';
import { Cfa, Encoding } from './frame-info';

/** An entry of an unwind table, as it stands in an object. */
interface Extent {
  /** In the section. */
  readonly offset: number;
  /** In bytes, with the length and without the padding. */
  readonly size: number;
}

/** What functions share (CIE). */
export interface CommonEntry extends Extent {
  readonly kind: 'common';
  /** All that has to be equal for two to be one, but the personality; undefined when this one is its own. */
  readonly key: string | undefined;
  readonly personality: Relocation | undefined;
  readonly fdeEncoding: number;
  readonly alignment: number;
}

/** The entry of a function (FDE). */
export interface FunctionEntry extends Extent {
  readonly kind: 'function';
  readonly common: CommonEntry;
  /** The relocation of where the function begins. */
  readonly start: Relocation;
  /** Whether the function has no bytes: the entry is of no use. */
  readonly isEmpty: boolean;
  readonly alignment: number;
}

/** A length of 0, where a table ends. */
export interface Terminator extends Extent {
  readonly kind: 'terminator';
  readonly alignment: number;
}

export type FrameEntry = CommonEntry | FunctionEntry | Terminator;

/** The entries of a section; undefined when ld would not understand it, and leave it as it is. */
export function frameEntriesOf(section: ObjectSection): readonly FrameEntry[] | undefined {
  return attempt(() => new FrameParser(section).parse()).value;
}

const pointerSize = 8;
const wordSize = 4;
/** Longer ones are not merged. */
const mostInstructions = 50;
const mostAugmentation = 20;

interface ReadCommon {
  readonly entry: CommonEntry;
  /** Whether its functions say how long their augmentation data is. */
  readonly isSized: boolean;
  /** Whether its functions name a table of their language. */
  readonly hasTable: boolean;
}

/** Reads what `_bfd_elf_parse_eh_frame` of GNU ld reads, and refuses what it refuses. */
class FrameParser {
  readonly #relocations: readonly Relocation[];
  /** The relocation that was not passed yet. */
  #next = 0;
  readonly #commons = new Map<number, ReadCommon>();

  constructor(readonly section: ObjectSection) {
    this.#relocations = section.relocations;
  }

  parse(): FrameEntry[] {
    const { bytes } = this.section;
    const reader = new ByteReader(bytes, 'an unwind table');
    const entries: FrameEntry[] = [];
    while (!reader.atEnd) {
      const offset = reader.position;
      const length = reader.u32();
      if (length === 0) {
        require(bytes.subarray(offset).every((byte) => byte === 0) && bytes.length % wordSize === offset % wordSize);
        this.#noneBefore(bytes.length);
        entries.push({ kind: 'terminator', offset, size: wordSize, alignment: wordSize });
        break;
      }
      const entry = reader.part(length);
      const id = entry.u32();
      entries.push(id === 0 ? this.#common(entry, offset) : this.#function(entry, offset, id));
    }
    return entries;
  }

  #common(reader: ByteReader, offset: number): CommonEntry {
    const begin = reader.position;
    const version = reader.u8();
    require(version === 1 || version === 3 || version === 4);
    const augmentation = reader.text();
    require(augmentation.length < mostAugmentation);
    this.#noneBefore(reader.position);
    const isOld = augmentation.startsWith('eh');
    if (isOld) {
      reader.skip(pointerSize);
      this.#skipBefore(reader.position);
    }
    if (version >= 4) require(reader.u8() === pointerSize && reader.u8() === 0);
    const factors = [reader.uleb(), reader.sleb(), version === 1 ? reader.u8() : reader.uleb()];
    this.#noneBefore(reader.position);
    let lsda: number = Encoding.Omit;
    let fde: number = Encoding.Omit;
    let routine: number = Encoding.Omit;
    let personality: Relocation | undefined;
    let alignment = wordSize;
    let dataSize = 0;
    for (const letter of isOld ? '' : augmentation) {
      if (letter === 'z' && augmentation.startsWith('z')) dataSize = reader.uleb();
      else if (letter === 'L') lsda = encodingOf(reader);
      else if (letter === 'R') fde = encodingOf(reader);
      else if (letter === 'P') {
        routine = encodingOf(reader);
        const width = widthOf(routine);
        if ((routine & 0x70) === Encoding.Aligned) {
          reader.skip(-reader.position & (width - 1));
          if (width === pointerSize) alignment = pointerSize;
        }
        this.#noneBefore(reader.position);
        personality = this.#at(reader.position);
        this.#skipBefore(reader.position + 1);
        reader.skip(width);
      } else require(letter === 'B' || letter === 'S');
      this.#noneBefore(reader.position);
    }
    if (fde === Encoding.Omit) fde = Encoding.Absolute;
    const start = reader.position;
    this.#noneBefore(reader.end);
    const end = endOfSteps(reader, widthOf(fde), false);
    const isLong = end - start > mostInstructions;
    const steps = this.section.bytes.subarray(start, end).join();
    const facts = [version, augmentation, ...factors, dataSize, routine, lsda, fde, end - begin, steps];
    const entry: CommonEntry = {
      kind: 'common',
      offset,
      size: end - offset,
      key: isLong || augmentation === 'eh' ? undefined : facts.join(),
      personality,
      fdeEncoding: fde,
      alignment,
    };
    this.#commons.set(offset, { entry, isSized: augmentation.startsWith('z'), hasTable: lsda !== Encoding.Omit });
    return entry;
  }

  #function(reader: ByteReader, offset: number, back: number): FunctionEntry {
    const read = this.#commons.get(offset + wordSize - back);
    if (!read) throw new FormatError('an entry of a function stands before what it shares with others');
    const { entry: common, isSized, hasTable } = read;
    this.#noneBefore(reader.position);
    const start = this.#at(reader.position);
    const width = widthOf(common.fdeEncoding);
    reader.skip(width);
    this.#skipBefore(reader.position);
    const isKnown = this.#relocations[this.#next]?.offset !== reader.position;
    const isEmpty = isKnown && reader.slice(width).every((byte) => byte === 0);
    if (!isKnown) reader.skip(width);
    if (isSized) reader.skip(reader.uleb());
    else if (hasTable) reader.skip(reader.end - reader.position);
    const end = endOfSteps(reader, width, true);
    this.#skipBefore(reader.end);
    return {
      kind: 'function',
      offset,
      size: end - offset,
      common,
      start,
      isEmpty,
      alignment: Math.max(width, wordSize),
    };
  }

  /** There must be no relocation that was not passed before a place. */
  #noneBefore(position: number): void {
    for (; (this.#relocations[this.#next]?.offset ?? position) < position; this.#next++)
      require(this.#relocations[this.#next]!.type === R.None);
  }

  #skipBefore(position: number): void {
    while ((this.#relocations[this.#next]?.offset ?? position) < position) this.#next++;
  }

  /** The relocation at a place, which has to have one. */
  #at(position: number): Relocation {
    const found = this.#relocations[this.#next];
    if (found?.offset !== position) throw new FormatError('an unwind table lacks a relocation');
    return found;
  }
}

function require(condition: boolean): void {
  if (!condition) throw new FormatError('an unwind table of an unknown kind');
}

function encodingOf(reader: ByteReader): number {
  const encoding = reader.u8();
  require(widthOf(encoding) > 0);
  return encoding;
}

/** The bytes of an address in an encoding; 0 when their number varies. */
function widthOf(encoding: number): number {
  if ((encoding & 0x60) === 0x60) return 0;
  return [pointerSize, 0, 2, 4, 8, 0, 0, 0][encoding & 7]!;
}

/** Where the last instruction ends: what follows is padding. */
function endOfSteps(reader: ByteReader, width: number, allowsPlaces: boolean): number {
  let last = reader.position;
  while (!reader.atEnd) {
    const step = reader.u8();
    if (step === Cfa.Nop) continue;
    require(allowsPlaces || step !== Cfa.SetLoc);
    skipOperands(reader, step, width);
    last = reader.position;
  }
  return last;
}

function skipOperands(reader: ByteReader, step: number, width: number): void {
  switch (step & 0xc0 || step) {
    case Cfa.AdvanceLoc:
    case Cfa.Restore:
    case Cfa.RememberState:
    case Cfa.RestoreState:
    case Cfa.WindowSave:
      return;
    case Cfa.Offset:
    case Cfa.RestoreExtended:
    case Cfa.Undefined:
    case Cfa.SameValue:
    case Cfa.DefCfaRegister:
    case Cfa.DefCfaOffset:
    case Cfa.DefCfaOffsetSigned:
    case Cfa.ArgumentsSize:
      reader.uleb();
      return;
    case Cfa.ValOffset:
    case Cfa.ValOffsetSigned:
    case Cfa.OffsetExtended:
    case Cfa.Register:
    case Cfa.DefCfa:
    case Cfa.OffsetExtendedSigned:
    case Cfa.NegativeOffsetExtended:
    case Cfa.DefCfaSigned:
      reader.uleb();
      reader.uleb();
      return;
    case Cfa.DefCfaExpression:
      reader.skip(reader.uleb());
      return;
    case Cfa.Expression:
    case Cfa.ValExpression:
      reader.uleb();
      reader.skip(reader.uleb());
      return;
    case Cfa.SetLoc:
      reader.skip(width);
      return;
    case Cfa.AdvanceLoc1:
      reader.skip(1);
      return;
    case Cfa.AdvanceLoc2:
      reader.skip(2);
      return;
    case Cfa.AdvanceLoc4:
      reader.skip(4);
      return;
    case Cfa.AdvanceLoc8:
      reader.skip(8);
      return;
    default:
      require(false);
  }
}
