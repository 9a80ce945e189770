import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type Answers, isBlank, startFiles } from '../../../simulator/labs/index';
import { confinedReader } from './confined-files';
import { type FoundLab, filesIn } from './find-labs';

/** Whether a student's folder is as it was started: nothing is answered, no hint is unfolded, and no file is other than the lab has it. */
export async function isUntouched({ folder: from, lab }: FoundLab, folder: string, answers: Answers): Promise<boolean> {
  if (!isBlank(answers)) return false;
  const { files = new Map<string, string>() } = startFiles(lab, filesIn(from), answers.variant);
  const read = confinedReader(folder);
  for (const [file, source] of files) {
    const found = await read(file);
    if (!(found instanceof Uint8Array) || !readFileSync(path.join(from, source)).equals(found)) return false;
  }
  return true;
}
