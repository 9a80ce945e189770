import { folderOf, joinPath } from '../assembler/source/paths';
import { defaultLayout, type Layout } from '../linker/link-options';
import { parseLinkWords, withLinkPaths } from '../linker/options';
import type { InputFile } from '../linker/settings';
import type { AssembleRequest, FileOptions } from './assemble';
import type { ProjectDescription } from './project-description';

/** A program to assemble: which files, and how. */
export interface Project extends Pick<AssembleRequest, 'roots' | 'inputs' | 'linkSettings'> {
  readonly includePaths: readonly string[];
  readonly defines: Readonly<Record<string, string>>;
  readonly march?: string;
  readonly mabi?: string;
  readonly files?: Readonly<Record<string, FileOptions>>;
  readonly layout: Layout;
  readonly linkerScript?: string;
  readonly relax?: boolean;
  /** Whether something states all that is linked: only then is an undefined symbol an error. */
  readonly stated: boolean;
  /** The program has the machine from reset, in M-mode: nothing is below it. */
  readonly fromReset?: boolean;
}

/** The name of the project file. */
export const projectFileName = 'hyperstep.json';

/** The project that a description in `folder` states for the program that `file` belongs to, or for `file` alone. */
export function projectOf(description: ProjectDescription, folder: string, file: string | undefined): Project {
  const {
    program,
    includePaths = [],
    defines = {},
    march,
    mabi,
    files,
    layout,
    linkerScript,
    relax,
    linkOptions = [],
  } = description;
  const words = [...wordsOf(program), ...linkOptions];
  const linked = parseLinkWords(withLinkPaths(words, (path) => joinPath(folder, path)));
  const inputs = [...linked.inputs];
  if (program === undefined && file !== undefined) inputs.unshift({ kind: 'file', name: file, whole: false });
  const isPlain = !words.some((word) => word.startsWith('-'));
  return {
    roots: inputs.flatMap((input) => (input.kind === 'group' ? input.inputs : [input])).flatMap(fileName),
    ...(isPlain ? {} : { inputs, linkSettings: linked.settings }),
    includePaths: includePaths.map((path) => joinPath(folder, path)),
    defines,
    ...(march === undefined ? {} : { march }),
    ...(mabi === undefined ? {} : { mabi }),
    ...(files ? { files: filesIn(files, folder) } : {}),
    layout: layoutOf(layout),
    ...(linkerScript === undefined ? {} : { linkerScript: joinPath(folder, linkerScript) }),
    ...(relax === undefined ? {} : { relax }),
    stated: program !== undefined,
  };
}

/** A file that nothing states anything about: it is the whole program as far as anyone knows. */
export function projectOfFile(file: string, description: ProjectDescription = {}): Project {
  const { program: _, ...rest } = description;
  return projectOf(rest, folderOf(file), file);
}

/** What `assemble` needs, but for the files themselves. */
export function requestOf(project: Project): Omit<AssembleRequest, 'sources' | 'absent' | 'unreadable'> {
  const { roots, includePaths, defines, march, mabi, files, layout, linkerScript, relax, stated } = project;
  const { inputs, linkSettings } = project;
  return {
    roots,
    ...(inputs ? { inputs } : {}),
    ...(linkSettings ? { linkSettings } : {}),
    includePaths,
    defines,
    ...(march === undefined ? {} : { march }),
    ...(mabi === undefined ? {} : { mabi }),
    ...(files ? { files } : {}),
    layout,
    linkerScript,
    relax,
    undefinedSymbols: stated ? 'error' : 'hint',
  };
}

/** The words of a program: files, and options among them. */
function wordsOf(program: ProjectDescription['program']): readonly string[] {
  return program === undefined ? [] : typeof program === 'string' ? [program] : program;
}

function fileName({ kind, name }: InputFile): string[] {
  return kind === 'file' ? [name] : [];
}

/** Options of files with their paths, and the paths in them, joined to the stating file's folder. */
function filesIn(files: Readonly<Record<string, FileOptions>>, folder: string): Record<string, FileOptions> {
  const joined = Object.entries(files).map(([path, { includePaths, ...rest }]): [string, FileOptions] => [
    joinPath(folder, path),
    includePaths ? { ...rest, includePaths: includePaths.map((include) => joinPath(folder, include)) } : rest,
  ]);
  return Object.fromEntries(joined);
}

function layoutOf(layout: ProjectDescription['layout']): Layout {
  const { textBase, dataBase } = layout ?? {};
  return {
    textBase: textBase === undefined ? defaultLayout.textBase : BigInt(textBase),
    ...(dataBase === undefined ? {} : { dataBase: BigInt(dataBase) }),
    ...(layout?.entry === undefined ? {} : { entry: layout.entry }),
  };
}
