import { architectureOf } from '../assembler/encode/architecture';
import { Expander, type ExpansionTrace } from '../assembler/expand/expander';
import type { FileAccess } from '../assembler/expand/file-access';
import type { Macro } from '../assembler/expand/macros';
import { softened, unbuiltSoftened } from '../assembler/expand/softened';
import type { Defines } from '../assembler/preprocess/macros';
import { predefined } from '../assembler/preprocess/predefined';
import { definesOf } from '../assembler/preprocess/preprocessor';
import { type Diagnostic, fileProblem } from '../assembler/source/diagnostic';
import type { InactiveLines } from '../assembler/source/inactive';
import { candidatePaths, type IncludeNext } from '../assembler/source/paths';
import { complete, type Steps } from '../assembler/source/steps';
import { SourceText } from '../assembler/syntax/source';
import { maximumContents } from '../assembler/unit/layout';
import { finishUnitInSteps } from '../assembler/unit/object-file';
import { Unit } from '../assembler/unit/unit';
import { InputLoader } from '../linker/inputs/load-inputs';
import { linkInSteps } from '../linker/link';
import type { Layout } from '../linker/link-options';
import type { UndefinedSeverity } from '../linker/reporter';
import { loadScript } from '../linker/scripts/load';
import { defaultSettings, type InputFile, type LinkInput, type LinkSettings } from '../linker/settings';
import type { ObjectFile } from '../object/elf/relocatable';
import type { Program } from '../object/program';
import { bundledHeader, bundledText } from './bundled-headers';

/** The contents of a file: text, bytes, or lines that are parsed already. */
export type FileContents = string | Uint8Array | SourceText;

export interface AssembleRequest {
  /** The files to assemble and link, in this order. */
  readonly roots: readonly string[];
  /** Every file at hand, by path. */
  readonly sources: ReadonlyMap<string, FileContents>;
  /** Paths that are known not to exist. */
  readonly absent?: ReadonlySet<string>;
  /** Paths of what is there and cannot be read, and why not, as a sentence about it goes on. */
  readonly unreadable?: ReadonlyMap<string, string>;
  /** Folders in which included files are looked for after the including file's own. */
  readonly includePaths?: readonly string[];
  /** Preprocessor macros for `.S` sources. */
  readonly defines?: Readonly<Record<string, string>>;
  /** In -march notation; what the machine runs when absent. */
  readonly march?: string;
  /** Which floats are passed in registers: `abiNames`; by `march` when absent. */
  readonly mabi?: string;
  /** What holds for single roots beside that, or in its place. */
  readonly files?: Readonly<Record<string, FileOptions>>;
  readonly layout?: Layout;
  /** What is linked, where that is more than the roots one after the other: libraries, groups of archives. */
  readonly inputs?: readonly LinkInput[];
  readonly linkSettings?: LinkSettings | undefined;
  /** The path, in `sources`, of a linker script that says what goes where; GNU ld's own layout at `layout.textBase` when absent. */
  readonly linkerScript?: string | undefined;
  /**
   * Whether code is made shorter where its targets are near: true for objects as of `as -mrelax` and all that `ld --relax` does,
   * which are GNU's defaults; false for `as -mno-relax`. When absent, nothing is counted from gp in a program that never
   * mentions `__global_pointer$`: it cannot have set gp up.
   */
  readonly relax?: boolean | undefined;
  /** Asks for a line table in the objects, with the folder that their sources' names are seen from. */
  readonly debug?: { readonly folder: string } | undefined;
  /** False for objects alone: nothing is linked. */
  readonly link?: boolean;
  /** 'hint' when nothing states what the program is linked with. */
  readonly undefinedSymbols?: UndefinedSeverity;
  /**
   * Units of an earlier request that was the same but for `sources`, with nothing missing: those whose files are the same objects
   * still are taken over.
   */
  readonly earlier?: readonly RequestedUnit[];
  /** Told of each statement that comes from an expansion. */
  readonly trace?: ExpansionTrace;
}

/** How one root is assembled, as gcc's options say it. */
export interface FileOptions {
  /** Looked in for files in quotes only, before all others (`-iquote`). */
  readonly quotePaths?: readonly string[];
  /** Looked in before those of the request (`-I`). */
  readonly includePaths?: readonly string[];
  /** Looked in after those of the request (`-isystem`). */
  readonly systemPaths?: readonly string[];
  /** Looked in last (`-idirafter`). */
  readonly afterPaths?: readonly string[];
  /** Files that are read before a preprocessed source (`-include`; of `-imacros` the macros alone), seen from `folder`. */
  readonly before?: readonly FileBefore[];
  /** Files that stand for others that are nowhere, by the paths that includes write: what headers that a build makes would name. */
  readonly standIns?: Readonly<Record<string, string>>;
  /** The folder in which the compiler would run. */
  readonly folder?: string;
  /** Beside those of the request; of one name, these. */
  readonly defines?: Readonly<Record<string, string>>;
  /** Predefined macros that are not there (`-U`). */
  readonly undefines?: readonly string[];
  /** The macros that the compiler predefines, in place of our own list. */
  readonly predefines?: Readonly<Record<string, string>>;
  readonly march?: string;
  readonly mabi?: string;
  readonly relax?: boolean | undefined;
  /** Whether `la` loads addresses from the global offset table, as of `as -fpic`, which gcc gives with -fPIC and -fPIE. */
  readonly pic?: boolean;
  /** Whether these are the options of another source, the nearest of which any are known. */
  readonly inferred?: boolean;
  /** Whether nobody stated these options: what may follow from wrong ones is no error. */
  readonly guessed?: boolean;
}

export interface FileBefore {
  readonly path: string;
  readonly macrosOnly: boolean;
}

/** A file that a directive names and that was not at hand. */
export interface MissedFile {
  readonly path: string;
  readonly fromFile: string;
  readonly angled: boolean;
}

/** What assembling one root gave. */
export interface AssembledUnit {
  readonly path: string;
  readonly object: ObjectFile;
  /** Every macro that was defined, in order. */
  readonly macros: readonly Macro[];
  /** The macros of the preprocessor at the end of the unit. */
  readonly defines: Defines;
  /** The root and every file that it included, in order. */
  readonly files: readonly string[];
  /** What conditions skipped, in every inclusion of its file. */
  readonly inactive: readonly InactiveLines[];
  readonly diagnostics: readonly Diagnostic[];
}

/** A unit of a request. */
export interface RequestedUnit extends AssembledUnit {
  /** All that was read for it, `.incbin` files too, as `sources` had it. */
  readonly inputs: ReadonlyMap<string, FileContents>;
  /** What was to be included and is not at hand. */
  readonly missed: readonly MissedFile[];
  /** Whether it has errors, however softly they are said. */
  readonly failed: boolean;
  /** Whether macros may be missing in it: see `softened`. */
  readonly uncertain: boolean;
}

export interface AssembleResult {
  /** Absent when there are errors. */
  readonly program?: Program;
  /** What the linker put where, as text. */
  readonly map?: () => string;
  readonly units: readonly RequestedUnit[];
  /** In order of file and position. */
  readonly diagnostics: readonly Diagnostic[];
  /** Paths that would be used if they existed: load them and call again. */
  readonly missing: readonly string[];
}

/** Bytes that the sections of all sources of a program may hold. */
const maximumProgramContents = 2 * maximumContents;

/** Assembles and links. Synchronous and pure; whatever the texts are, it never throws. */
export function assemble(request: AssembleRequest): AssembleResult {
  return complete(assembleInSteps(request));
}

/** Assembles and links in steps of a few milliseconds, between which it may be given up or others may work. */
export function* assembleInSteps(request: AssembleRequest): Steps<AssembleResult> {
  const missing = new Set<string>();
  const parsed = new Map<string, SourceText>();
  const units: RequestedUnit[] = [];
  const objects = new Map<string, ObjectFile>();
  const diagnostics: Diagnostic[] = [];
  let failed = false;
  let contents = 0;
  const script = request.link === false ? undefined : loadScript(request, missing);
  const inputs = [...(request.inputs ?? request.roots.map(fileInput)), ...(script?.script.inputs ?? [])];
  const loader = new InputLoader(linkFiles(request, missing), [
    ...(request.linkSettings?.libraryPaths ?? []),
    ...(script?.script.libraryPaths ?? []),
  ]);
  for (const root of rootsOf(inputs, loader)) {
    const bytes = request.sources.get(root);
    if (bytes instanceof Uint8Array && loader.read(root, bytes)) continue;
    const own = request.files?.[root];
    const options = withFileOptions(request, own);
    const isStated = own ? !own.guessed && !own.inferred : request.undefinedSymbols !== 'hint';
    const files = new RequestedFiles(options, missing, parsed);
    const source = files.root(root);
    if (!source) {
      diagnostics.push(fileProblem(root, `the file '${root}' ${request.unreadable?.get(root) ?? 'is not there'}`));
      continue;
    }
    const earlier = request.earlier?.find((unit) => unit.path === root && isUnchanged(unit, request.sources));
    const unit = earlier ?? (yield* assembleRoot(source, options, files, isStated));
    yield;
    units.push(unit);
    objects.set(root, unit.object);
    diagnostics.push(...unit.diagnostics);
    failed ||= unit.failed;
    for (const section of unit.object.sections) contents += section.bytes.length;
    if (contents > maximumProgramContents) {
      const message = `the sources up to this one hold more than ${maximumProgramContents} bytes together`;
      diagnostics.push(fileProblem(root, message));
      break;
    }
  }
  if (request.link === false) {
    diagnostics.push(...loader.diagnostics);
    return { units, diagnostics: sortDiagnostics(diagnostics), missing: [...missing] };
  }
  if (script) diagnostics.push(...script.diagnostics);
  failed ||= diagnostics.some((diagnostic) => diagnostic.severity === 'error');
  const settings = request.linkSettings ?? defaultSettings;
  const loaded = [...loader.symbolFiles(settings.symbolFiles), ...loader.loaded(inputs, objects)];
  if (missing.size > 0)
    return { units, diagnostics: sortDiagnostics([...diagnostics, ...loader.diagnostics]), missing: [...missing] };
  const linked = yield* linkInSteps(loaded, {
    settings,
    ...(request.layout ? { layout: request.layout } : {}),
    script: script?.script,
    relax: request.relax,
    undefinedSymbols: request.undefinedSymbols ?? 'error',
  });
  diagnostics.push(...loader.diagnostics, ...linked.diagnostics);
  const broken =
    failed || loader.diagnostics.length > 0 || linked.diagnostics.some((diagnostic) => diagnostic.severity === 'error');
  return {
    ...(broken ? {} : { program: linked.program }),
    map: linked.map,
    units,
    diagnostics: sortDiagnostics(diagnostics),
    missing: [],
  };
}

const fileInput = (name: string): InputFile => ({ kind: 'file', name, whole: false });

/** The files of a link, each once. */
function rootsOf(inputs: readonly LinkInput[], loader: InputLoader): Set<string> {
  const files = inputs.flatMap((input) => (input.kind === 'group' ? input.inputs : [input]));
  return new Set(files.flatMap((file) => loader.pathOf(file) ?? []));
}

/** The files of a request as the loader of objects asks for them. */
function linkFiles(request: AssembleRequest, missing: Set<string>) {
  const has = (path: string): boolean => {
    if (request.sources.has(path)) return true;
    if (!request.absent?.has(path)) missing.add(path);
    return false;
  };
  const bytes = (path: string): Uint8Array | undefined => {
    const contents = has(path) ? request.sources.get(path) : undefined;
    return contents instanceof Uint8Array ? contents : undefined;
  };
  return { has, bytes };
}

/** Assembles one root without linking. */
export function assembleUnit(source: SourceText, options: UnitOptions, files: FileAccess): AssembledUnit {
  return complete(assembleUnitInSteps(source, options, files));
}

/** Assembles a root of a request. Where files are missing, what may follow from that is said more softly. */
function* assembleRoot(
  source: SourceText,
  options: UnitOptions & FileOptions,
  files: RequestedFiles,
  isStated: boolean,
): Steps<RequestedUnit> {
  const unit = yield* assembleUnitInSteps(source, options, files);
  const { inputs, missed } = files;
  const failed = unit.diagnostics.some(({ severity }) => severity === 'error');
  const uncertain = options.guessed === true || unit.diagnostics.some(({ code }) => code === 'include-missing');
  const diagnostics = uncertain ? softened(unit.diagnostics, (file) => files.text(file)) : unit.diagnostics;
  return {
    ...unit,
    diagnostics: isStated ? diagnostics : unbuiltSoftened(diagnostics),
    failed,
    uncertain,
    inputs,
    missed,
  };
}

/** Statements and lines of one step. */
const stepLength = 4096;

function* assembleUnitInSteps(source: SourceText, options: UnitOptions, files: FileAccess): Steps<AssembledUnit> {
  const { march, mabi } = options;
  const unit = new Unit(source.path, {
    march,
    mabi,
    relax: options.relax ?? relaxByDefault,
    pic: options.pic ?? false,
  });
  if (options.debug) unit.lineInfo.generate(options.debug.folder);
  const { architecture } = architectureOf(march);
  const predefines = options.predefines ?? predefined(architecture, mabi);
  const defines = definesOf({ ...predefines, ...options.defines });
  for (const name of options.undefines ?? []) defines.delete(name);
  const expander = new Expander(unit, files, defines, options.trace);
  expander.start(
    source,
    options.before?.map(({ path, macrosOnly }) => ({ path, macrosOnly, folder: options.folder ?? '' })),
  );
  while (expander.advance(stepLength)) yield;
  const object = yield* finishUnitInSteps(unit);
  return {
    path: source.path,
    object,
    macros: expander.definedMacros,
    defines: expander.preprocessor?.defines ?? new Map(),
    files: [...new Set(unit.frames.map((frame) => frame.file))],
    inactive: unit.inactive.lines(unit.frames),
    diagnostics: unit.diagnostics,
  };
}

function withFileOptions(request: AssembleRequest, own: FileOptions | undefined): AssembleRequest & FileOptions {
  if (!own) return request;
  return {
    ...request,
    ...own,
    includePaths: [...(own.includePaths ?? []), ...(request.includePaths ?? [])],
    defines: { ...request.defines, ...own.defines },
  };
}

function isUnchanged({ inputs }: RequestedUnit, sources: AssembleRequest['sources']): boolean {
  for (const [path, contents] of inputs) if (sources.get(path) !== contents) return false;
  return true;
}

export type UnitOptions = Pick<AssembleRequest, 'trace' | 'debug'> &
  Pick<FileOptions, 'march' | 'mabi' | 'pic' | 'defines' | 'undefines' | 'predefines' | 'before' | 'folder'> & {
    readonly relax?: boolean | undefined;
  };

/** Whether the linker may relax code unless a source says otherwise. */
const relaxByDefault = true;

/** Orders diagnostics by file, in the order in which files first appear, then by position. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const order = new Map<string, number>();
  for (const { file } of diagnostics) if (!order.has(file)) order.set(file, order.size);
  return [...diagnostics].sort(
    (a, b) =>
      order.get(a.file)! - order.get(b.file)! ||
      a.range.start.line - b.range.start.line ||
      a.range.start.column - b.range.start.column,
  );
}

/** The files of a request, as the expander of one unit asks for them. */
class RequestedFiles implements FileAccess {
  /** What the unit read. */
  readonly inputs = new Map<string, FileContents>();

  readonly missed: MissedFile[] = [];
  /** The folders in which files in angle brackets, and in quotes, are looked for. */
  readonly #angled: readonly string[];
  readonly #quoted: readonly string[];

  constructor(
    readonly request: AssembleRequest & FileOptions,
    readonly missing: Set<string>,
    readonly parsed: Map<string, SourceText>,
  ) {
    const { quotePaths = [], includePaths = [], systemPaths = [], afterPaths = [] } = request;
    const system = [...systemPaths, ...afterPaths];
    // As in gcc, a folder that is one of the system's too is looked in as such only.
    const own = (folder: string): boolean => !system.includes(folder);
    this.#angled = [...includePaths.filter(own), ...system];
    this.#quoted = [...quotePaths.filter(own), ...this.#angled];
  }

  get isIncomplete(): boolean {
    return this.missing.size > 0;
  }

  root(path: string): SourceText | undefined {
    if (!this.request.sources.has(path)) {
      this.#want(path);
      return undefined;
    }
    return this.#parse(path);
  }

  source(
    path: string,
    fromFile: string,
    preprocessed: boolean,
    angled: boolean,
    next?: IncludeNext,
  ): SourceText | undefined {
    const found = this.#find(path, fromFile, angled, next);
    return found === undefined ? undefined : this.#parse(found, preprocessed);
  }

  bytes(path: string, fromFile: string): Uint8Array | undefined {
    const found = this.#find(path, fromFile, false);
    const contents = found === undefined ? undefined : this.#read(found);
    if (contents instanceof Uint8Array) return contents;
    if (contents === undefined) return undefined;
    return new TextEncoder().encode(typeof contents === 'string' ? contents : contents.text);
  }

  miss(path: string, fromFile: string, angled: boolean, next?: IncludeNext): string | undefined {
    this.missed.push({ path, fromFile, angled });
    const candidates = this.#candidates(path, fromFile, angled, next);
    return candidates.map((candidate) => this.request.unreadable?.get(candidate)).find((why) => why !== undefined);
  }

  /** A source that was read. */
  text(path: string): SourceText | undefined {
    return this.inputs.has(path) ? this.#parse(path) : undefined;
  }

  /** The first of the paths that a name may mean that exists; earlier ones that nobody looked for yet are missing. */
  #find(path: string, fromFile: string, angled: boolean, next?: IncludeNext): string | undefined {
    for (const candidate of this.#candidates(path, fromFile, angled, next)) {
      if (this.request.sources.has(candidate)) return candidate;
      this.#want(candidate);
    }
    return bundledHeader(path)?.uri;
  }

  #candidates(path: string, fromFile: string, angled: boolean, next?: IncludeNext): readonly string[] {
    const paths = candidatePaths(path, fromFile, angled && !next ? this.#angled : this.#quoted, angled, next);
    const { standIns } = this.request;
    return standIns && Object.hasOwn(standIns, path) ? [...paths, standIns[path]!] : paths;
  }

  #want(path: string): void {
    if (!this.request.absent?.has(path) && !this.request.unreadable?.has(path)) this.missing.add(path);
  }

  #read(path: string): FileContents {
    const contents = this.request.sources.get(path);
    // What comes with this program is the same in every request.
    if (contents === undefined) return bundledText(path) ?? '';
    this.inputs.set(path, contents);
    return contents;
  }

  #parse(path: string, preprocessed?: boolean): SourceText {
    const contents = this.#read(path);
    if (contents instanceof SourceText && (preprocessed === undefined || contents.preprocessed === preprocessed))
      return contents;
    const key = `${preprocessed} ${path}`;
    let source = this.parsed.get(key);
    if (!source) {
      const text =
        typeof contents === 'string'
          ? contents
          : contents instanceof SourceText
            ? contents.text
            : new TextDecoder().decode(contents);
      source = SourceText.parse(path, text, preprocessed);
      this.parsed.set(key, source);
    }
    return source;
  }
}
