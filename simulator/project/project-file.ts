import { foldersAbove, joinPath, samePath } from '../assembler/source/paths';
import { type FileReading, type ReadFile, UnreadableFile } from '../assembler/source/read-file';
import { isElf } from '../object/elf/elf';
import { isImage } from '../object/image';
import { type Project, projectFileName, projectOf } from './project';
import { type ProjectDescription, parseProject } from './project-description';

/** A project file that was found, and the folder that its paths are seen from. */
export interface FoundProject {
  readonly file: string;
  readonly folder: string;
  readonly description: ProjectDescription;
  readonly problems: readonly string[];
  /** Whether the file that it was looked for is one of those that it links. */
  readonly linksFile: boolean;
}

/** What a launch configuration or a command line states, with paths as the reader of files takes them. */
export interface GivenProgram extends ProjectDescription {
  readonly program: readonly string[];
  /** The symbol where execution begins, whatever the layout of the project file says. */
  readonly entry?: string;
  /** Where a flat binary lies; where code begins when absent. */
  readonly imageAddress?: bigint;
  /** The physical address of its first contents, where that is not to be as its file or its linker script says. */
  readonly loadAddress?: bigint | undefined;
  /** It is started in M-mode, without firmware below it. */
  readonly fromReset?: boolean;
}

/**
 * The nearest `hyperstep.json` from the folder of `file` (an absolute path or URI) upward: up to the folder `root` where that
 * is one of those above the file, else up to the root of the file system.
 */
export async function findProjectFile(file: string, read: ReadFile, root?: string): Promise<FoundProject | undefined> {
  for (const folder of foldersAbove(file)) {
    const path = joinPath(folder, projectFileName);
    const contents = await read(path);
    if (contents) {
      const { description, problems } = projectIn(contents);
      const { roots } = projectOf(description, folder, undefined);
      return { file: path, folder, description, problems, linksFile: roots.some((linked) => samePath(linked, file)) };
    }
    if (root !== undefined && samePath(folder, root)) return undefined;
  }
  return undefined;
}

function projectIn(contents: NonNullable<FileReading>): ReturnType<typeof parseProject> {
  return contents instanceof UnreadableFile
    ? { description: {}, problems: [`it ${contents.why}`] }
    : parseProject(new TextDecoder().decode(contents));
}

/** The project file that is about a given program: several files, or an ELF file, are the program as given. */
export async function findProjectOf(
  { program }: GivenProgram,
  read: ReadFile,
  root?: string,
): Promise<FoundProject | undefined> {
  const [only, another] = program;
  if (only === undefined || another !== undefined) return undefined;
  const contents = await read(only);
  return contents instanceof Uint8Array && !isElf(contents) && !isImage(only, contents)
    ? findProjectFile(only, read, root)
    : undefined;
}

/**
 * The project of a given program with what its project file adds. A file that the project file links with others stands for
 * all of them; what is given explicitly goes before what the project file says, one by one where it is preprocessor macros.
 */
export function mergeProject(given: GivenProgram, found: FoundProject | undefined): Project {
  const reset = given.fromReset ? { fromReset: true } : {};
  const own = { ...withEntry(projectOf(given, '', undefined), given.entry), ...reset };
  if (!found) return own;
  const linkOptions = given.linkOptions ?? found.description.linkOptions;
  const stated = projectOf({ ...found.description, ...(linkOptions ? { linkOptions } : {}) }, found.folder, undefined);
  const march = own.march ?? stated.march;
  const mabi = own.mabi ?? stated.mabi;
  const linkerScript = own.linkerScript ?? stated.linkerScript;
  const relax = own.relax ?? stated.relax;
  const linked = found.linksFile ? stated : own;
  const linkSettings = own.linkSettings ?? stated.linkSettings;
  return {
    roots: linked.roots,
    ...(linked.inputs ? { inputs: linked.inputs } : {}),
    ...(linkSettings ? { linkSettings } : {}),
    includePaths: own.includePaths.length > 0 ? own.includePaths : stated.includePaths,
    defines: { ...stated.defines, ...own.defines },
    ...(march === undefined ? {} : { march }),
    ...(mabi === undefined ? {} : { mabi }),
    ...(stated.files ? { files: stated.files } : {}),
    layout: given.layout ? own.layout : withEntry(stated, given.entry).layout,
    ...(linkerScript === undefined ? {} : { linkerScript }),
    ...(relax === undefined ? {} : { relax }),
    stated: true,
    ...reset,
  };
}

function withEntry(project: Project, entry: string | undefined): Project {
  return entry === undefined ? project : { ...project, layout: { ...project.layout, entry } };
}
