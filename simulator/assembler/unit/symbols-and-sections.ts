/**
 * Symbols, sections and bound expressions while a source is being assembled. A symbol stands at a place of a section or for an expression,
 * an expression is of symbols, and a section holds expressions whose values are not known yet: no one of these types can be said without the others.
 */
import { highWord, type Integer, lowWord } from '../../object/bytes/integer';
import {
  SectionFlag,
  type SectionGroup,
  SectionType,
  type SymbolBinding,
  type SymbolVisibility,
} from '../../object/elf/relocatable';
import type { Architecture } from '../encode/architecture';
import type { SourceSpan } from '../source/frames';
import type { Expression } from '../syntax/expression';
import { SourceRows } from './source-rows';

/** `value + add - subtract`: what the linker can work with. */
export interface Linear {
  readonly kind: 'linear';
  readonly value: Integer;
  readonly add: AssemblySymbol | undefined;
  readonly subtract: AssemblySymbol | undefined;
}

/** A number, whatever the layout will be. */
export interface Constant extends Linear {
  readonly add: undefined;
  readonly subtract: undefined;
}

/** An expression whose symbols are bound, waiting for places to be known. */
export type Bound =
  | Linear
  | { readonly kind: 'operation'; readonly operator: string; readonly left: Bound; readonly right: Bound | undefined };

/** A location in a section that may still move: `offset` counts fixed bytes, `part` the variable parts before it. */
export interface Place {
  readonly section: Section;
  readonly offset: number;
  readonly part: number;
}

/** A symbol while its source is being assembled. */
export class AssemblySymbol {
  /** Where it was defined as a label, or set to a place that was known. */
  place: Place | undefined;
  /** What it was set to by `.set`, `.equ` or `=` when that is no known place. */
  assigned: Bound | undefined;
  /** Storage that the linker places: .comm. In bytes. */
  common: { size: number; alignment: number } | undefined;
  binding: SymbolBinding = 'local';
  /** Whether .local was said: an undefined symbol becomes global by default. */
  declaredLocal = false;
  visibility: SymbolVisibility = 'default';
  type: 'notype' | 'object' | 'function' | 'tls' | 'ifunc' = 'notype';
  size: Bound | undefined;
  /** Where its size was given. */
  sizeSpan: SourceSpan | undefined;
  /** The first definition and the first use, for messages. */
  definition: SourceSpan | undefined;
  firstUse: SourceSpan | undefined;
  /** Whether `.equiv` or `==` defined it, or it is a label: it must not be redefined. */
  fixed = false;
  /** The section whose own symbol it is: its name then means the section's beginning. */
  section: ObjectSectionSource | undefined;
  /** Whether another symbol has its name since: it was set again. */
  replaced = false;
  /** What it was set to by `==` or `.eqv`: worked out anew where it is used. */
  deferred: Expression | undefined;
  /** `.weakref`: uses of it are weak uses of what it stands for. */
  weakReference = false;
  /** Whether only such symbols name it: then it need not be defined. */
  weaklyReferenced = false;
  variantCallingConvention = false;
  /** Names with versions (.symver), the last one first, and what becomes of the symbol beside them. */
  readonly versions: string[] = [];
  versionFate: 'local' | 'hidden' | 'remove' | undefined;
  /** Its place among the object's symbols; 0 as long as nothing outside of this source could see it. */
  order = 0;
  /** While its value is being worked out: a guard against cycles. */
  resolving = false;

  constructor(
    readonly name: string,
    /** Made by the assembler: `.`, numeric labels, the auipc of a pair. Never listed under its name. */
    readonly anonymous: boolean,
  ) {}

  get defined(): boolean {
    return this.place !== undefined || this.assigned !== undefined || this.common !== undefined;
  }

  /** A symbol of this name that can be set to another value, while uses so far keep the value of this one. */
  successor(): AssemblySymbol {
    const symbol = new AssemblySymbol(this.name, false);
    symbol.binding = this.binding;
    symbol.declaredLocal = this.declaredLocal;
    symbol.visibility = this.visibility;
    symbol.type = this.type;
    symbol.size = this.size;
    symbol.sizeSpan = this.sizeSpan;
    symbol.order = this.order;
    symbol.definition = this.definition;
    this.replaced = true;
    return symbol;
  }
}

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
