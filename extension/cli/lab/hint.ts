import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { applyEdits, modify } from 'jsonc-parser';
import { errorLine } from '../../../simulator/assembler/source/error-line';
import { ANSWERS_FILE, readAnswers, unfoldedHints } from '../../../simulator/labs/index';
import type { ParsedCommand } from '../options';
import { STATUS } from '../outcome';
import { UsageError } from '../usage-error';
import { answersIn, labOf } from './student-folder';

/** `hyperstep lab check [FOLDER] --hint TASK`: the next hint for a task; how many have been unfolded is noted among the answers. */
export async function hintCommand(folder: string, id: string, values: ParsedCommand['values']): Promise<number> {
  const text = await answersIn(folder);
  const { lab } = await labOf(folder, text, undefined, values);
  const task = lab.tasks.find((each) => each.id === id);
  if (!task)
    throw new UsageError(
      `--hint: the lab has no task '${id}'; there are ${lab.tasks.map((each) => each.id).join(', ')}`,
    );
  const file = path.join(folder, ANSWERS_FILE);
  const { answers, problems } = readAnswers(String(text), lab);
  if (!answers) throw new UsageError(problems.map(errorLine(file)).join('\n'));
  const unfolded = Math.min(task.hints.length, unfoldedHints(task, answers) + 1);
  if (unfolded === 0) {
    process.stdout.write('There are no hints for this task.\n');
    return STATUS.poweredOff;
  }
  // What else stands in the file, and how, stays.
  const edits = modify(String(text), ['hints', id], unfolded, {
    formattingOptions: { insertSpaces: true, tabSize: 2 },
  });
  writeFileSync(file, applyEdits(String(text), edits));
  for (const [index, hint] of task.hints.slice(0, unfolded).entries())
    process.stdout.write(`${index + 1} of ${task.hints.length}: ${hint}\n`);
  return STATUS.poweredOff;
}
