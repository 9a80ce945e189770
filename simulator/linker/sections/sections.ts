import type { Integer } from '../../object/bytes/integer';
import * as integer from '../../object/bytes/integer';
import { type Piece, SparseBytes } from '../../object/bytes/sparse-bytes';
import { knownSection } from '../../object/elf/known-sections';
import { type ObjectFile, type ObjectSection, type Relocation, SectionType } from '../../object/elf/relocatable';
import type { Region } from '../layout/region';
import type { RelaxedCode } from '../relaxation/relaxed-code';
import type { OutputDescription, SectionStatement } from '../scripts/syntax';
import { flagsOf, Kind, kindOf, typeOf } from './kind';

/** A section of an object in a link: where it went, and what merging and relaxation left of it. */
export class InputSection {
  /** Where it went; undefined when it is discarded, or not placed yet. */
  output: OutputSection | undefined;
  discarded = false;
  /** In the output section, in bytes. */
  offset = 0;
  size: number;
  alignment: number;
  bytes: Uint8Array;
  /** What merging with others left of it; the source when it was not merged. */
  merged: ObjectSection;
  /** Set when its code was made shorter. */
  relaxed: RelaxedCode | undefined;

  constructor(
    readonly file: ObjectFile,
    readonly source: ObjectSection,
  ) {
    this.merged = source;
    this.size = source.size;
    this.alignment = source.alignment;
    this.bytes = source.bytes;
  }

  get name(): string {
    return this.source.name;
  }

  get relocations(): readonly Relocation[] {
    return (this.relaxed ?? this.merged).relocations;
  }

  /** The address of its first byte; it has been placed. */
  get address(): Integer {
    return integer.add(this.output!.address, this.offset);
  }

  /** Where an offset of the section as it was assembled is now. */
  moved(offset: number): number {
    return this.relaxed ? this.relaxed.moved(offset) : offset;
  }

  /** Takes its bytes for the program: from here on they are its own, and relocations change them. */
  settle(): void {
    if (this.source.type === SectionType.Nobits) this.bytes = noBytes;
    else if (this.relaxed) this.bytes = this.relaxed.compacted();
    else if (this.relocations.length > 0) this.bytes = new Uint8Array(this.bytes);
  }
}

const noBytes = new Uint8Array(0);

/** What stands in an output section, in order. */
export type OutputItem =
  | { readonly kind: 'input'; readonly input: InputSection }
  | {
      readonly kind: 'statement';
      readonly statement: Exclude<SectionStatement, { kind: 'input' }>;
      /** Where the location counter was after it, in bytes from the section's start. */
      end: number;
    };

/** A part of an output section that no input covers. */
export interface Gap {
  readonly offset: number;
  readonly size: number;
  readonly fill: Uint8Array;
}

/** SHF_* flags with a meaning of the operating system or the processor, which an output section has of its first input. */
const foreignFlags = 0xfff0_0000;

/** A section of the linked program. */
export class OutputSection {
  readonly items: OutputItem[] = [];
  /** Bits of `Kind`. */
  kind = 0;
  alignment = 1;
  address: Integer = 0;
  loadAddress: Integer = 0;
  size = 0;
  /** Its size in the pass before. */
  sizeBefore = 0;
  entrySize = 0;
  gaps: Gap[] = [];
  /** Bytes that the script states. */
  data: Piece[] = [];
  /** Whether it is there at all: something went into it, a symbol is assigned in it, or something asks about it. */
  exists = false;
  /** Whether its ONLY_IF_RO or ONLY_IF_RW is not met: it holds nothing but its place in the script. */
  excluded = false;
  /** Whether it is kept though it is empty. */
  keep = false;
  /** Whether it was dropped, being empty. */
  removed = false;
  /** Whether it takes no part in the layout any more. */
  ignored = false;
  /** Whether symbols are assigned in it: its alignment moves the location even when it is empty. */
  definesSymbols = false;
  /** Whether the script states bytes of it. */
  statesData = false;
  /** Whether it got its address, and its load address, in this pass. */
  placed = false;
  loadPlaced = false;
  region: Region | undefined;
  loadRegion: Region | undefined;
  #contents: SparseBytes | undefined;
  #hasInput = false;
  /** SHT_* as its name or its first input say; undefined when its kind says it. */
  #statedType: number | undefined;
  /** SHF_* flags as its name or its first input say, beside those of its kind. */
  #ownFlags = 0;

  /** @param onBegin is told when it begins to be there */
  constructor(
    readonly name: string,
    readonly description: OutputDescription | undefined,
    readonly onBegin: (output: OutputSection) => void,
  ) {}

  /** SHF_* flags. */
  get flags(): number {
    return (flagsOf(this.kind) | this.#ownFlags) >>> 0;
  }

  /** SHT_* type. */
  get type(): number {
    // The type that a script states counts where it states bytes as well, and what the first input says goes before it.
    const scripted = this.statesData ? this.description?.elfType : undefined;
    const own = scripted || typeOf(this.kind);
    const stated = this.#statedType;
    if (stated === undefined || (stated === SectionType.Nobits && own === SectionType.Progbits && this.allocated))
      return own;
    return (this.kind & (Kind.Load | Kind.Contents)) === 0 && this.allocated ? SectionType.Nobits : stated;
  }

  /** SHT_* as far as its name or its first input say it while sections are placed; 0 where neither does. */
  get placingType(): number {
    return this.#statedType ?? SectionType.Null;
  }

  get allocated(): boolean {
    return (this.kind & Kind.Alloc) !== 0;
  }

  get readOnly(): boolean {
    return (this.kind & Kind.ReadOnly) !== 0;
  }

  /** Whether it is zeroed memory of threads, which takes no room among the other sections. */
  get isThreadZeros(): boolean {
    return (this.kind & (Kind.Thread | Kind.Load)) === Kind.Thread;
  }

  get inputs(): InputSection[] {
    return this.items.flatMap((item) => (item.kind === 'input' ? [item.input] : []));
  }

  /** Whether it is a section of the program. */
  get isThere(): boolean {
    return this.exists && !this.removed;
  }

  /** Makes it be there; its name says what it is where nothing else does. */
  begin(kind: number): void {
    if (this.exists) return;
    this.exists = true;
    this.kind = kind;
    const known = knownSection(this.name);
    this.#statedType = known?.type;
    this.#ownFlags = known?.flags ?? 0;
    this.onBegin(this);
  }

  add(input: InputSection): void {
    this.items.push({ kind: 'input', input });
    this.take(input);
  }

  /** Takes over what an input section says of itself; the caller puts it in its place. */
  take(input: InputSection): void {
    const { source } = input;
    const own = kindOf(source);
    let kind = own;
    const { type } = this.description ?? {};
    if (type === 'noalloc') kind &= ~Kind.Alloc;
    else if (type === 'readonly') kind |= Kind.ReadOnly;
    else if (type === 'noload') kind &= ~(Kind.Load | Kind.Contents);
    input.output = this;
    this.begin(kind);
    this.kind &= kind | ~Kind.ReadOnly;
    const shared = Kind.Merge | Kind.Strings;
    if (this.#hasInput) {
      kind &= ~Kind.ReadOnly;
      const differs =
        (this.kind & shared) !== (kind & shared) || ((kind & Kind.Merge) !== 0 && this.entrySize !== source.entrySize);
      if (differs) {
        this.kind &= ~shared;
        kind &= ~shared;
        this.entrySize = 0;
      }
    }
    this.kind |= kind;
    if (!this.#hasInput) this.#follow(source, own, (kind & Kind.Merge) !== 0);
    this.alignment = Math.max(this.alignment, input.alignment);
  }

  /** What the first input says beyond its kind. */
  #follow(source: ObjectSection, kind: number, isMerged: boolean): void {
    this.#hasInput = true;
    const plain: readonly number[] = [SectionType.Progbits, SectionType.Note, SectionType.Nobits];
    if (this.#statedType !== undefined && plain.includes(this.#statedType)) this.#statedType = undefined;
    // Common storage has no type for ld, and what is not loaded on purpose takes none over.
    const hasType = source.name !== 'COMMON' && this.description?.type !== 'noload';
    if (this.#statedType === undefined && this.kind === kind && hasType) this.#statedType = source.type;
    this.#ownFlags = source.flags & foreignFlags;
    if (isMerged) this.entrySize = source.entrySize;
  }

  /** Its bytes, once those of its inputs are settled. */
  contents(): SparseBytes {
    this.#contents ??= this.#collect();
    return this.#contents;
  }

  #collect(): SparseBytes {
    if (this.type === SectionType.Nobits) return new SparseBytes(this.size, []);
    const pieces: Piece[] = [];
    const takesFill = (this.kind & (Kind.Contents | Kind.Load)) !== 0;
    for (const { offset, size, fill } of this.gaps) {
      if (takesFill && isFilled(fill)) pieces.push({ offset, bytes: repeated(fill, size) });
    }
    for (const { offset, bytes, size } of this.inputs) if (bytes.length > 0 && size > 0) pieces.push({ offset, bytes });
    pieces.push(...this.data);
    return new SparseBytes(
      this.size,
      pieces.sort((a, b) => a.offset - b.offset),
    );
  }
}

/** Whether a fill is anything but zeros. */
export function isFilled(fill: Uint8Array): boolean {
  return fill.some((byte) => byte !== 0);
}

function repeated(fill: Uint8Array, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let i = 0; i < size; i++) bytes[i] = fill[i % fill.length]!;
  return bytes;
}
