import type { SparseBytes } from '../bytes/sparse-bytes';

/** A section of an executable file, as its section header says. */
export interface FileSection {
  readonly name: string;
  /** ELF sh_type and sh_flags. */
  readonly type: number;
  readonly flags: number;
  readonly address: bigint;
  /** In the file. */
  readonly offset: number;
  readonly size: number;
  readonly link: number;
  readonly info: number;
  readonly alignment: number;
  readonly entrySize: number;
  /** Undefined for SHT_NOBITS. */
  readonly contents: SparseBytes | undefined;
}

/** A segment of an executable file, as its program header says. */
export interface ProgramHeader {
  readonly type: number;
  /** PF_* flags. */
  readonly flags: number;
  /** In the file. */
  readonly offset: number;
  readonly address: bigint;
  readonly loadAddress: bigint;
  readonly fileSize: number;
  readonly memorySize: number;
  readonly alignment: number;
}

/** A symbol of an executable file, in the numbers of its symbol table. */
export interface FileSymbol {
  readonly name: string;
  readonly value: bigint;
  readonly size: number;
  /** STT_*, STB_*, STV_*. */
  readonly type: number;
  readonly binding: number;
  readonly visibility: number;
  /** A number of a section, or one of `SectionIndex`. */
  readonly section: number;
}

/** All that an executable ELF file is made of, where it belongs. */
export interface ExecutableFile {
  /** ET_EXEC or ET_DYN. */
  readonly type: number;
  readonly entry: bigint;
  /** ELF e_flags: `HeaderFlag`. */
  readonly flags: number;
  /** In the order of their numbers, which begin at 1. */
  readonly sections: readonly FileSection[];
  readonly headers: readonly ProgramHeader[];
  /** Where the program headers are in the file, and how many there is room for. */
  readonly headersOffset: number;
  /** Local symbols come first. */
  /** Undefined for a file without a symbol table. */
  readonly symbols: readonly FileSymbol[] | undefined;
  /** Where all sections end in the file. */
  readonly end: number;
}
