/** What a link does beside putting its objects together, as the options of GNU ld say. */
export interface LinkSettings {
  /** Whether sections that nothing refers to are left out. */
  readonly dropsUnused: boolean;
  /** Symbols that count as used. */
  readonly wanted: readonly string[];
  /** Assignments such as `size=0x1000`, as a script would make them. */
  readonly definitions: readonly string[];
  /** Folders in which libraries are looked for. */
  readonly libraryPaths: readonly string[];
  /** Files whose symbols are taken at their addresses, and nothing else of them. */
  readonly symbolFiles: readonly string[];
  readonly maximumPageSize: bigint;
  readonly commonPageSize: bigint;
  /** `paged`: pages of the file can become pages of memory; `close`: segments are close together; `writable`: code is written to as well. */
  readonly paging: 'paged' | 'close' | 'writable';
  /** Whether the program runs at any address, with a table of what has to be adjusted (.rela.dyn). */
  readonly positionIndependent: boolean;
  /** Whether a loader finds the symbols that are weak and that nothing here defines; they are 0 otherwise. */
  readonly loaderFindsWeak: boolean;
  /** Whether the stack may be executed; what the objects say when absent. */
  readonly executableStack: boolean | undefined;
  /** Whether a part of the data may become read-only once the program is loaded. */
  readonly protects: boolean;
  /** Where sections begin, by name. */
  readonly sectionStarts: ReadonlyMap<string, bigint>;
  readonly hashStyle: 'sysv' | 'gnu' | 'both';
  /** What becomes of sections that the script does not name: they are put where they fit best, with a word about it, or not. */
  readonly orphans: 'place' | 'warn' | 'error' | 'discard';
  readonly strip: 'nothing' | 'debugging' | 'everything';
}

export const defaultSettings: LinkSettings = {
  dropsUnused: false,
  wanted: [],
  definitions: [],
  libraryPaths: [],
  symbolFiles: [],
  maximumPageSize: 0x1000n,
  commonPageSize: 0x1000n,
  paging: 'paged',
  positionIndependent: false,
  loaderFindsWeak: true,
  executableStack: undefined,
  protects: true,
  sectionStarts: new Map(),
  hashStyle: 'both',
  orphans: 'place',
  strip: 'nothing',
};

/** A file to link, or a library that is looked for by its name. */
export interface InputFile {
  readonly kind: 'file' | 'library';
  readonly name: string;
  /** Whether all objects of an archive are linked, wanted or not. */
  readonly whole: boolean;
}

/** What is linked, in order: groups of archives are gone through until nothing more is found. */
export type LinkInput = InputFile | { readonly kind: 'group'; readonly inputs: readonly InputFile[] };
