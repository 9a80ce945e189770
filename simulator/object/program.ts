import type { SparseBytes } from './bytes/sparse-bytes';
import type { DebugUnit } from './dwarf/debug-units';
import type { ExecutableFile } from './elf/executable-file';
import type { SymbolBinding } from './elf/relocatable';
import type { LineTable } from './line-table';

/** A place in a source: 0-based line and UTF-16 column. */
export interface SourcePosition {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A part of memory that a program fills when it is loaded. */
export interface Segment {
  /** Where its code runs (virtual memory address). */
  readonly address: bigint;
  /** Where it is loaded (physical address). */
  readonly loadAddress: bigint;
  readonly bytes: Uint8Array;
  /** In bytes; what `bytes` does not cover is zero. */
  readonly memorySize: number;
  readonly readable: boolean;
  readonly writable: boolean;
  readonly executable: boolean;
}

export type SymbolType = 'function' | 'object' | 'notype' | 'section' | 'file' | 'absolute';

export interface ProgramSymbol {
  readonly name: string;
  readonly value: bigint;
  /** In bytes; 0 when unknown. */
  readonly size: number;
  readonly type: SymbolType;
  readonly binding: SymbolBinding;
  /** The output section that it lies in; '' for an absolute symbol. */
  readonly section: string;
  readonly definition?: SourcePosition;
}

/** An executable image: what assembling and linking makes, and what an ELF file holds. */
export interface Program {
  readonly entry: bigint;
  readonly segments: readonly Segment[];
  readonly symbols: readonly ProgramSymbol[];
  readonly lines: LineTable;
  /** The output sections, where they are known. */
  readonly sections: readonly ProgramSection[];
  /** The ELF file that it makes; absent when it came out of a file. */
  readonly executable?: () => ExecutableFile;
  /** Where instructions and where data begin, as mapping symbols say; absent when nothing says so. */
  readonly marks?: readonly CodeMark[];
  /** The units of the debug information of compilers; absent when there is none. */
  readonly units?: () => readonly DebugUnit[];
  /** What .debug_frame says, which is not loaded. */
  readonly debugFrames?: () => readonly DebugFrames[];
  /** What could not be read of its debug information so far, in words. */
  readonly problems?: () => readonly string[];
}

/** The contents of a section .debug_frame. */
export interface DebugFrames {
  readonly bytes: Uint8Array;
  /** By how much code is elsewhere than it says. */
  readonly shift: bigint;
}

export interface CodeMark {
  readonly address: bigint;
  readonly isData: boolean;
}

/** The mark that a symbol is (RISC-V ELF psABI, "Mapping Symbol"); undefined for any other symbol. */
export function markOf({ name, value }: Pick<ProgramSymbol, 'name' | 'value'>): CodeMark | undefined {
  const kind = /^\$([xd])/.exec(name)?.[1];
  return kind === undefined ? undefined : { address: value, isData: kind === 'd' };
}

export interface ProgramSection {
  readonly name: string;
  readonly address: bigint;
  /** Where it is loaded; at its address when absent. */
  readonly loadAddress?: bigint;
  /** In bytes. */
  readonly size: number;
  readonly alignment: number;
  readonly contents: SparseBytes;
  /** ELF sh_type and sh_flags. */
  readonly type: number;
  readonly flags: number;
}
