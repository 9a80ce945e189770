import { Analysis } from './analysis';
import {
  assemble,
  type FileContents,
  folderOf,
  isPreprocessedPath,
  joinPath,
  type Project,
  type ProjectDescription,
  parseProject,
  projectFileName,
  projectOf,
  projectOfFile,
  requestOf,
  SourceText,
  type TextEdit,
} from './assembly';
import { keyOf, uriOfKey } from './locations';

/** Reads files for the server: from the disk, or by asking the client. */
export interface FileReader {
  /**
   * The file's bytes; undefined when there is none. With `within`, nothing outside of these folders (as keys) is read,
   * whatever links lead there.
   */
  read(uri: string, within: readonly string[] | undefined): Promise<Uint8Array | undefined>;
}

/** An open document. */
export interface Document {
  readonly uri: string;
  readonly key: string;
  readonly languageId: string;
  version: number;
  source: SourceText;
}

const decoder = new TextDecoder();
/** Rounds of loading files that the files before asked for. */
const maximumRounds = 100;

/** What is open, what is on disk, and which programs they make. */
export class Workspace {
  readonly #documents = new Map<string, Document>();
  /** Files that were read, by key; undefined for those that do not exist. */
  readonly #files = new Map<string, Uint8Array | undefined>();
  /** Those of them that are sources, parsed. */
  readonly #parsed = new Map<string, SourceText>();
  readonly #uris = new Map<string, string>();
  readonly #analyses = new Map<string, Analysis>();
  /** What is wrong in project files, by key. */
  readonly projectProblems = new Map<string, readonly string[]>();
  /** Programs that launches stated, by their first file. */
  readonly #launched = new Map<string, ProjectDescription>();
  #folders: string[] = [];
  #trusted = false;
  /** Counts changes: an analysis is current while this stands still. */
  #revision = 0;

  constructor(readonly reader: FileReader) {}

  configure(folders: readonly string[], trusted: boolean): void {
    this.#folders = folders.map((uri) => keyOf(uri).replace(/\/$/, ''));
    this.#trusted = trusted;
  }

  trust(): void {
    this.#trusted = true;
    // What was kept back can be read now.
    this.#files.clear();
    this.#parsed.clear();
    this.#revision++;
  }

  changeFolders(added: readonly string[], removed: readonly string[]): void {
    const gone = new Set(removed.map((uri) => keyOf(uri).replace(/\/$/, '')));
    this.#folders = [
      ...this.#folders.filter((folder) => !gone.has(folder)),
      ...added.map((uri) => keyOf(uri).replace(/\/$/, '')),
    ];
    this.#revision++;
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
    this.#revision++;
  }

  change(uri: string, version: number, edits: readonly (TextEdit | { readonly text: string })[]): void {
    const document = this.document(uri);
    if (!document) return;
    for (const edit of edits) {
      document.source =
        'startLine' in edit
          ? document.source.edit(edit)
          : SourceText.parse(document.key, edit.text, document.source.preprocessed);
    }
    document.version = version;
    this.#revision++;
  }

  close(uri: string): void {
    const key = keyOf(uri);
    this.#documents.delete(key);
    // The disk decides again.
    this.#drop(key);
    this.#revision++;
  }

  /** Files changed outside of the editor. */
  forget(uris: readonly string[]): void {
    for (const uri of uris) this.#drop(keyOf(uri));
    this.#revision++;
  }

  /** The URI by which the client knows a file. */
  uriOf(key: string): string {
    return this.#uris.get(key) ?? uriOfKey(key);
  }

  /** A source that is open or was read, parsed. */
  sourceOf(key: string): SourceText | undefined {
    const ready = this.#documents.get(key)?.source ?? this.#parsed.get(key);
    if (ready) return ready;
    const bytes = this.#files.get(key);
    if (!bytes) return undefined;
    const source = SourceText.parse(key, decoder.decode(bytes));
    this.#parsed.set(key, source);
    return source;
  }

  #drop(key: string): void {
    this.#files.delete(key);
    this.#parsed.delete(key);
  }

  /** The analysis of the program that a file belongs to, brought up to date. */
  async analysisOf(uri: string): Promise<Analysis | undefined> {
    const document = this.document(uri);
    const key = document?.key ?? keyOf(uri);
    const project = await this.#projectOf(key);
    const stated = await this.analyse(project);
    if (!project.stated || stated.files.has(key)) return stated;
    // A file that the stated program does not reach stands for itself.
    return this.analyse(projectOfFile(key));
  }

  async #projectOf(key: string): Promise<Project> {
    for (const [first, description] of this.#launched) {
      const project = projectOf(description, '', first);
      if (project.roots.includes(key)) return project;
    }
    const found = await this.#projectFile(key);
    if (found?.description.program !== undefined) return projectOf(found.description, found.folder, key);
    if (!found) return projectOfFile(key);
    return { ...projectOf(found.description, found.folder, key), stated: false };
  }

  /** The nearest hyperstep.json in the folders above a file, up to the workspace folder. */
  async #projectFile(key: string): Promise<{ description: ProjectDescription; folder: string } | undefined> {
    const root = this.#folders.find((folder) => key.startsWith(`${folder}/`));
    for (let folder = folderOf(key); root !== undefined && folder.length >= root.length; folder = folderOf(folder)) {
      const file = joinPath(folder, projectFileName);
      const text = await this.#textOf(file);
      if (text === undefined) continue;
      const { description, problems } = parseProject(text);
      this.projectProblems.set(file, problems);
      return { description, folder };
    }
    return undefined;
  }

  async #textOf(key: string): Promise<string | undefined> {
    await this.#load(key);
    return this.sourceOf(key)?.text;
  }

  /** A launch states a program: its files are one project from now on. One that a `hyperstep.json` links stands for all of those. */
  async analyseLaunch(description: ProjectDescription & { readonly program: readonly string[] }): Promise<Analysis> {
    const [first, second] = description.program;
    const linked = first !== undefined && second === undefined ? await this.#linkedWith(first) : undefined;
    const launched = linked ? { ...description, program: linked } : description;
    if (first !== undefined) this.#launched.set(first, launched);
    return this.analyse(projectOf(launched, '', first));
  }

  async #linkedWith(key: string): Promise<readonly string[] | undefined> {
    const found = await this.#projectFile(key);
    const roots = found ? projectOf(found.description, found.folder, undefined).roots : [];
    return roots.includes(key) ? roots : undefined;
  }

  /** Assembles a program, reading the files that it asks for. */
  async analyse(project: Project): Promise<Analysis> {
    const id = JSON.stringify([project.roots, project.includePaths, project.defines, project.march, project.stated]);
    const before = this.#analyses.get(id);
    if (before?.revision === this.#revision) return before;
    for (const root of project.roots) await this.#load(root);
    for (let round = 0; ; round++) {
      const revision = this.#revision;
      const result = assemble({ ...requestOf(project), ...this.#contents() });
      const wanted = result.missing.filter((key) => !this.#isKnown(key));
      if (wanted.length === 0 || round >= maximumRounds) {
        const analysis = new Analysis(project, result, revision, this);
        // Parsed once, so that the next round need not.
        for (const key of analysis.files) this.sourceOf(key);
        this.#analyses.set(id, analysis);
        if (this.#analyses.size > 64) this.#analyses.delete(this.#analyses.keys().next().value!);
        return analysis;
      }
      await Promise.all(wanted.map((key) => this.#load(key)));
    }
  }

  #contents(): { sources: Map<string, FileContents>; absent: Set<string> } {
    const sources = new Map<string, FileContents>();
    const absent = new Set<string>();
    for (const [key, file] of this.#files) {
      if (file === undefined) absent.add(key);
      else sources.set(key, this.#parsed.get(key) ?? file);
    }
    for (const { key, source } of this.#documents.values()) {
      sources.set(key, source);
      absent.delete(key);
    }
    return { sources, absent };
  }

  #isKnown(key: string): boolean {
    return this.#documents.has(key) || this.#files.has(key);
  }

  async #load(key: string): Promise<void> {
    if (this.#isKnown(key)) return;
    const bytes = await this.#read(key);
    if (this.#isKnown(key)) return;
    this.#files.set(key, bytes);
  }

  /** In Restricted Mode only files of the workspace folders are read. */
  async #read(key: string): Promise<Uint8Array | undefined> {
    const within = this.#trusted ? undefined : this.#folders;
    if (within && !within.some((folder) => key.startsWith(`${folder}/`))) return undefined;
    try {
      return await this.reader.read(this.uriOf(key), within);
    } catch {
      return undefined;
    }
  }
}
