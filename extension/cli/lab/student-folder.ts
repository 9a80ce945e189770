import path from 'node:path';
import { errorLine } from '../../../simulator/assembler/source/error-line';
import { UnreadableFile } from '../../../simulator/assembler/source/read-file';
import { ANSWERS_FILE, answersOfFolder, type FolderAnswers, readAnswers } from '../../../simulator/labs/index';
import type { ParsedCommand } from '../options';
import { UsageError } from '../usage-error';
import { confinedReader } from './confined-files';
import { type FoundLab, labNamed } from './find-labs';

/** The text of a folder's answers; why it cannot be read; undefined where there is none. */
export type AnswersText = string | UnreadableFile | undefined;

/** What a folder has as its answers. */
export async function answersIn(folder: string): Promise<AnswersText> {
  const bytes = await confinedReader(folder)(ANSWERS_FILE);
  return bytes instanceof Uint8Array ? new TextDecoder().decode(bytes) : bytes;
}

/** The lab that is named, or the one of which the folder says that it is. @throws UsageError */
export async function labOf(
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
  if (!answers) throw new UsageError(problems.map(errorLine(file)).join('\n'));
  return labNamed(values, answers.lab);
}

/** The answers of a folder; where their file is not understood, none, and why. */
export function answersOf(text: AnswersText, found: FoundLab, folder: string): FolderAnswers {
  return answersOfFolder(text, found, path.join(folder, ANSWERS_FILE));
}
