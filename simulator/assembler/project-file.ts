import { isElf } from '../object/elf';
import type { Diagnostic } from './diagnostic';
import { folderOf, foldersAbove, joinPath, samePath } from './paths';
import { type Project, type ProjectDescription, parseProject, projectFileName, projectOf } from './project';

/** Reads a file of the host; undefined when there is none at that path. */
export type ReadFile = (path: string) => Promise<Uint8Array | undefined>;

/** A project file that was found, and the folder that its paths are seen from. */
export interface FoundProject {
  readonly file: string;
  readonly folder: string;
  readonly description: ProjectDescription;
  readonly problems: readonly string[];
}

/** What a launch configuration or a command line states. Its paths are seen from `folder`. */
export interface GivenProgram extends ProjectDescription {
  readonly program: readonly string[];
  readonly folder: string;
}

/**
 * The nearest `hyperstep.json` from the folder of `file` (an absolute path or URI) upward: up to the folder `root` where that
 * is one of those above the file, else up to the root of the file system.
 */
export async function findProjectFile(
  file: string,
  read: ReadFile,
  root?: string,
): Promise<FoundProject | undefined> {
  for (const folder of foldersAbove(file)) {
    const path = joinPath(folder, projectFileName);
    const bytes = await read(path);
    if (bytes) return { file: path, folder, ...parseProject(new TextDecoder().decode(bytes)) };
    if (root !== undefined && samePath(folder, root)) return undefined;
  }
  return undefined;
}

/** The project file that is about a given program: several files, or an ELF file, are the program as given. */
export async function findProjectOf(
  { program, folder }: Pick<GivenProgram, 'program' | 'folder'>,
  read: ReadFile,
  root?: string,
): Promise<FoundProject | undefined> {
  const [only, another] = program;
  if (only === undefined || another !== undefined) return undefined;
  const file = joinPath(folder, only);
  const contents = await read(file);
  return contents && !isElf(contents) ? findProjectFile(file, read, root) : undefined;
}

/**
 * The project of a given program with what its project file adds. A file that the project file links with others stands for
 * all of them; what is given explicitly goes before what the project file says, one by one where it is preprocessor macros.
 */
export function mergeProject(given: GivenProgram, found: FoundProject | undefined): Project {
  const own = projectOf(given, given.folder, undefined);
  if (!found) return own;
  const { description, folder } = found;
  const files = projectOf(description, folder, undefined);
  const isNamed = own.roots.every((root) => files.roots.some((path) => samePath(path, root)));
  const march = given.march ?? files.march;
  return {
    roots: isNamed ? files.roots : own.roots,
    includePaths: own.includePaths.length > 0 ? own.includePaths : files.includePaths,
    defines: { ...files.defines, ...own.defines },
    ...(march === undefined ? {} : { march }),
    layout: given.layout ? own.layout : files.layout,
    stated: true,
  };
}

/** What is wrong in a project file, as errors of the program that it is about. */
export function projectProblems(found: FoundProject | undefined): Diagnostic[] {
  const start = { line: 0, column: 0 };
  return (found?.problems ?? []).map((message) => ({
    file: found?.file ?? '',
    range: { start, end: { line: 0, column: 1 } },
    severity: 'error',
    code: 'project',
    message,
  }));
}
