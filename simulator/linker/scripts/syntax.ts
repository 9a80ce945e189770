import type { LinkInput } from '../settings';

/** A place in a script: 0-based line and columns. */
export interface ScriptPlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endColumn: number;
}

export type UnaryOperator = '-' | '!' | '~' | '+';
export type BinaryOperator =
  | '*'
  | '/'
  | '%'
  | '+'
  | '-'
  | '<<'
  | '>>'
  | '<'
  | '>'
  | '<='
  | '>='
  | '=='
  | '!='
  | '&'
  | '^'
  | '|'
  | '&&'
  | '||';

/** Functions of values. */
export const valueFunctions = [
  'ABSOLUTE',
  'ALIGN',
  'BLOCK',
  'NEXT',
  'MAX',
  'MIN',
  'LOG2CEIL',
  'DATA_SEGMENT_ALIGN',
  'DATA_SEGMENT_RELRO_END',
  'DATA_SEGMENT_END',
] as const;
export type ValueFunction = (typeof valueFunctions)[number];

/** Functions of a name: of a section, a region, a symbol, or a constant. */
export const nameFunctions = [
  'ADDR',
  'LOADADDR',
  'SIZEOF',
  'ALIGNOF',
  'ORIGIN',
  'LENGTH',
  'DEFINED',
  'CONSTANT',
] as const;
export type NameFunction = (typeof nameFunctions)[number];

export type ScriptExpression = {
  readonly place: ScriptPlace;
} /** `digits`: of a hexadecimal number without a suffix, as written. */ & (
  | { readonly kind: 'number'; readonly value: bigint; readonly digits?: string }
  /** A symbol, or `.`. */
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'headers' }
  | { readonly kind: 'unary'; readonly operator: UnaryOperator; readonly operand: ScriptExpression }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: ScriptExpression;
      readonly right: ScriptExpression;
    }
  | {
      readonly kind: 'conditional';
      readonly condition: ScriptExpression;
      readonly yes: ScriptExpression;
      readonly no: ScriptExpression;
    }
  | { readonly kind: 'call'; readonly name: ValueFunction; readonly operands: readonly ScriptExpression[] }
  | { readonly kind: 'named'; readonly name: NameFunction; readonly subject: string }
  | { readonly kind: 'segment'; readonly segment: string; readonly otherwise: ScriptExpression }
  | { readonly kind: 'assertion'; readonly assertion: Assertion }
);

export interface Assignment {
  readonly kind: 'assignment';
  readonly place: ScriptPlace;
  /** A symbol, or `.`. */
  readonly name: string;
  readonly value: ScriptExpression;
  /** Only when something refers to the symbol and nothing else defines it. */
  readonly provide: boolean;
  readonly hidden: boolean;
  /** Whether the symbol's visibility is protected where nothing says it. */
  readonly isProtected?: boolean;
}

export interface Assertion {
  readonly kind: 'assert';
  readonly place: ScriptPlace;
  readonly condition: ScriptExpression;
  readonly message: string;
}

export type SortOrder = 'none' | 'name' | 'alignment' | 'init-priority' | 'name-alignment' | 'alignment-name';

/** A name with wildcards, perhaps not in some files. */
export interface NamePattern {
  readonly name: string;
  readonly excluded: readonly string[];
  readonly sort: SortOrder;
}

/** `KEEP (*(.text .text.*))`: which sections of which files stand here. */
export interface InputDescription {
  readonly kind: 'input';
  readonly place: ScriptPlace;
  readonly file: NamePattern;
  readonly sections: readonly NamePattern[];
  /** SHF_* flags that a section must have and must not have. */
  readonly wanted: number;
  readonly unwanted: number;
  readonly keep: boolean;
}

export interface DataStatement {
  readonly kind: 'data';
  readonly place: ScriptPlace;
  /** In bytes. */
  readonly size: 1 | 2 | 4 | 8;
  readonly value: ScriptExpression;
}

export interface FillStatement {
  readonly kind: 'fill';
  readonly place: ScriptPlace;
  readonly pattern: FillPattern;
}

/** What fills gaps: bytes as written in hexadecimal, or the four big-endian bytes of a value. */
export type FillPattern = { readonly bytes: Uint8Array } | { readonly value: ScriptExpression };

export type SectionStatement = Assignment | Assertion | InputDescription | DataStatement | FillStatement;

export interface OutputDescription {
  readonly kind: 'output';
  readonly place: ScriptPlace;
  readonly name: string;
  readonly address: ScriptExpression | undefined;
  /** `noload`: takes memory, but nothing is loaded; `noalloc`: takes none. */
  readonly type: 'normal' | 'noload' | 'noalloc' | 'readonly';
  /** SHT_*, where the script states it. */
  readonly elfType: number | undefined;
  readonly loadAddress: ScriptExpression | undefined;
  readonly alignment: ScriptExpression | undefined;
  readonly alignWithInput: boolean;
  readonly inputAlignment: ScriptExpression | undefined;
  readonly constraint: 'ONLY_IF_RO' | 'ONLY_IF_RW' | undefined;
  readonly statements: readonly SectionStatement[];
  readonly region: string | undefined;
  readonly loadRegion: string | undefined;
  readonly headers: readonly SegmentName[];
  readonly fill: FillPattern | undefined;
}

/** The place of what no script says. */
export const nowhere: ScriptPlace = { file: '', line: 0, column: 0, endColumn: 0 };

/** An output section about which nothing is said. */
export const emptyOutput: OutputDescription = {
  kind: 'output',
  place: nowhere,
  name: '',
  address: undefined,
  type: 'normal',
  elfType: undefined,
  loadAddress: undefined,
  alignment: undefined,
  alignWithInput: false,
  inputAlignment: undefined,
  constraint: undefined,
  statements: [],
  region: undefined,
  loadRegion: undefined,
  headers: [],
  fill: undefined,
};

export type ScriptStatement = Assignment | Assertion | OutputDescription;

export interface MemoryRegion {
  readonly name: string;
  readonly place: ScriptPlace;
  readonly origin: ScriptExpression;
  readonly length: ScriptExpression;
  /** Letters of `(rwx!ai)`, lower case. */
  readonly attributes: string;
}

/** A segment that a section is put into: `:name`. */
export interface SegmentName {
  readonly name: string;
  readonly place: ScriptPlace;
}

export interface ProgramHeader {
  readonly name: string;
  readonly place: ScriptPlace;
  readonly type: ScriptExpression;
  /** Whether the segment holds the file's header, and the program headers. */
  readonly fileHeader: boolean;
  readonly programHeaders: boolean;
  readonly address: ScriptExpression | undefined;
  readonly flags: ScriptExpression | undefined;
}

/** A linker script: what SECTIONS and the commands beside it say, in order. */
export interface LinkerScript {
  readonly statements: readonly ScriptStatement[];
  readonly regions: readonly MemoryRegion[];
  /** Other names of regions. */
  readonly aliases: ReadonlyMap<string, string>;
  readonly headers: readonly ProgramHeader[];
  readonly entry: string | undefined;
  /** Output sections whose start an option of the link states. */
  readonly startsStated: readonly string[];
  /** Symbols that count as used: EXTERN. */
  readonly externs: readonly string[];
  /** Files and libraries that are linked after all others: INPUT, GROUP, STARTUP. */
  readonly inputs: readonly LinkInput[];
  /** Where libraries are looked for: SEARCH_DIR. */
  readonly libraryPaths: readonly string[];
}
