import type { Integer } from '../../object/integer';
import * as integer from '../../object/integer';
import {
  type ObjectFile,
  type ObjectSection,
  type Relocation,
  SectionFlag,
  SectionType,
} from '../../object/relocatable';
import type { RelaxedCode } from './relaxation/relaxed-code';
import type { MemoryRegion, OutputDescription, SectionStatement } from './scripts/syntax';

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
}

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

/** A section of the linked program. */
export class OutputSection {
  readonly items: OutputItem[] = [];
  /** SHT_* and SHF_*. */
  type: number = SectionType.Nobits;
  flags = 0;
  alignment = 1;
  address: Integer = 0;
  loadAddress: Integer = 0;
  size = 0;
  /** Its size in the pass before. */
  sizeBefore = 0;
  bytes = new Uint8Array(0);
  gaps: Gap[] = [];
  /** Whether it is there at all: something went into it, or a symbol is assigned in it. */
  exists = false;
  /** Whether it is kept though it is empty. */
  keep = false;
  /** Whether it was dropped, being empty. */
  removed = false;
  /** Whether it takes no part in the layout any more. */
  ignored = false;
  /** Whether symbols are assigned in it: its alignment moves the location even when it is empty. */
  definesSymbols = false;
  /** Whether all that went into it is read-only. */
  readOnly = true;
  /** Whether it got its address, and its load address, in this pass. */
  placed = false;
  loadPlaced = false;
  region: Region | undefined;
  loadRegion: Region | undefined;

  constructor(
    readonly name: string,
    readonly description: OutputDescription | undefined,
  ) {}

  get allocated(): boolean {
    return (this.flags & SectionFlag.Alloc) !== 0;
  }

  /** Whether it is zeroed memory of threads, which takes no room among the other sections. */
  get isThreadZeros(): boolean {
    return (this.flags & SectionFlag.Tls) !== 0 && this.type === SectionType.Nobits;
  }

  get inputs(): InputSection[] {
    return this.items.flatMap((item) => (item.kind === 'input' ? [item.input] : []));
  }

  add(input: InputSection): void {
    this.items.push({ kind: 'input', input });
    this.take(input);
  }

  /** Takes over what an input section says of itself; the caller puts it in its place. */
  take(input: InputSection): void {
    const { type, flags } = input.source;
    input.output = this;
    const isFirst = !this.exists || this.flags === 0;
    this.exists = true;
    this.flags |= flags & inheritedFlags;
    if (isFirst || (this.type === SectionType.Nobits && type !== SectionType.Nobits)) this.type = type;
    else if (this.type !== type && type !== SectionType.Nobits) this.type = SectionType.Progbits;
    if (flags & SectionFlag.Write) this.readOnly = false;
    this.alignment = Math.max(this.alignment, input.alignment);
  }
}

const inheritedFlags = SectionFlag.Alloc | SectionFlag.Write | SectionFlag.Execute | SectionFlag.Tls;

/** A region of MEMORY while sections are put into it. */
export class Region {
  current = 0n;
  /** The last section that went there, from which the next one takes how far load addresses are from addresses. */
  last: OutputSection | undefined;
  origin = 0n;
  length = 0n;

  constructor(
    readonly name: string,
    readonly declared: MemoryRegion | undefined,
  ) {}

  /** Whether sections that name no region may go here: by the attributes of its declaration. */
  takes(output: OutputSection): boolean {
    const attributes = this.declared?.attributes ?? '';
    let [wanted, unwanted] = [0, 0];
    let inverted = false;
    for (const letter of attributes) {
      if (letter === '!') inverted = !inverted;
      else if (inverted) unwanted |= attributeBits[letter] ?? 0;
      else wanted |= attributeBits[letter] ?? 0;
    }
    const bits = sectionBits(output);
    return (wanted & bits) !== 0 && (unwanted & bits) === 0;
  }
}

const Bit = { Alloc: 1, ReadOnly: 2, Data: 4, Code: 8, Load: 16 } as const;
const attributeBits: Readonly<Record<string, number>> = {
  a: Bit.Alloc,
  r: Bit.ReadOnly,
  w: Bit.Data,
  x: Bit.Code,
  l: Bit.Load,
  i: Bit.Load,
};

function sectionBits({ flags, readOnly, type }: OutputSection): number {
  const code = (flags & SectionFlag.Execute) !== 0;
  const alloc = (flags & SectionFlag.Alloc) !== 0;
  const loaded = alloc && type !== SectionType.Nobits;
  return (
    (alloc ? Bit.Alloc : 0) |
    (readOnly ? Bit.ReadOnly : 0) |
    (code ? Bit.Code : 0) |
    (loaded ? Bit.Load : 0) |
    ((loaded && !code) || (alloc && !readOnly && !code) ? Bit.Data : 0)
  );
}
