import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';
import type { CheckedFolder } from './checked-folder';
import type { GradeAnswer, GradeRequest } from './grading-process';
import { census } from './submission';

/** MiB of a grading process for what is not a guest's memory: programs, tables, messages. */
const MOST_HEAP = 512;
/** Submissions after which a process makes place for another one: nothing adds up. */
const MOST_IN_PROCESS = 25;

/** What came of a submission. */
export interface Graded {
  readonly submission: string;
  /** Undefined where it could not be graded. */
  readonly checked: CheckedFolder | undefined;
  /** Why it could not be graded, and what of it was not read. */
  readonly notes: readonly string[];
}

export interface GradeOptions extends Omit<GradeRequest, 'folder'> {
  /** That a submission may take. */
  readonly seconds: number;
}

/** What became of a process that was to answer. */
type Said = GradeAnswer | { readonly broken: string };

/**
 * Grades submissions, one after the other, in a process that they can neither hang for longer than they may nor take this one's memory with:
 * a process that one of them has broken is ended, and the next has a new one.
 */
export class Grader {
  private child: ChildProcess | undefined;
  private graded = 0;

  constructor(private readonly options: GradeOptions) {}

  async grade(folder: string): Promise<Graded> {
    const submission = path.basename(folder);
    const { refused, notes } = census(folder);
    if (refused !== undefined) return { submission, checked: undefined, notes: [refused] };
    const said = await this.ask(folder);
    if ('checked' in said) return { submission, checked: said.checked, notes };
    return { submission, checked: undefined, notes: ['broken' in said ? said.broken : said.error, ...notes] };
  }

  close(): void {
    this.child?.kill('SIGKILL');
    this.child = undefined;
  }

  private ask(folder: string): Promise<Said> {
    const child = this.process();
    const { seconds, ...request } = this.options;
    return new Promise((resolve) => {
      const settle = (said: Said): void => {
        clearTimeout(timer);
        child.removeAllListeners();
        if ('broken' in said) this.close();
        resolve(said);
      };
      const timer = setTimeout(() => settle({ broken: `it was not done within ${seconds} seconds` }), seconds * 1000);
      child.on('message', (answer) => settle(answer as GradeAnswer));
      child.on('error', ({ message }) => settle({ broken: `its process could not be used: ${message}` }));
      child.on('exit', () =>
        settle({ broken: `it broke its process: it needs more memory than ${MOST_HEAP} MiB, or more than there is` }),
      );
      child.send({ ...request, folder } satisfies GradeRequest);
    });
  }

  private process(): ChildProcess {
    // One that has gone by itself since its last answer is nobody's fault.
    if (this.graded++ % MOST_IN_PROCESS === 0 || this.child?.connected === false) this.close();
    this.child ??= fork(process.argv[1] ?? '', ['lab', 'grader'], {
      // Two processes at a time have the cores busy: threads of their own for garbage would only get in each other's way.
      execArgv: [`--max-old-space-size=${MOST_HEAP}`, '--single-threaded-gc'],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    return this.child;
  }
}
