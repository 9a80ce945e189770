/** Assembling and linking GNU assembler sources: the entry points for the debugger, the command line and the editor. */
export { abiNames } from './abi';
export { defaultMarch } from './architecture';
export * from './assemble';
export { type CommandUse, withCompileCommands } from './compile-commands/apply';
export { databaseName, flagsFileName } from './compile-commands/find';
export * from './diagnostic';
export { type Directive, directiveTable } from './directives';
export { defaultLayout, type Layout, type LinkResult, link } from './linker/link';
export { linkOptions, parseLinkWords, withLinkPaths } from './linker/options';
export { listingOf, objectListingOf } from './listing';
export type { Macro } from './macros';
export { baseName, candidatePaths, folderOf, foldersAbove, isAbsolutePath, joinPath, samePath } from './paths';
export * from './project';
export * from './project-file';
export { isPreprocessedPath, SourceText, type TextEdit } from './source';
export { checkStatements, type Surroundings } from './statement-check';
