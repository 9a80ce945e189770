/** Programs and objects: what they are, and ELF files that hold them. */
export type { Result } from './byte-reader';
export { isElf } from './elf';
export { readExecutable } from './elf-reader';
export { writeExecutable } from './elf-writer';
export { type LineRow, type LineTable, type Origin, RowTable } from './line-table';
export { readRelocatable } from './object-reader';
export type { Program, ProgramSection, ProgramSymbol, Segment, SourcePosition, SymbolType } from './program';
export type { ObjectFile } from './relocatable';
export { writeRelocatable } from './relocatable-writer';
