import { statSync } from 'node:fs';
import path from 'node:path';
import { UnreadableFile } from '../../../simulator/assembler/source/read-file';
import { ANSWERS_FILE, answersOfFolder, checkLab, isDone, readAnswers } from '../../../simulator/labs/index';
import { one, type ParsedCommand } from '../options';
import { STATUS } from '../outcome';
import { findPattern } from '../test/find-pattern';
import { UsageError } from '../usage-error';
import { checkText } from './check-text';
import type { CheckedFolder } from './checked-folder';
import { confinedReader } from './confined-files';
import { type FoundLab, filesOf, inWords, labNamed } from './find-labs';

/** `hyperstep lab check [FOLDER]`. @returns 0 all points, 1 not all, 2 something could not be tried */
export async function checkCommand(
  [folder = '.']: readonly string[],
  values: ParsedCommand['values'],
): Promise<number> {
  const checked = await checkFolder(folder, values);
  process.stdout.write(values['json'] === true ? `${JSON.stringify(checked, null, 2)}\n` : checkText(checked));
  if (checked.problems.length > 0 || checked.result.faults.length > 0) return STATUS.usage;
  return isDone(checked.result) ? STATUS.poweredOff : STATUS.failed;
}

/** Checks a student's folder. @throws UsageError where it is of no lab */
export async function checkFolder(folder: string, values: ParsedCommand['values']): Promise<CheckedFolder> {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new UsageError(`there is no folder '${folder}'`);
  const text = await answersIn(folder);
  const said = one(values['lab']);
  const found = await labOf(folder, text, said, values);
  const { answers, problems } = answersOfFolder(text, found, inWords(path.join(folder, ANSWERS_FILE)));
  const task = one(values['task']);
  const known = found.lab.tasks.map(({ id }) => id);
  if (task !== undefined && !known.includes(task))
    throw new UsageError(`--task: the lab has no task '${task}'; there are ${known.join(', ')}`);
  const result = await checkLab({
    lab: found.lab,
    answers,
    files: filesOf(found, folder, values['instructor'] === true),
    find: findPattern,
    // Signals are heard in between.
    pause: () => new Promise((resolve) => setImmediate(resolve)),
    tasks: task === undefined ? undefined : [task],
  });
  return { lab: found.name, title: found.lab.title, problems, result };
}

type AnswersText = string | UnreadableFile | undefined;

async function answersIn(folder: string): Promise<AnswersText> {
  const bytes = await confinedReader(folder)(ANSWERS_FILE);
  return bytes instanceof Uint8Array ? new TextDecoder().decode(bytes) : bytes;
}

/** The lab that is named, or the one of which the folder says that it is. @throws UsageError */
async function labOf(
  folder: string,
  text: AnswersText,
  said: string | undefined,
  values: ParsedCommand['values'],
): Promise<FoundLab> {
  if (said !== undefined) return labNamed(values, said);
  const file = path.join(folder, ANSWERS_FILE);
  const hint = "'hyperstep lab start' makes one";
  if (text === undefined)
    throw new UsageError(`'${folder}' is not of a lab: there is no ${ANSWERS_FILE} in it; ${hint}`);
  if (text instanceof UnreadableFile) throw new UsageError(`'${file}' ${text.why}`);
  const { answers, problems } = readAnswers(text);
  if (!answers) throw new UsageError(problems.map(inWords(file)).join('\n'));
  return labNamed(values, answers.lab);
}
