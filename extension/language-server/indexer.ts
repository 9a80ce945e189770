import type { ServerContext } from './context';
import { SourceText } from './ide/assembly';
import { foreignArchitecture } from './ide/foreign';
import { isAssembly } from './ide/index/workspace-files';
import { indexSource } from './ide/index/workspace-index';
import { keyOf } from './ide/keys';

/** Files that are read at the same time. */
const readers = 8;

/** Fills the index with the files of the workspace folders, in the background, and keeps it up to date. */
export class Indexer {
  /** Counts the rounds: one that is not the newest gives up. */
  #round = 0;

  constructor(readonly context: ServerContext) {}

  /** Reads all folders anew, and tells the client how far it is. */
  async run(): Promise<void> {
    const round = ++this.#round;
    const { connection, client, workspace, index } = this.context;
    const progress = client.window?.workDoneProgress ? await connection.window.createWorkDoneProgress() : undefined;
    progress?.begin('Indexing RISC-V assembly', 0);
    try {
      await workspace.files.walk();
      const files = workspace.files.sources;
      let next = 0;
      const work = async (): Promise<void> => {
        for (;;) {
          const key = files[next++];
          if (key === undefined || round !== this.#round) return;
          await this.#read(key);
          if (next % 50 === 0) progress?.report(Math.floor((100 * next) / files.length), `${next} of ${files.length}`);
        }
      };
      await Promise.all(Array.from({ length: readers }, work));
      const wanted = new Set(files);
      if (round === this.#round) for (const key of index.keys()) if (!wanted.has(key)) index.delete(key);
    } finally {
      progress?.done();
    }
  }

  /** Files that were made, changed or removed. */
  async changed(uris: readonly string[]): Promise<void> {
    const { workspace } = this.context;
    const within = (key: string): boolean => workspace.folders.some((folder) => key.startsWith(`${folder}/`));
    for (const key of uris.map(keyOf)) if (isAssembly(key) && within(key)) await this.#read(key);
  }

  async #read(key: string): Promise<void> {
    const { workspace, index } = this.context;
    const bytes = await workspace.read(key);
    const source = bytes instanceof Uint8Array && SourceText.parse(key, new TextDecoder().decode(bytes));
    if (source && !foreignArchitecture(source)) index.set(key, indexSource(source));
    else index.delete(key);
  }
}
