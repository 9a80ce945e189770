/** Assembling and linking GNU assembler sources: the entry points for the debugger, the command line and the editor. */
export { abiNames } from '../assembler/encode/abi';
export { defaultMarch } from '../assembler/encode/architecture';
export { type Directive, directiveTable } from '../assembler/expand/directives';
export type { Macro } from '../assembler/expand/macros';
export { checkStatements, type Surroundings } from '../assembler/expand/statement-check';
export * from '../assembler/source/diagnostic';
export {
  baseName,
  candidatePaths,
  folderOf,
  foldersAbove,
  isAbsolutePath,
  joinPath,
  samePath,
} from '../assembler/source/paths';
export { isPreprocessedPath, SourceText, type TextEdit } from '../assembler/syntax/source';
export { type LinkResult, link } from '../linker/link';
export { defaultLayout, type Layout } from '../linker/link-options';
export { linkOptions, parseLinkWords, withLinkPaths } from '../linker/options';
export * from './assemble';
export { type CommandUse, withCompileCommands } from './compile-commands/apply';
export { databaseName, flagsFileName } from './compile-commands/find';
export { type DescribedProgram, givenIn } from './described-program';
export { listingOf, objectListingOf } from './listing';
export * from './program-options';
export * from './project';
export * from './project-description';
export * from './project-file';
