import { highWord, type Integer, lowWord } from '../object/integer';
import { SectionFlag, SectionType } from '../object/relocatable';
import type { Bound } from './evaluation';
import type { SourceSpan } from './frames';
import type { AssemblySymbol, Place } from './symbols';

/** Bytes whose number depends on where things end up. Sizes are in bytes. */
export type VariablePart = {
  /** Fixed bytes of the section before it. */
  readonly at: number;
  size: number;
} & (
  | {
      readonly kind: 'align';
      readonly alignment: number;
      /** Skip the alignment when it needs more than this; 0 for no limit. */
      readonly maximum: number;
      /** What fills the gap; undefined for instructions that do nothing. */
      readonly fill: Uint8Array | undefined;
    }
  | { readonly kind: 'org'; readonly target: Bound; readonly fill: number; readonly span: SourceSpan }
  | { readonly kind: 'space'; readonly count: Bound; readonly fill: number; readonly span: SourceSpan }
  | { readonly kind: 'leb128'; readonly value: Bound; readonly signed: boolean; readonly span: SourceSpan }
  | {
      /** A branch or jump that takes the shortest form that reaches its target. */
      readonly kind: 'branch';
      readonly jump: boolean;
      /** The 16-bit instruction when it has one, else the 32-bit one, with no target in it. */
      readonly word: number;
      readonly compressed: boolean;
      readonly target: AssemblySymbol | undefined;
      readonly addend: Integer;
      readonly span: SourceSpan;
    }
);

/** A value that is put into fixed bytes when everything is known. */
export interface Fixup {
  /** In fixed bytes; `part` variable parts stand before it. */
  readonly offset: number;
  readonly part: number;
  readonly kind: FixupKind;
  readonly value: Bound;
  readonly span: SourceSpan;
}

/** Data of 1, 2, 4 or 8 bytes, or a relocation type of an instruction. */
export type FixupKind = { readonly data: 1 | 2 | 4 | 8 } | { readonly relocation: number };

/** A section while its source is being assembled. */
export class Section {
  #bytes = new Uint8Array(256);
  /** Fixed bytes so far. */
  length = 0;
  alignment = 1;
  readonly parts: VariablePart[] = [];
  readonly fixups: Fixup[] = [];
  /** Variable bytes before part i (one more entry than parts), kept by the layout. */
  shifts: Float64Array = new Float64Array(1);
  /** Flattened (offset, part, frame index, line, column, last column) of every statement that put something here. */
  readonly rows: number[] = [];

  constructor(
    readonly name: string,
    readonly type: number,
    readonly flags: number,
    readonly entrySize: number,
    readonly subsection: number,
    /** In order of creation. */
    readonly index: number,
  ) {}

  get executable(): boolean {
    return (this.flags & SectionFlag.Execute) !== 0;
  }

  get hasContents(): boolean {
    return this.type !== SectionType.Nobits;
  }

  get here(): Place {
    return { section: this, offset: this.length, part: this.parts.length };
  }

  /** The fixed bytes so far (a view); none in a section without contents. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.hasContents ? this.length : 0);
  }

  /** The little-endian number in `length` fixed bytes, at most 4. */
  wordAt(offset: number, length: number): number {
    let word = 0;
    for (let i = 0; i < length; i++) word |= this.#bytes[offset + i]! << (8 * i);
    return word;
  }

  /** Room for `count` more bytes; gives the array and moves the end. */
  #grow(count: number): number {
    const at = this.length;
    const needed = at + count;
    if (needed > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
      larger.set(this.#bytes.subarray(0, at));
      this.#bytes = larger;
    }
    this.length = needed;
    return at;
  }

  append(bytes: ArrayLike<number>): void {
    if (!this.hasContents) {
      this.length += bytes.length;
      return;
    }
    const at = this.#grow(bytes.length);
    this.#bytes.set(bytes, at);
  }

  /** Appends the low `size` bytes of a value, little-endian. */
  appendInteger(value: Integer, size: number): void {
    if (!this.hasContents) {
      this.length += size;
      return;
    }
    const at = this.#grow(size);
    const low = lowWord(value);
    const bytes = this.#bytes;
    for (let i = 0; i < size && i < 4; i++) bytes[at + i] = low >>> (8 * i);
    if (size <= 4) return;
    const high = highWord(value);
    for (let i = 4; i < size && i < 8; i++) bytes[at + i] = high >>> (8 * (i - 4));
    if (size > 8) bytes.fill(high < 0 ? 0xff : 0, at + 8, at + size);
  }

  /** Appends `count` bytes of one value. */
  appendFill(value: number, count: number): void {
    if (!this.hasContents) {
      this.length += count;
      return;
    }
    const at = this.#grow(count);
    this.#bytes.fill(value, at, at + count);
  }

  appendPart(part: VariablePart): void {
    this.parts.push(part);
  }
}

/** Type and flags of the sections that have a meaning by name, from the longest name that fits. */
const knownSections: readonly (readonly [name: string, type: number, flags: number])[] = [
  ['.text', SectionType.Progbits, SectionFlag.Alloc | SectionFlag.Execute],
  ['.init', SectionType.Progbits, SectionFlag.Alloc | SectionFlag.Execute],
  ['.fini', SectionType.Progbits, SectionFlag.Alloc | SectionFlag.Execute],
  ['.data', SectionType.Progbits, SectionFlag.Alloc | SectionFlag.Write],
  ['.data1', SectionType.Progbits, SectionFlag.Alloc | SectionFlag.Write],
  ['.sdata', SectionType.Progbits, SectionFlag.Alloc | SectionFlag.Write],
  ['.bss', SectionType.Nobits, SectionFlag.Alloc | SectionFlag.Write],
  ['.sbss', SectionType.Nobits, SectionFlag.Alloc | SectionFlag.Write],
  ['.rodata', SectionType.Progbits, SectionFlag.Alloc],
  ['.rodata1', SectionType.Progbits, SectionFlag.Alloc],
  ['.tdata', SectionType.Progbits, SectionFlag.Alloc | SectionFlag.Write | SectionFlag.Tls],
  ['.tbss', SectionType.Nobits, SectionFlag.Alloc | SectionFlag.Write | SectionFlag.Tls],
  ['.init_array', SectionType.InitArray, SectionFlag.Alloc | SectionFlag.Write],
  ['.fini_array', SectionType.FiniArray, SectionFlag.Alloc | SectionFlag.Write],
  ['.preinit_array', SectionType.PreinitArray, SectionFlag.Alloc | SectionFlag.Write],
  ['.note', SectionType.Note, 0],
];

/** What the name of a section says about it: `.text.hot` is as `.text`; unknown names are data that is not loaded. */
export function sectionDefaults(name: string): { type: number; flags: number } {
  for (const [known, type, flags] of knownSections) {
    if (name === known || (name.startsWith(known) && name[known.length] === '.')) return { type, flags };
  }
  return { type: SectionType.Progbits, flags: 0 };
}
