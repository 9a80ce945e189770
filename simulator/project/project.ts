import { abiNames, isAbiName } from '../assembler/encode/abi';
import { folderOf, joinPath } from '../assembler/source/paths';
import { defaultLayout, type Layout } from '../linker/link-options';
import { parseLinkWords, withLinkPaths } from '../linker/options';
import type { InputFile } from '../linker/settings';
import { isRecord } from '../schema/record';
import type { AssembleRequest, FileOptions } from './assemble';

/** What a project states, in `hyperstep.json` or a launch configuration. Paths are relative to the stating file's folder. */
export interface ProjectDescription {
  /** The source files (or objects) that make the program, linked in this order. */
  readonly program?: string | readonly string[];
  readonly includePaths?: readonly string[];
  readonly defines?: Readonly<Record<string, string>>;
  readonly march?: string;
  readonly mabi?: string;
  /** What holds for single files beside that: by path, `includePaths`, `defines`, `march`, `mabi`. */
  readonly files?: Readonly<Record<string, FileOptions>>;
  readonly layout?: {
    /** Where .text begins: a number or text such as "0x80200000". */
    readonly textBase?: string | number;
    readonly dataBase?: string | number;
    readonly entry?: string;
  };
  /** A linker script, which says what goes where in place of the layout. */
  readonly linkerScript?: string;
  /** Whether the linker makes code shorter; see `AssembleRequest`. */
  readonly relax?: boolean;
  /** Options of the link as GNU ld has them, and further libraries: `--gc-sections`, `-lgcc`. */
  readonly linkOptions?: readonly string[];
}

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

/** Reads a project file. What is wrong with it is said in `problems`; what can be used is used. */
export function parseProject(text: string): { description: ProjectDescription; problems: readonly string[] } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { description: {}, problems: [`not valid JSON: ${error instanceof Error ? error.message : String(error)}`] };
  }
  return describeProject(value);
}

/** Takes a project description out of any value, such as a launch configuration. */
export function describeProject(value: unknown): { description: ProjectDescription; problems: readonly string[] } {
  if (!isRecord(value)) return { description: {}, problems: ['an object { } is expected'] };
  const problems: string[] = [];
  const read = <T>(name: string, expected: string, accept: (entry: unknown) => entry is T): T | undefined => {
    const entry = value[name];
    if (entry === undefined) return undefined;
    if (accept(entry)) return entry;
    problems.push(`"${name}" must be ${expected}`);
    return undefined;
  };
  const program = read('program', 'a path or a list of paths', isPathOrList);
  const includePaths = read('includePaths', 'a list of paths', isTextList);
  const defines = definesOf(read('defines', 'an object of names and values', isRecord), problems);
  const march = read('march', 'a text such as "rv64imac_zicsr"', isText);
  const mabi = read('mabi', `one of ${abiNames.join(', ')}`, isAbiName);
  const files = filesOf(read('files', 'an object of paths and their options', isRecord), problems);
  const linkerScript = read('linkerScript', 'a path', isText);
  const relax = read('relax', 'true or false', isTruth);
  const linkOptions = read('linkOptions', 'a list of options of the linker', isTextList);
  problems.push(...parseLinkWords([...wordsOf(program), ...(linkOptions ?? [])]).problems);
  const layout = read('layout', 'an object with "textBase", "dataBase" or "entry"', isLayout);
  return {
    description: {
      ...(program === undefined ? {} : { program }),
      ...(includePaths ? { includePaths } : {}),
      ...(defines ? { defines } : {}),
      ...(march === undefined ? {} : { march }),
      ...(mabi === undefined ? {} : { mabi }),
      ...(files ? { files } : {}),
      ...(layout ? { layout } : {}),
      ...(linkerScript === undefined ? {} : { linkerScript }),
      ...(relax === undefined ? {} : { relax }),
      ...(linkOptions ? { linkOptions } : {}),
    },
    problems,
  };
}

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

function filesOf(
  value: Record<string, unknown> | undefined,
  problems: string[],
): Record<string, FileOptions> | undefined {
  if (!value) return undefined;
  const files: Record<string, FileOptions> = {};
  for (const [path, entry] of Object.entries(value)) {
    const { description, problems: own } = describeProject(entry);
    problems.push(...own.map((problem) => `"files": "${path}": ${problem}`));
    for (const name of isRecord(entry) ? Object.keys(entry) : [])
      if (!fileOptionNames.has(name)) problems.push(`"files": "${path}" cannot have "${name}"`);
    const { includePaths, defines, march, mabi } = description;
    files[path] = {
      ...(includePaths ? { includePaths } : {}),
      ...(defines ? { defines } : {}),
      ...(march === undefined ? {} : { march }),
      ...(mabi === undefined ? {} : { mabi }),
    };
  }
  return files;
}

const fileOptionNames: ReadonlySet<string> = new Set(['includePaths', 'defines', 'march', 'mabi']);

function layoutOf(layout: ProjectDescription['layout']): Layout {
  const textBase = address(layout?.textBase) ?? defaultLayout.textBase;
  const dataBase = address(layout?.dataBase);
  return {
    textBase,
    ...(dataBase === undefined ? {} : { dataBase }),
    ...(layout?.entry === undefined ? {} : { entry: layout.entry }),
  };
}

/** An address as a project writes it; undefined when it is none. */
function address(value: string | number | undefined): bigint | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? BigInt(value) : undefined;
  return /^(0[xX][0-9a-fA-F]{1,16}|\d{1,20})$/.test(value) ? BigInt.asUintN(64, BigInt(value)) : undefined;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isTruth(value: unknown): value is boolean {
  return typeof value === 'boolean';
}

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(isText);
}

function isPathOrList(value: unknown): value is string | string[] {
  return isText(value) || isTextList(value);
}

function isAddress(value: unknown): value is string | number | undefined {
  if (value === undefined) return true;
  return (typeof value === 'number' || typeof value === 'string') && address(value) !== undefined;
}

function isLayout(value: unknown): value is NonNullable<ProjectDescription['layout']> {
  return (
    isRecord(value) &&
    isAddress(value['textBase']) &&
    isAddress(value['dataBase']) &&
    (value['entry'] === undefined || isText(value['entry']))
  );
}

function definesOf(value: Record<string, unknown> | undefined, problems: string[]): Record<string, string> | undefined {
  if (!value) return undefined;
  const defines: Record<string, string> = {};
  for (const [name, entry] of Object.entries(value)) {
    if (typeof entry === 'string') defines[name] = entry;
    else if (typeof entry === 'number' || typeof entry === 'boolean') defines[name] = String(Number(entry));
    else problems.push(`"defines": the value of "${name}" must be a text or a number`);
  }
  return defines;
}
