/** Programs and objects: what they are, and ELF files that hold them. */
export type { Result } from './bytes/reader';
export { isElf } from './elf/elf';
export { readRelocatable } from './elf/object-reader';
export { readExecutable } from './elf/reader';
export type { ObjectFile } from './elf/relocatable';
export { writeRelocatable } from './elf/relocatable-writer';
export { writeExecutable } from './elf/writer';
export { type LineRow, type LineTable, type Origin, RowTable } from './line-table';
export type { Program, ProgramSection, ProgramSymbol, Segment, SourcePosition, SymbolType } from './program';
