import { RISCV_COMPILERS } from '../../riscv-compilers';
import { baseName, type FileOptions, isAbsolutePath, joinPath } from './assembly';
import { keyOfPath } from './keys';

/** What a compiler has by itself. */
export interface Toolchain {
  readonly predefines: Readonly<Record<string, string>>;
  /** Paths of the folders in which it looks for files in angle brackets. */
  readonly includePaths: readonly string[];
}

export type AskCompiler = (compiler: string, args: readonly string[]) => Promise<Toolchain | undefined>;

/** Programs that are taken for compilers: nothing else that a project names is started. */
const compilerName = /^([\w.+]+-)*(gcc|g\+\+|cc|c\+\+|clang|clang\+\+)(-[\d.]+)?(\.exe)?$/;

/**
 * Compilers of the projects, each asked once and in the background: nothing waits for the answer. In a workspace that is not trusted none
 * is started.
 */
export class Toolchains {
  /** By compiler and arguments; undefined until it has answered, null when it does not. */
  readonly #answers = new Map<string, Toolchain | null | undefined>();

  constructor(
    readonly ask: AskCompiler | undefined,
    readonly trusted: () => boolean,
    /** Called when an answer is there that something was left out for. */
    readonly answered: () => void,
  ) {}

  /** The options of a command with what its compiler has; without a name, what a compiler for RISC-V has that is there. */
  complete(options: FileOptions, compiler: string, folder: string, query: readonly string[]): FileOptions {
    const path = pathOf(isAbsolutePath(compiler) || !/[\\/]/.test(compiler) ? compiler : joinPath(folder, compiler));
    const found = this.#firstOf(compiler === '' ? RISCV_COMPILERS : [path, ...RISCV_COMPILERS], query);
    // What depends on the answer is not said before it is there.
    if (found === undefined) return { ...options, guessed: true };
    if (!found) return options;
    // A compiler may be made so that it makes code for any address, and tells its assembler.
    const pic = options.pic ?? '__pic__' in found.predefines;
    return { ...withFolders(options, found), predefines: found.predefines, ...(pic ? { pic } : {}) };
  }

  /** Where a compiler for RISC-V looks for headers by itself. */
  folders(): readonly string[] {
    return (this.#firstOf(RISCV_COMPILERS, []) ?? undefined)?.includePaths.map(keyOfPath) ?? [];
  }

  /** The first that answers; undefined while that is not known, null when none does. */
  #firstOf(compilers: readonly string[], query: readonly string[]): Toolchain | null | undefined {
    if (!this.ask || !this.trusted()) return null;
    for (const compiler of compilers) {
      const answer = this.#answerOf(compiler, query);
      if (answer !== null) return answer;
    }
    return null;
  }

  #answerOf(compiler: string, query: readonly string[]): Toolchain | null | undefined {
    if (!compilerName.test(baseName(compiler))) return null;
    const key = JSON.stringify([compiler, query]);
    if (this.#answers.has(key)) return this.#answers.get(key);
    this.#answers.set(key, undefined);
    void this.ask?.(compiler, query).then((answer) => {
      // One for another processor predefines nothing that holds here.
      this.#answers.set(key, answer && '__riscv' in answer.predefines ? answer : null);
      this.answered();
    });
    return undefined;
  }
}

function withFolders(options: FileOptions, { includePaths }: Toolchain): FileOptions {
  return { ...options, systemPaths: [...(options.systemPaths ?? []), ...includePaths.map(keyOfPath)] };
}

/** The path of a key. */
function pathOf(key: string): string {
  return key.replace(/^file:\/\/(?=\/)/, '').replace(/^\/(?=[A-Za-z]:)/, '');
}
