import { type FileReading, type ReadFile, UnreadableFile } from '../../../simulator/assembler/source/read-file';
import { bundledText } from '../../../simulator/project/bundled-headers';
import { Analysis } from './analysis';
import {
  type AssembleRequest,
  assembleInSteps,
  type ExpandedStatement,
  expansionsAt,
  type FileContents,
  type FoundProject,
  folderOf,
  type GivenProgram,
  isPreprocessedPath,
  type Project,
  requestOf,
  SourceText,
} from './assembly';
import { type Change, type Edit, editOf } from './changes';
import type { FileReader, FolderEntry } from './file-reader';
import { withGuessedFolders } from './guess';
import { Headers } from './headers';
import { SourceIndex } from './index/source-index';
import { WorkspaceFiles } from './index/workspace-files';
import { keyOf, uriOfKey } from './keys';
import { Projects } from './projects';
import { inSlices } from './slices';
import type { Sources } from './sources';
import { Toolchains } from './toolchains';

/** An open document. */
export interface Document {
  readonly uri: string;
  readonly key: string;
  readonly languageId: string;
  version: number;
  source: SourceText;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
/** Rounds of loading files that the files before asked for. */
const maximumRounds = 100;

/** What is open, what is on disk, and which programs they make. */
export class Workspace implements Sources {
  readonly #documents = new Map<string, Document>();
  /** Files that were asked for, by key. */
  readonly #files = new Map<string, FileReading>();
  /** Those of them that are sources, parsed. */
  readonly #parsed = new Map<string, SourceText>();
  readonly #uris = new Map<string, string>();
  readonly #analyses = new Map<string, Analysis>();
  readonly #indexes = new Map<string, SourceIndex>();
  readonly toolchains: Toolchains;
  readonly #projects: Projects;
  /** The names of the files in the folders. */
  readonly files = new WorkspaceFiles(
    (folder) => this.list(folder),
    () => this.#folders,
  );
  readonly headers = new Headers(
    this.files,
    () => this.#folders,
    async (key) => (await this.#readContents(key)) instanceof Uint8Array,
  );
  /** For files that are no programs by their names, the first files of the programs that were seen to include them. */
  readonly #includers = new Map<string, Set<string>>();
  #folders: string[] = [];
  #trusted = false;
  /** Assemblies under way, as #analyses. */
  readonly #running = new Map<string, Promise<Analysis | undefined>>();
  /** Counts changes: an analysis is current while this stands still. */
  #revision = 0;
  /** Counts those of them that are more than edits of open documents. */
  #fileRevision = 0;

  constructor(readonly reader: FileReader) {
    this.toolchains = new Toolchains(
      reader.askCompiler?.bind(reader),
      () => this.#trusted,
      () => {
        this.#filesChanged();
        this.#onChange();
      },
    );
    this.#projects = new Projects(
      (key) => this.#readContents(key),
      () => this.#folders,
      this.toolchains,
    );
  }

  #onChange = (): void => undefined;

  /** Calls back when what is known of the programs changed by itself. */
  onChange(listener: () => void): void {
    this.#onChange = listener;
  }

  configure(folders: readonly string[], trusted: boolean): void {
    this.#folders = folders.map((uri) => keyOf(uri).replace(/\/$/, ''));
    this.#trusted = trusted;
  }

  trust(): void {
    this.#trusted = true;
    // What was kept back can be read now.
    this.#forgetFiles();
  }

  changeFolders(added: readonly string[], removed: readonly string[]): void {
    const gone = new Set(removed.map((uri) => keyOf(uri).replace(/\/$/, '')));
    this.#folders = [
      ...this.#folders.filter((folder) => !gone.has(folder)),
      ...added.map((uri) => keyOf(uri).replace(/\/$/, '')),
    ];
    this.#filesChanged();
  }

  /** Keys of the workspace folders. */
  get folders(): readonly string[] {
    return this.#folders;
  }

  get documents(): Iterable<Document> {
    return this.#documents.values();
  }

  document(uri: string): Document | undefined {
    return this.#documents.get(keyOf(uri));
  }

  open(uri: string, languageId: string, version: number, text: string): void {
    const key = keyOf(uri);
    this.#uris.set(key, uri);
    const source = SourceText.parse(key, text, isPreprocessedPath(key));
    this.#documents.set(key, { uri, key, languageId, version, source });
    this.#filesChanged();
  }

  /** @returns the changes as edits of the text that they found, where they are no new texts */
  change(uri: string, version: number, changes: readonly Change[]): Edit[] {
    const document = this.document(uri);
    if (!document) return [];
    const edits = changes.map((change) => {
      const edit = editOf(change, document.source);
      document.source =
        'startLine' in edit
          ? document.source.edit(edit)
          : SourceText.parse(document.key, edit.text, document.source.preprocessed);
      return edit;
    });
    document.version = version;
    this.#revision++;
    return edits;
  }

  close(uri: string): void {
    const key = keyOf(uri);
    this.#documents.delete(key);
    // The disk decides again.
    this.#drop(key);
    this.#filesChanged();
  }

  /** Files changed outside of the editor. */
  forget(uris: readonly string[]): void {
    for (const uri of uris) this.#drop(keyOf(uri));
    this.#filesChanged();
  }

  /** The URI by which the client knows a file. */
  uriOf(key: string): string {
    return this.#uris.get(key) ?? uriOfKey(key);
  }

  exists(key: string): boolean {
    return this.#documents.has(key) || this.#files.get(key) instanceof Uint8Array;
  }

  sourceOf(key: string): SourceText | undefined {
    const ready = this.#documents.get(key)?.source ?? this.#parsed.get(key);
    if (ready) return ready;
    const bytes = this.#files.get(key);
    const text = bytes instanceof Uint8Array ? decoder.decode(bytes) : bundledText(key);
    if (text === undefined) return undefined;
    const source = SourceText.parse(key, text);
    this.#parsed.set(key, source);
    return source;
  }

  indexOf(key: string): SourceIndex | undefined {
    const source = this.sourceOf(key);
    if (!source) return undefined;
    let index = this.#indexes.get(key);
    if (!index) {
      index = new SourceIndex();
      this.#indexes.set(key, index);
    }
    return index.update(source);
  }

  /** What the last assembly of the program of a file gave, for what need not wait for the next one. */
  latestAnalysisOf(uri: string): Analysis | undefined {
    const key = keyOf(uri);
    let latest: Analysis | undefined;
    for (const analysis of this.#analyses.values())
      if (analysis.files.has(key) && analysis.revision >= (latest?.revision ?? 0)) latest = analysis;
    return latest;
  }

  /** What a folder holds, so far as it may be read. */
  async list(key: string): Promise<readonly FolderEntry[]> {
    const within = this.#trusted ? undefined : this.#folders;
    if (within && !within.some((folder) => `${key}/`.startsWith(`${folder}/`))) return [];
    try {
      return (await this.reader.list?.(this.uriOf(key), within)) ?? [];
    } catch {
      return [];
    }
  }

  /** More than an edit: files came, went, or are to be read again. */
  #filesChanged(): void {
    this.#revision++;
    this.#fileRevision++;
  }

  #forgetFiles(): void {
    this.#files.clear();
    this.#parsed.clear();
    this.#projects.forgetProblems();
    this.#filesChanged();
  }

  #drop(key: string): void {
    this.#indexes.delete(key);
    this.#files.delete(key);
    this.#parsed.delete(key);
    this.#projects.forget(key);
  }

  /** The project file near a file, with its text. */
  async projectFileOf(key: string): Promise<(FoundProject & { readonly text: string }) | undefined> {
    const found = await this.#projects.projectFile(key);
    const contents = found && (await this.#readContents(found.file));
    return found && contents instanceof Uint8Array ? { ...found, text: decoder.decode(contents) } : undefined;
  }

  /** The innermost workspace folder around a file; else its own. */
  rootOf(key: string): string {
    return this.#projects.rootOf(key) ?? folderOf(key);
  }

  /** What is wrong in project files, by key. */
  get projectProblems(): ReadonlyMap<string, readonly string[]> {
    return this.#projects.problems;
  }

  /** The analysis of the program that a file belongs to, brought up to date; of several the first. */
  async analysisOf(uri: string): Promise<Analysis> {
    const key = this.document(uri)?.key ?? keyOf(uri);
    for await (const analysis of this.#programsWith(key)) return analysis;
    return this.analyse(await this.#projects.ofAlone(key));
  }

  /** The analyses of all programs that a file is seen to be part of; for a header that none includes there is none. */
  async analysesOf(uri: string): Promise<ReadonlySet<Analysis>> {
    const key = this.document(uri)?.key ?? keyOf(uri);
    const found = new Set<Analysis>();
    for await (const analysis of this.#programsWith(key)) found.add(analysis);
    if (found.size === 0 && !isHeader(key)) found.add(await this.analyse(await this.#projects.ofAlone(key)));
    return found;
  }

  /** The program that states a file, and then those that include it. */
  async *#programsWith(key: string): AsyncGenerator<Analysis> {
    const project = await this.#projects.of(key);
    if (project.stated) {
      const stated = await this.analyse(project);
      if (stated.files.has(key)) yield stated;
    }
    for (const includer of [...(this.#includers.get(key) ?? [])]) {
      const including = await this.analyse(await this.#projects.of(includer));
      if (including.files.has(key)) yield including;
    }
  }

  /** Whether a project file or a launch names a file as a part of its program. */
  async isStated(key: string): Promise<boolean> {
    const { stated, roots } = await this.#projects.of(key);
    return stated && roots.includes(key);
  }

  /** The files that a file is linked with, itself among them. */
  async filesLinkedWith(key: string): Promise<readonly string[]> {
    const { roots } = await this.#projects.of(key);
    return roots.includes(key) ? roots : [key];
  }

  readonly #readContents: ReadFile = async (key) => {
    await this.#load(key);
    const document = this.#documents.get(key);
    return document ? encoder.encode(document.source.text) : this.#files.get(key);
  };

  /**
   * A launch states a program, with keys as paths: its files are one project from now on. As the debug adapter does, it
   * looks at the files anew; `root` is the folder above which no project file is looked for.
   */
  async analyseLaunch(given: GivenProgram, root?: string): Promise<Analysis> {
    this.#forgetFiles();
    return this.analyse(await this.#projects.launch(given, root));
  }

  /**
   * Assembles a program, reading the files that it asks for, in slices between which other messages are served. When something changes
   * meanwhile it begins again.
   */
  async analyse(project: Project): Promise<Analysis> {
    const id = JSON.stringify(project, (_, value) => (typeof value === 'bigint' ? String(value) : value));
    for (;;) {
      const before = this.#analyses.get(id);
      if (before && this.#isCurrent(before)) return before;
      const running = this.#running.get(id) ?? this.#start(id, project, before);
      const analysis = await running;
      if (analysis && this.#isCurrent(analysis)) return analysis;
    }
  }

  #start(id: string, project: Project, before: Analysis | undefined): Promise<Analysis | undefined> {
    const running = this.#run(project, before)
      .then((analysis) => {
        if (analysis) this.#keep(id, analysis);
        return analysis;
      })
      .finally(() => this.#running.delete(id));
    this.#running.set(id, running);
    return running;
  }

  /** One attempt; undefined when something changed before it ended. */
  async #run(project: Project, before: Analysis | undefined): Promise<Analysis | undefined> {
    for (const root of project.roots) await this.#load(root);
    // With the folders that were found for its headers before.
    if (before?.fileRevision === this.#fileRevision) project = before.project;
    for (let round = 0; ; round++) {
      const revision = this.#revision;
      const fileRevision = this.#fileRevision;
      const earlier = before?.fileRevision === fileRevision && before.project === project ? before.result.units : [];
      const request = { ...requestOf(project), ...this.#contents(), earlier };
      const began = performance.now();
      const result = await inSlices(assembleInSteps(request), () => this.#revision === revision);
      if (!result) return undefined;
      const wanted = result.missing.filter((key) => !this.#isKnown(key));
      if (wanted.length === 0) {
        const guessed = await withGuessedFolders(project, result, this.headers, this.toolchains);
        if (guessed && round < maximumRounds) {
          project = guessed;
          continue;
        }
      }
      if (wanted.length === 0 || round >= maximumRounds) {
        const analysis = new Analysis(project, result, revision, fileRevision, performance.now() - began, this);
        // Parsed once, so that the next round need not.
        for (const key of analysis.files) this.sourceOf(key);
        return analysis;
      }
      await Promise.all(wanted.map((key) => this.#load(key)));
    }
  }

  #keep(id: string, analysis: Analysis): void {
    this.#noteIncluded(analysis);
    // The newest is the last.
    this.#analyses.delete(id);
    this.#analyses.set(id, analysis);
    if (this.#analyses.size > 64) this.#analyses.delete(this.#analyses.keys().next().value!);
  }

  /** Whether nothing that a program was made of has changed since. */
  #isCurrent(analysis: Analysis): boolean {
    if (analysis.revision === this.#revision) return true;
    if (analysis.fileRevision !== this.#fileRevision) return false;
    return analysis.result.units.every(({ inputs }) =>
      [...inputs].every(([key, contents]) => {
        const document = this.#documents.get(key);
        return !document || document.source === contents;
      }),
    );
  }

  /** What the macro calls and repeats in a line of a program's file make: assembled anew, since no result keeps that. */
  expansions({ project }: Analysis, key: string, line: number, most: number): ExpandedStatement[] {
    return expansionsAt({ ...requestOf(project), ...this.#contents() }, key, line, most);
  }

  #noteIncluded({ project, files }: Analysis): void {
    const [first] = project.roots;
    for (const key of files) {
      if (first === undefined || isSourcePath(key) || project.roots.includes(key)) continue;
      const includers = this.#includers.get(key);
      if (includers) includers.add(first);
      else this.#includers.set(key, new Set([first]));
    }
  }

  #contents(): Pick<AssembleRequest, 'sources' | 'absent' | 'unreadable'> {
    const sources = new Map<string, FileContents>();
    const absent = new Set<string>();
    const unreadable = new Map<string, string>();
    for (const [key, file] of this.#files) {
      if (file === undefined) absent.add(key);
      else if (file instanceof UnreadableFile) unreadable.set(key, file.why);
      else sources.set(key, this.#parsed.get(key) ?? file);
    }
    for (const { key, source } of this.#documents.values()) {
      sources.set(key, source);
      absent.delete(key);
      unreadable.delete(key);
    }
    return { sources, absent, unreadable };
  }

  #isKnown(key: string): boolean {
    return this.#documents.has(key) || this.#files.has(key);
  }

  async #load(key: string): Promise<void> {
    if (this.#isKnown(key)) return;
    const bytes = await this.read(key);
    if (this.#isKnown(key)) return;
    this.#files.set(key, bytes);
  }

  /** A file's bytes as the disk has them. In Restricted Mode only files of the workspace folders are read. */
  async read(key: string): Promise<FileReading> {
    const within = this.#trusted ? undefined : this.#folders;
    if (within && !within.some((folder) => key.startsWith(`${folder}/`))) return undefined;
    try {
      return await this.reader.read(this.uriOf(key), within);
    } catch {
      return undefined;
    }
  }
}

/** Whether a file is there to be included only. */
export function isHeader(key: string): boolean {
  return /\.h$/i.test(key);
}

/** Whether a file is a program, or a part that is assembled by itself, as far as its name says. */
function isSourcePath(key: string): boolean {
  return /\.s$/i.test(key);
}
