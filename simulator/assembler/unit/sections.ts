import { highWord, type Integer, lowWord } from '../../object/bytes/integer';
import { SectionFlag, type SectionGroup, SectionType } from '../../object/elf/relocatable';
import type { Architecture } from '../encode/architecture';
import type { SourceSpan } from '../source/frames';
import type { Bound } from './evaluation';
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
  | { readonly kind: 'space'; readonly count: Bound; readonly fill: Uint8Array; readonly span: SourceSpan }
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

/** A relocation that the source asks for (.reloc). */
export interface RelocationRequest {
  readonly section: Section;
  /** In the section, or a place in any. */
  readonly offset: Bound;
  readonly type: number;
  readonly value: Bound;
  readonly span: SourceSpan;
}

/** A value that is put into fixed bytes when everything is known. */
export interface Fixup {
  /** In fixed bytes; `part` variable parts stand before it. */
  readonly offset: number;
  readonly part: number;
  readonly kind: FixupKind;
  readonly value: Bound;
  readonly span: SourceSpan;
  /** Whether `.option relax` was on: the linker may change the code here. */
  readonly relax: boolean;
}

/** Data of 1, 2, 4 or 8 bytes, or a relocation type of an instruction. */
export type FixupKind = { readonly data: 1 | 2 | 4 | 8 } | { readonly relocation: number };

/** How a section is asked for, beside its name. */
export interface SectionAttributes {
  readonly type: number;
  readonly flags: number;
  readonly entrySize: number;
  readonly group?: SectionGroup | undefined;
  /** A symbol of the section that this one goes with. */
  readonly linkedTo?: string | undefined;
  /** Tells sections of one name apart. */
  readonly unique?: number | undefined;
  /** What kind of memory a section with the flag GnuMbind is for. */
  readonly info?: number | undefined;
}

/** A section of the object file: what its subsections, in the order of their numbers, make together. */
export class ObjectSectionSource {
  /** In order of their numbers once the source has ended. */
  readonly subsections: Section[] = [];
  readonly byNumber = new Map<number, Section>();
  /** In bytes. */
  alignment = 1;
  type: number;
  flags: number;
  entrySize: number;
  group: SectionGroup | undefined;
  readonly linkedTo: string | undefined;
  readonly unique: number | undefined;
  readonly info: number;
  /** What the last mapping symbol said: nothing yet, data, or instructions of an architecture. */
  mapping: 'none' | 'data' | Architecture = 'none';
  /** The architecture that the last mapping symbol with a name of one stands for. */
  mappedArchitecture: Architecture | undefined;

  constructor(
    readonly name: string,
    attributes: SectionAttributes,
    /** Its symbol's place among the symbols. */
    readonly order: number,
  ) {
    this.type = attributes.type;
    this.flags = attributes.flags;
    this.entrySize = attributes.entrySize;
    this.group = attributes.group;
    this.linkedTo = attributes.linkedTo;
    this.unique = attributes.unique;
    this.info = attributes.info ?? 0;
  }

  /** Whether a directive that names this section, group and number means this one. */
  is(name: string, attributes: Partial<SectionAttributes> | undefined): boolean {
    return (
      this.name === name &&
      this.group?.signature === attributes?.group?.signature &&
      this.linkedTo === attributes?.linkedTo &&
      this.unique === attributes?.unique &&
      this.info === (attributes?.info ?? 0) &&
      // Sections that are kept stand apart from those that may go.
      ((this.flags ^ (attributes?.flags ?? this.flags)) & SectionFlag.GnuRetain) === 0
    );
  }
}

/** The name of the section that only counts: none that a source can spell. */
export const absoluteName = '*ABS*';

/** Numbers of a row. */
const rowLength = 5;

/** Which statement put what where: rows of numbers, one for each statement, so that a long source costs no objects. */
export class SourceRows {
  #numbers = new Int32Array(rowLength * 16);
  length = 0;

  push(offset: number, part: number, frame: number, line: number, start: number): void {
    const at = this.length * rowLength;
    if (at === this.#numbers.length) {
      const larger = new Int32Array(at * 2);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    const numbers = this.#numbers;
    numbers[at] = offset;
    numbers[at + 1] = part;
    numbers[at + 2] = frame;
    numbers[at + 3] = line;
    numbers[at + 4] = start;
    this.length++;
  }

  /** In fixed bytes of the section, with the variable parts before it. */
  offset(row: number): number {
    return this.#numbers[row * rowLength]!;
  }

  part(row: number): number {
    return this.#numbers[row * rowLength + 1]!;
  }

  /** Index in the unit's frames. */
  frame(row: number): number {
    return this.#numbers[row * rowLength + 2]!;
  }

  line(row: number): number {
    return this.#numbers[row * rowLength + 3]!;
  }

  /** The column of the statement. */
  start(row: number): number {
    return this.#numbers[row * rowLength + 4]!;
  }
}

/** Room that a section gets at once beyond what it needs, in bytes. */
const largestStep = 0x100_0000;

/** A subsection while its source is being assembled. */
export class Section {
  #bytes = new Uint8Array(256);
  /** Fixed bytes so far. */
  length = 0;
  readonly parts: VariablePart[] = [];
  /** Where it begins in the section of the object, kept by the layout. */
  base = 0;
  readonly fixups: Fixup[] = [];
  /** Where GNU as begins a new fragment, as offsets in fixed bytes: the linker may change the code before it. */
  readonly #fragments: number[] = [];
  /** Variable bytes before part i (one more entry than parts), kept by the layout. */
  shifts: Float64Array = new Float64Array(1);
  /** Of every statement that put something here. */
  readonly rows = new SourceRows();

  /** As flags and type say, kept here because every statement asks. */
  readonly executable: boolean;
  readonly hasContents: boolean;
  readonly threadLocal: boolean;
  /** Whether it only counts (.struct): labels in it are numbers. */
  readonly absolute: boolean;

  constructor(
    readonly output: ObjectSectionSource,
    readonly subsection: number,
  ) {
    this.executable = (output.flags & SectionFlag.Execute) !== 0;
    this.hasContents = output.type !== SectionType.Nobits;
    this.threadLocal = (output.flags & SectionFlag.Tls) !== 0;
    this.absolute = output.name === absoluteName;
  }

  get name(): string {
    return this.output.name;
  }

  /** Asks for an alignment of the whole section. */
  align(alignment: number): void {
    if (alignment > this.output.alignment) this.output.alignment = alignment;
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

  /** Writes 4 bytes over earlier ones. */
  patch(offset: number, value: number): void {
    for (let i = 0; i < 4; i++) this.#bytes[offset + i] = value >>> (8 * i);
  }

  /** Room for `count` more bytes; gives the array and moves the end. */
  #grow(count: number): number {
    const at = this.length;
    const needed = at + count;
    if (needed > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(needed, this.#bytes.length + Math.min(this.#bytes.length, largestStep)));
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

  /**
   * Begins a new fragment, in GNU as's terms: after code that the linker may make shorter and after filled space no distance to
   * what stands before is fixed.
   */
  beginFragment(): void {
    if (this.#fragments.at(-1) !== this.length) this.#fragments.push(this.length);
  }

  /** Whether two places of this section lie in one fragment. */
  inOneFragment(a: Place, b: Place): boolean {
    if (a.part !== b.part) return false;
    const [first, last] = a.offset <= b.offset ? [a.offset, b.offset] : [b.offset, a.offset];
    const fragments = this.#fragments;
    let low = 0;
    let high = fragments.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (fragments[middle]! <= first) low = middle + 1;
      else high = middle;
    }
    return low === fragments.length || fragments[low]! > last;
  }
}
