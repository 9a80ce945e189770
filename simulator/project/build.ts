import type { Define, Defines } from '../assembler/preprocess/macros';
import type { Diagnostic } from '../assembler/source/diagnostic';
import { type ReadFile, UnreadableFile } from '../assembler/source/read-file';
import type { ObjectFile } from '../object/elf/relocatable';
import { isImage, readImage } from '../object/image';
import { loadedAt } from '../object/load-address';
import type { Program } from '../object/program';
import { type AssembleRequest, assemble } from './assemble';
import { type CommandUse, withCompileCommands } from './compile-commands/apply';
import { type Project, requestOf } from './project';
import { type FoundProject, type GivenProgram, mergeProject } from './project-file';

export interface BuildResult {
  /** Absent when there are errors. */
  readonly program?: Program;
  /** What each source was assembled to; empty for an ELF executable. */
  readonly objects: readonly ObjectFile[];
  readonly diagnostics: readonly Diagnostic[];
  /** What the linker put where, as text. */
  readonly map?: () => string;
  /** The macros of the preprocessor at the ends of the units. */
  readonly defines: Defines;
  /** Every text that was read, by path: what sources the program has. */
  readonly sources: ReadonlyMap<string, string>;
}

export interface BuildOptions {
  /** Whether there is to be a program: else there are only objects. */
  readonly link?: boolean;
  /** Asks for a line table in the objects. */
  readonly debug?: AssembleRequest['debug'];
}

/** Where compilation databases are looked for. */
export interface DatabaseSearch extends Pick<CommandUse, 'absolute'> {
  /** The folder above which none is looked for. */
  readonly root?: string | undefined;
}

/**
 * Makes a given program with what its project file adds, or, where it has none, a compilation database. What is wrong in the project file is
 * wrong in the program.
 */
export async function buildGiven(
  given: GivenProgram,
  found: FoundProject | undefined,
  read: ReadFile,
  { databases = {}, ...options }: BuildOptions & { readonly databases?: DatabaseSearch } = {},
): Promise<BuildResult> {
  if (!found || found.problems.length === 0) {
    const merged = mergeProject(given, found);
    const project = found ? merged : await withCompileCommands(merged, { read, infer: false, ...databases });
    const { loadAddress } = given;
    const built = await buildProgram(project, read, loadAddress ?? given.imageAddress, options);
    if (!built.program || loadAddress === undefined) return built;
    return { ...built, program: loadedAt(built.program, loadAddress) };
  }
  const range = { start: { line: 0, column: 0 }, end: { line: 0, column: 1 } };
  const diagnostics = found.problems.map(
    (message): Diagnostic => ({ file: found.file, range, severity: 'error', code: 'project', message }),
  );
  return { objects: [], diagnostics, sources: new Map(), defines: new Map() };
}

/**
 * Makes a project's program: loads the one ELF executable or flat binary that it names, or assembles and links its files, asking for
 * them until nothing is missing.
 * @param imageAddress where a flat binary lies
 */
export async function buildProgram(
  project: Project,
  read: ReadFile,
  imageAddress = project.layout.textBase,
  { link = true, debug }: BuildOptions = {},
): Promise<BuildResult> {
  const [only, second] = project.roots;
  const image = only !== undefined && second === undefined ? await read(only) : undefined;
  if (only !== undefined && image instanceof Uint8Array && isImage(only, image))
    return loadImage(only, image, imageAddress);
  const contents = new Map<string, Uint8Array>();
  const absent = new Set<string>();
  const unreadable = new Map<string, string>();
  for (;;) {
    const result = assemble({ ...requestOf(project), sources: contents, absent, unreadable, link, debug });
    if (result.missing.length === 0) {
      const { program, diagnostics, units, map } = result;
      const sources = new Map<string, string>();
      for (const path of units.flatMap(({ files }) => files)) {
        const bytes = contents.get(path);
        if (bytes) sources.set(path, new TextDecoder().decode(bytes));
      }
      const objects = units.map(({ object }) => object);
      return {
        ...(program ? { program } : {}),
        ...(map ? { map } : {}),
        objects,
        diagnostics,
        sources,
        defines: definesOf(units),
      };
    }
    for (const path of result.missing) {
      const found = await read(path);
      if (found instanceof UnreadableFile) unreadable.set(path, found.why);
      else if (found) contents.set(path, found);
      else absent.add(path);
    }
  }
}

/** Of units that define a name differently, the first one's meaning. */
function definesOf(units: readonly { readonly defines: Defines }[]): Map<string, Define> {
  const defines = new Map<string, Define>();
  for (const unit of units) {
    for (const [name, define] of unit.defines) if (!defines.has(name)) defines.set(name, define);
  }
  return defines;
}

function loadImage(path: string, bytes: Uint8Array, address: bigint): BuildResult {
  const image = readImage(bytes, address);
  if (image.value)
    return { program: image.value, objects: [], diagnostics: [], sources: new Map(), defines: new Map() };
  const start = { line: 0, column: 0 };
  return {
    objects: [],
    diagnostics: [{ file: path, range: { start, end: start }, severity: 'error', code: 'elf', message: image.error }],
    sources: new Map(),
    defines: new Map(),
  };
}
