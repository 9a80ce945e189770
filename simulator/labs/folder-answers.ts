import { errorLine } from '../assembler/source/error-line';
import { UnreadableFile } from '../assembler/source/read-file';
import { readAnswers } from './answers';
import { ANSWERS_FILE, type Answers, emptyAnswers } from './answers-file';
import type { Lab } from './lab';

/** The answers of a student's folder. */
export interface FolderAnswers {
  readonly answers: Answers;
  /** Where their file is not understood: then nothing is answered. */
  readonly problems: readonly string[];
}

/** What a folder answers to a lab. @param text of its file of answers, as far as that is there @param file what messages call that file */
export function answersOfFolder(
  text: string | UnreadableFile | undefined,
  { name, lab }: { readonly name: string; readonly lab: Lab },
  file: string,
): FolderAnswers {
  const none = emptyAnswers(name, []);
  if (text === undefined) return { answers: none, problems: [`${ANSWERS_FILE} is not there: no question is answered`] };
  if (text instanceof UnreadableFile)
    return { answers: none, problems: [`${ANSWERS_FILE} ${text.why}: no question is answered`] };
  const { answers, problems } = readAnswers(text, lab);
  if (!answers) return { answers: none, problems: problems.map(errorLine(file)) };
  const { variant } = answers;
  const known = Object.keys(lab.variants);
  if (answers.lab === name && variant !== undefined && !known.includes(variant))
    return { answers: none, problems: [`${ANSWERS_FILE}: ${noVariant(variant, known)}`] };
  if (answers.lab === name) return { answers, problems: [] };
  return { answers: none, problems: [`${ANSWERS_FILE} is of the lab '${answers.lab}', not of '${name}'`] };
}

/** @param known the names of those that there are */
export const noVariant = (variant: string, known: readonly string[]): string =>
  `the lab has no variant '${variant}'; there ${known.length === 1 ? 'is' : 'are'} ${known.join(', ') || 'none'}`;
