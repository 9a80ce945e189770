import { statSync } from 'node:fs';
import { checkLab, isDone, type LabRun, questionsOf } from '../../../simulator/labs/index';
import { one, type ParsedCommand } from '../options';
import { STATUS } from '../outcome';
import { findPattern } from '../test/find-pattern';
import { UsageError } from '../usage-error';
import { checkText } from './check-text';
import type { CheckedFolder } from './checked-folder';
import { compileVariant } from './compile-variant';
import { filesOf } from './find-labs';
import { hintCommand } from './hint';
import { compareCarried, leaveReplay, replayIn } from './replay';
import { answersIn, answersOf, labOf } from './student-folder';
import { isUntouched } from './untouched';

/** Options that say how something is checked, or what came of it is told. */
const NOTHING_TO_HINTS = ['lab', 'task', 'instructor', 'json'] as const;

/** `hyperstep lab check [FOLDER]`. @returns 0 all points, 1 not all, 2 something could not be tried */
export async function checkCommand(
  [folder = '.']: readonly string[],
  values: ParsedCommand['values'],
): Promise<number> {
  const hint = one(values['hint']);
  if (hint !== undefined) {
    const idle = NOTHING_TO_HINTS.find((option) => values[option] !== undefined);
    if (idle !== undefined) throw new UsageError(`--${idle} has no effect with --hint`);
    return hintCommand(folder, hint, values);
  }
  const checked = await checkFolder(folder, values, 'own');
  process.stdout.write(values['json'] === true ? `${JSON.stringify(checked, null, 2)}\n` : checkText(checked));
  if (checked.problems.length > 0 || checked.result.faults.length > 0) return STATUS.usage;
  return isDone(checked.result) ? STATUS.poweredOff : STATUS.failed;
}

/** Checks a student's folder. @param whose what is one's own is compiled where it is in C, and leaves a replay where that is wanted; what others have handed in is taken as it is @throws UsageError where it is of no lab */
export async function checkFolder(
  folder: string,
  values: ParsedCommand['values'],
  whose: 'own' | 'handed in',
): Promise<CheckedFolder> {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new UsageError(`there is no folder '${folder}'`);
  const text = await answersIn(folder);
  const said = one(values['lab']);
  const found = await labOf(folder, text, said, values);
  const { answers, problems: ofAnswers } = answersOf(text, found, folder);
  const variant = answers.variant === undefined ? undefined : found.lab.variants[answers.variant];
  const uncompiled = variant && whose === 'own' ? compileVariant(folder, variant) : undefined;
  const problems = [...ofAnswers, ...(uncompiled === undefined ? [] : [uncompiled])];
  const task = one(values['task']);
  const known = found.lab.tasks.map(({ id }) => id);
  if (task !== undefined && !known.includes(task))
    throw new UsageError(`--task: the lab has no task '${task}'; there are ${known.join(', ')}`);
  const carried = whose === 'handed in' ? await replayIn(folder) : undefined;
  const leaves = whose === 'own' && answers.replay === true && task === undefined && values['instructor'] !== true;
  const runs: LabRun[] = [];
  const result = await checkLab({
    lab: found.lab,
    answers,
    files: await filesOf(found, folder, values['instructor'] === true),
    find: findPattern,
    // Signals are heard in between.
    pause: () => new Promise((resolve) => setImmediate(resolve)),
    tasks: task === undefined ? undefined : [task],
    noteRun: leaves || carried !== undefined ? (run) => void runs.push(run) : undefined,
  });
  if (leaves) leaveReplay(folder, found.name, runs);
  return {
    ...{ lab: found.name, title: found.lab.title, problems, questions: questionsOf(found.lab), result },
    replay: carried === undefined ? undefined : compareCarried(carried, found.name, runs),
    isUntouched: problems.length === 0 && (await isUntouched(found, folder, answers)),
  };
}
