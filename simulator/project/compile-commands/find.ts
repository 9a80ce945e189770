import { foldersAbove, joinPath, samePath } from '../../assembler/source/paths';
import { type ReadFile, UnreadableFile } from '../../assembler/source/read-file';
import type { FileOptions } from '../assemble';
import { CompilationDatabase, type CompileCommand, flagsFileCommand } from './database';
import { readFlags } from './flags';
import { withResponseFiles } from './response-files';

export const databaseName = 'compile_commands.json';
export const flagsFileName = 'compile_flags.txt';
/** Where builds leave a database, below the folder that the sources are in. */
const buildFolders = ['', 'build', 'out', 'builddir'];

/** How a file is assembled according to the project's build. */
export interface FoundCommand {
  /** The compilation database, or list of flags. */
  readonly database: string;
  readonly command: CompileCommand;
  /** Whether it is the file's own, and not that of a source near by. */
  readonly isOwn: boolean;
  readonly options: FileOptions;
  /** See `CompilerFlags`. */
  readonly query: readonly string[];
}

export interface CommandSearch {
  readonly found?: FoundCommand;
  /** What is wrong in the databases that were read, by path. */
  readonly problems: ReadonlyMap<string, readonly string[]>;
}

/** Databases by the bytes that they were read from: those that many files share are read once. */
const known = new WeakMap<Uint8Array, CompilationDatabase>();

export interface SearchOptions {
  /** The folder above which nothing is looked for, where it is one above the file. */
  readonly root: string | undefined;
  /** Whether a file that has no command of its own takes that of the source nearest to it. */
  readonly infer: boolean;
}

/**
 * The command of a file in the nearest `compile_commands.json` above it, or in a folder for builds there, or the flags of the nearest
 * `compile_flags.txt`, as clangd looks for them.
 */
export async function findCompileCommand(
  file: string,
  read: ReadFile,
  { root, infer }: SearchOptions,
): Promise<CommandSearch> {
  const problems = new Map<string, readonly string[]>();
  const wanted = joinPath('', file).replace(/\\/g, '/');
  for (const folder of foldersAbove(file)) {
    for (const build of buildFolders) {
      const path = joinPath(joinPath(folder, build), databaseName);
      const contents = await read(path);
      if (contents instanceof UnreadableFile) problems.set(path, [`it ${contents.why}`]);
      if (!(contents instanceof Uint8Array)) continue;
      const database = databaseOf(contents, joinPath(folder, build));
      problems.set(path, database.problems);
      const own = database.own(wanted);
      const command = own ?? (infer ? database.nearest(wanted) : undefined);
      if (command) return { found: await foundIn(path, command, own !== undefined, read), problems };
    }
    const path = joinPath(folder, flagsFileName);
    const contents = await read(path);
    if (contents instanceof UnreadableFile) problems.set(path, [`it ${contents.why}`]);
    else if (contents) {
      const command = flagsFileCommand(new TextDecoder().decode(contents), folder, file);
      return { found: await foundIn(path, command, true, read), problems };
    }
    if (root !== undefined && samePath(folder, root)) break;
  }
  return { problems };
}

async function foundIn(database: string, given: CompileCommand, isOwn: boolean, read: ReadFile): Promise<FoundCommand> {
  const command = { ...given, args: await withResponseFiles(given.args, given.folder, read) };
  return { database, command, isOwn, ...readFlags(command.args, command.folder) };
}

function databaseOf(contents: Uint8Array, folder: string): CompilationDatabase {
  let database = known.get(contents);
  if (!database) {
    database = new CompilationDatabase(new TextDecoder().decode(contents), folder);
    known.set(contents, database);
  }
  return database;
}
