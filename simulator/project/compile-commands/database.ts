import { baseName, folderOf, joinOnHost } from '../../assembler/source/paths';
import { shellWords } from './shell-words';

/** How one file is compiled. */
export interface CompileCommand {
  readonly file: string;
  /** The folder in which the compiler runs. */
  readonly folder: string;
  readonly compiler: string;
  readonly args: readonly string[];
}

/** An entry of a database: its command is taken apart when it is used. */
interface Entry {
  readonly file: string;
  readonly folder: string;
  readonly words: readonly string[] | string;
}

/** Entries that are read: a tree of more files than this is a whole system. */
const maximumEntries = 200_000;

/** What a `compile_commands.json` holds. */
export class CompilationDatabase {
  /** The first entry of each file. */
  readonly #entries = new Map<string, Entry>();
  /** The sources that other files were found to be nearest to. */
  readonly #nearest = new Map<string, Entry | undefined>();
  readonly problems: readonly string[];

  /** Reads the database in `folder`. Entries that cannot be used are left out, and said. */
  constructor(text: string, folder: string) {
    const { value, problem } = parse(text);
    const entries = value.slice(0, maximumEntries).map((entry) => entryOf(entry, folder));
    for (const entry of entries) if (entry && !this.#entries.has(entry.file)) this.#entries.set(entry.file, entry);
    const bad = entries.indexOf(undefined);
    const entryProblem = `entry ${bad + 1} needs "directory", "file", and "command" or "arguments"`;
    this.problems = problem !== undefined ? [problem] : bad >= 0 ? [entryProblem] : [];
  }

  /** The command of a file that stands in the database. */
  own(file: string): CompileCommand | undefined {
    return commandOf(this.#entries.get(file));
  }

  /**
   * For headers and files that are new, the command of the source nearest to them, of which a name that is the same but for its ending and
   * assembly count most.
   */
  nearest(file: string): CompileCommand | undefined {
    if (!this.#nearest.has(file)) this.#nearest.set(file, this.#findNearest(file));
    return commandOf(this.#nearest.get(file));
  }

  #findNearest(file: string): Entry | undefined {
    let best: Entry | undefined;
    let most = Number.NEGATIVE_INFINITY;
    for (const entry of this.#entries.values()) {
      const score = nearness(entry.file, file);
      if (score <= most) continue;
      most = score;
      best = entry;
    }
    return best;
  }
}

function parse(text: string): { readonly value: readonly unknown[]; readonly problem?: string } {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? { value } : { value: [], problem: 'a list [ ] of entries is expected' };
  } catch (error) {
    return { value: [], problem: `not valid JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
}

function entryOf(value: unknown, databaseFolder: string): Entry | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { directory = '', file, command, arguments: given } = value as Record<string, unknown>;
  if (typeof directory !== 'string' || typeof file !== 'string') return undefined;
  const isList = Array.isArray(given) && given.every((word) => typeof word === 'string');
  const words = isList ? (given as string[]) : typeof command === 'string' ? command : undefined;
  if (words === undefined) return undefined;
  const folder = joinOnHost(databaseFolder, directory);
  return { file: joinOnHost(folder, file), folder, words };
}

function commandOf(entry: Entry | undefined): CompileCommand | undefined {
  if (!entry) return undefined;
  const { file, folder, words } = entry;
  const [compiler = '', ...args] = withoutLauncher(typeof words === 'string' ? shellWords(words) : words);
  return { file, folder, compiler, args };
}

/** `ccache gcc ...` is gcc's command. */
function withoutLauncher(words: readonly string[]): readonly string[] {
  return /^(ccache|sccache|distcc|icecc|gomacc)(\.exe)?$/.test(baseName(words[0] ?? '')) ? words.slice(1) : words;
}

/** What a `compile_flags.txt` in `folder` says for every file below it: one argument a line. */
export function flagsFileCommand(text: string, folder: string, file: string): CompileCommand {
  const args = text
    .split(/\r\n|\n|\r/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return { file, folder, compiler: '', args };
}

/** Files of one folder first, then of its neighbours; among them those of the same name, and assembly. */
function nearness(source: string, file: string): number {
  const [a, b] = [folderOf(source).split('/'), folderOf(file).split('/')];
  let shared = 0;
  while (shared < a.length && shared < b.length && a[shared] === b[shared]) shared++;
  const away = a.length - shared + (b.length - shared);
  const sameName = stem(source) === stem(file) ? 1 : 0;
  return 100 * shared - 10 * away + 5 * sameName + (/\.(s|sx)$/i.test(source) ? 3 : 0);
}

function stem(path: string): string {
  return baseName(path).replace(/\.[^.]*$/, '');
}
