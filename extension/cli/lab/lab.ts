import { pointsOf } from '../../../simulator/labs/index';
import type { ParsedCommand } from '../options';
import { STATUS } from '../outcome';
import { UsageError } from '../usage-error';
import { checkCommand } from './check';
import { findLabs } from './find-labs';
import { gradeCommand } from './grade';
import { gradingProcess } from './grading-process';
import { startCommand } from './start';

type Values = ParsedCommand['values'];

interface Verb {
  /** The options that mean something to it, beside those of all. */
  readonly options: readonly string[];
  /** How many words there may be behind it. */
  readonly words: readonly [least: number, most: number];
  readonly run: (words: readonly string[], values: Values) => Promise<number>;
}

const OF_ALL = ['labs', 'help', 'json'];

const VERBS: Readonly<Record<string, Verb>> = {
  list: { options: [], words: [0, 0], run: (_, values) => list(values) },
  start: { options: ['variant'], words: [1, 2], run: startCommand },
  check: { options: ['lab', 'task', 'hint', 'instructor'], words: [0, 1], run: checkCommand },
  grade: { options: ['csv', 'instructor', 'timeout'], words: [2, 2], run: gradeCommand },
};

/** `hyperstep lab`. @returns the exit status @throws UsageError */
export async function lab({ files: [name, ...words], values }: ParsedCommand): Promise<number> {
  const known = Object.keys(VERBS).join(', ');
  if (name === 'grader') return gradingProcess();
  const verb = name !== undefined && Object.hasOwn(VERBS, name) ? VERBS[name] : undefined;
  if (!verb)
    throw new UsageError(name === undefined ? `say what: ${known}` : `there is no 'lab ${name}'; there are ${known}`);
  const idle = Object.keys(values).find((option) => ![...OF_ALL, ...verb.options].includes(option));
  if (idle !== undefined) throw new UsageError(`--${idle} has no effect with 'lab ${name}'`);
  const [least, most] = verb.words;
  if (words.length < least || words.length > most)
    throw new UsageError(
      `'lab ${name}' has ${least === most ? least : `${least} to ${most}`} words behind it, not ${words.length}`,
    );
  return verb.run(words, values);
}

async function list(values: Values): Promise<number> {
  const labs = await findLabs(values);
  if (values['json'] === true) {
    const all = labs.map(({ name, number, lab: { title, summary, minutes, lecture, tasks } }) => ({
      ...{ name, number, title, summary, minutes, lecture },
      points: pointsOf({ tasks }),
      tasks: tasks.map(({ id, title, points, work, hints }) => ({
        id,
        title,
        points,
        kind: work.kind,
        hints: hints.length,
      })),
    }));
    process.stdout.write(`${JSON.stringify({ labs: all }, null, 2)}\n`);
    return STATUS.poweredOff;
  }
  const width = Math.max(0, ...labs.map(({ name }) => name.length));
  for (const { name, number, lab } of labs) {
    const facts = `${String(lab.minutes).padStart(3)} min ${String(pointsOf(lab)).padStart(3)} points`;
    process.stdout.write(`${String(number).padStart(2)}  ${name.padEnd(width)} ${facts}  ${lab.summary}\n`);
  }
  return STATUS.poweredOff;
}
