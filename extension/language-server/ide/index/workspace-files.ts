import type { FolderEntry } from '../file-reader';

/** Files that are assembly by their names; headers count once a source includes them. */
const assembly = /\.(s|S|sx|asm|inc)$/;
/** Whether a file is assembly by its name. */
export function isAssembly(key: string): boolean {
  return assembly.test(key);
}

/** Files that sources include. */
const includable = /\.(h|hh|hpp|H|inc|s|S|sx|asm|def|mac|macro|m4|i|in)$/;
/** Folders that hold no sources of the user's. */
const skipped = /^(\..*|node_modules)$/;
/** A workspace of more assembly files than this is a whole system's tree: the rest is found once it is opened. */
const maximumSources = 20_000;
const maximumIncludable = 200_000;
/** Folders that are listed at the same time. */
const readers = 8;

/** The names of the files in the workspace folders, as a walk through them found them. */
export class WorkspaceFiles {
  /** Counts the walks: one that is not the newest gives up. */
  #walk = 0;
  #walking: Promise<void> | undefined;
  #sources: string[] = [];
  /** Keys of includable files by their last name. */
  #includable = new Map<string, string[]>();
  #count = 0;

  constructor(
    readonly list: (folder: string) => Promise<readonly FolderEntry[]>,
    readonly folders: () => readonly string[],
  ) {}

  /** Keys of the assembly files. */
  get sources(): readonly string[] {
    return this.#sources;
  }

  /** Walks through all folders anew. */
  walk(): Promise<void> {
    this.#sources = [];
    this.#includable = new Map();
    this.#count = 0;
    this.#walking = this.#find([...this.folders()], ++this.#walk);
    return this.#walking;
  }

  /** The keys of the files that a source may include, with this last name, once the walk is over. */
  async named(name: string): Promise<readonly string[]> {
    await (this.#walking ?? this.walk());
    return this.#includable.get(name) ?? [];
  }

  /** A file that was made, or is gone. */
  note(key: string, exists: boolean): void {
    const name = key.slice(key.lastIndexOf('/') + 1);
    if (!includable.test(name)) return;
    const others = (this.#includable.get(name) ?? []).filter((other) => other !== key);
    this.#includable.set(name, exists ? [...others, key] : others);
  }

  async #find(folders: readonly string[], walk: number): Promise<void> {
    for (let level = folders; level.length > 0; ) {
      const below: string[] = [];
      for (let first = 0; first < level.length; first += readers) {
        const folders = level.slice(first, first + readers);
        const lists = await Promise.all(folders.map((folder) => this.list(folder)));
        if (walk !== this.#walk || this.#count >= maximumIncludable) return;
        lists.forEach((entries, index) => {
          for (const { name, folder: isFolder } of entries) {
            const key = `${folders[index]}/${name}`;
            if (!isFolder) this.#add(key, name);
            else if (!skipped.test(name)) below.push(key);
          }
        });
      }
      level = below;
    }
  }

  #add(key: string, name: string): void {
    if (assembly.test(name) && this.#sources.length < maximumSources) this.#sources.push(key);
    if (!includable.test(name)) return;
    this.#count++;
    const others = this.#includable.get(name);
    if (others) others.push(key);
    else this.#includable.set(name, [key]);
  }
}
