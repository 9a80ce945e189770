import { spawn } from 'node:child_process';
import path from 'node:path';
import type { CheckedFolder } from './checked-folder';
import { census } from './submission';

/** MiB of a grading process for what is not a guest's memory: programs, tables, messages. */
const MOST_HEAP = 512;
/** Bytes that it may say: results are short. */
const MOST_SAID = 4 * 2 ** 20;

/** What came of a submission. */
export interface Graded {
  readonly submission: string;
  /** Undefined where it could not be graded. */
  readonly checked: CheckedFolder | undefined;
  /** Why it could not be graded, and what of it was not read. */
  readonly notes: readonly string[];
}

export interface GradeOptions {
  readonly lab: string;
  /** The words that the grading process has beside: where the labs are, further checks. */
  readonly words: readonly string[];
  readonly seconds: number;
}

/** Grades a submission in a process of its own, which can neither hang this one nor take its memory. */
export async function grade(folder: string, options: GradeOptions): Promise<Graded> {
  const submission = path.basename(folder);
  const { refused, notes } = census(folder);
  if (refused !== undefined) return { submission, checked: undefined, notes: [refused] };
  const said = await inProcess(folder, options);
  if (typeof said !== 'string') return { submission, checked: said, notes };
  return { submission, checked: undefined, notes: [said, ...notes] };
}

/** @returns what came of it, or why nothing did */
function inProcess(folder: string, { lab, words, seconds }: GradeOptions): Promise<CheckedFolder | string> {
  const program = process.argv[1] ?? '';
  const limits = [`--max-old-space-size=${MOST_HEAP}`, '--stack-size=900'];
  const child = spawn(
    process.execPath,
    [...limits, program, 'lab', 'check', folder, '--lab', lab, '--json', ...words],
    { stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true },
  );
  return new Promise((resolve) => {
    const said = { out: '', error: '' };
    let ended: string | undefined;
    const end = (why: string): void => {
      ended ??= why;
      child.kill('SIGKILL');
    };
    const timer = setTimeout(() => end(`it was not done within ${seconds} seconds`), seconds * 1000);
    const collect = (stream: 'out' | 'error') => (bytes: Buffer) => {
      said[stream] += bytes.toString('utf8');
      if (said[stream].length > MOST_SAID) end('it says more than anybody reads');
    };
    child.stdout.on('data', collect('out'));
    child.stderr.on('data', collect('error'));
    child.on('error', (error) => end(`no process could be started for it: ${error.message}`));
    child.on('close', (status) => {
      clearTimeout(timer);
      if (ended !== undefined) resolve(ended);
      else if (status === 0 || status === 1 || status === 2) resolve(understood(said.out) ?? firstLine(said.error));
      else
        resolve(
          `it needs more memory than the ${MOST_HEAP} MiB that there are for it, or breaks its process otherwise`,
        );
    });
  });
}

/** What a grading process has printed; undefined where that is no result. */
function understood(text: string): CheckedFolder | undefined {
  try {
    return text === '' ? undefined : (JSON.parse(text) as CheckedFolder);
  } catch {
    return undefined;
  }
}

const firstLine = (text: string): string => text.split('\n')[0] ?? 'it says nothing';
