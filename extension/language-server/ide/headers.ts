import { baseName, folderOf, foldersAbove, joinPath } from './assembly';
import type { WorkspaceFiles } from './index/workspace-files';

/** A file that an include may mean, and the folder from which its path leads there. */
export interface FoundHeader {
  readonly key: string;
  readonly folder: string;
}

/** Where projects keep headers, seen from a folder above the source. */
const conventional = ['arch/riscv/include', 'arch/riscv/include/uapi', 'include', 'include/uapi', 'inc', ''];
/** Folders above a source, outside of the workspace, in which that is looked for. */
const mostAbove = 8;

/** Looks for headers where nobody said that they are: by the end of their paths among the workspace's files, and where projects keep them. */
export class Headers {
  constructor(
    readonly files: WorkspaceFiles,
    readonly folders: () => readonly string[],
    readonly exists: (key: string) => Promise<boolean>,
  ) {}

  /** The header that a source means by a path, as far as one is nearer than all others; undefined when there is none, or several. */
  async find(path: string, source: string): Promise<FoundHeader | undefined> {
    const ranked = await this.#ranked(path, source);
    // A name without a folder says little: a header far away is offered, but not taken.
    const [best, next] = ranked.filter(({ folder }) => joinPath('', path).includes('/') || isNear(folder, source));
    if (best) return next && next.score === best.score ? undefined : best;
    return this.#above(path, source);
  }

  /** All headers that may be meant, the likeliest first. */
  async candidates(path: string, source: string): Promise<readonly FoundHeader[]> {
    return this.#ranked(path, source);
  }

  async #ranked(path: string, source: string): Promise<readonly (FoundHeader & { readonly score: number })[]> {
    const plain = joinPath('', path);
    if (plain === '' || plain.startsWith('..')) return [];
    const own = architectureOf(source) ?? 'riscv';
    const found = (await this.files.named(baseName(plain)))
      .filter((key) => key.endsWith(`/${plain}`) && (architectureOf(key) ?? own) === own)
      .map((key) => {
        const folder = key.slice(0, -plain.length - 1);
        return { key, folder, score: scoreOf(folder, source) };
      });
    return found.sort((a, b) => b.score - a.score || a.key.length - b.key.length);
  }

  async #above(path: string, source: string): Promise<FoundHeader | undefined> {
    const plain = joinPath('', path);
    if (plain === '' || plain.startsWith('..')) return undefined;
    const outside = foldersAbove(source).filter(
      (folder) =>
        folder.split('/').length > 4 && !this.folders().some((inside) => `${folder}/`.startsWith(`${inside}/`)),
    );
    for (const above of outside.slice(0, mostAbove)) {
      for (const place of conventional) {
        const folder = joinPath(above, place);
        const key = `${folder}/${plain}`;
        if (await this.exists(key)) return { key, folder };
      }
    }
    return undefined;
  }
}

/** The architecture that a tree of several keeps a file for. */
function architectureOf(key: string): string | undefined {
  return /\/(?:arch|sysdeps)\/([\w-]+)\//.exec(key)?.[1];
}

/** Folders of a tree that are for something else than its own code. */
const aside = /^(tools?|tests?|testing|examples?|samples?|scripts|selftests|docs?|third_party|host)$/;
const forHeaders = /(^|\/)(inc|includes?|include\/uapi)$/;

/** Whether a header whose name alone is written may be meant: many files of a tree have the same name. */
function isNear(folder: string, source: string): boolean {
  return forHeaders.test(folder) || source.startsWith(`${folderOf(folder)}/`);
}

/** How near a folder of headers is to a source. */
function scoreOf(folder: string, source: string): number {
  const [a, b] = [folder.split('/'), source.split('/').slice(0, -1)];
  let shared = 0;
  while (shared < a.length && shared < b.length && a[shared] === b[shared]) shared++;
  const rest = a.slice(shared);
  return (
    10 * shared - 2 * rest.length + (forHeaders.test(folder) ? 3 : 0) - (rest.some((name) => aside.test(name)) ? 40 : 0)
  );
}
