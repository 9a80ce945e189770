import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { errorLine } from '../../../simulator/assembler/source/error-line';
import { ANSWERS_FILE, answersText, emptyAnswers, questionsOf, startFiles } from '../../../simulator/labs/index';
import type { ParsedCommand } from '../options';
import { STATUS } from '../outcome';
import { UsageError } from '../usage-error';
import { type FoundLab, filesIn, labNamed } from './find-labs';

/** `hyperstep lab start LAB [FOLDER]`: a folder of the student's, with the files to start with. What is there is never written over. */
export async function startCommand(
  [word = '', given]: readonly string[],
  values: ParsedCommand['values'],
): Promise<number> {
  const found = await labNamed(values, word);
  const folder = given ?? found.name;
  if (existsSync(folder) && !isEmptyFolder(folder))
    throw new UsageError(
      `'${folder}' is there already, and nothing in it is written over: name another folder, or remove it`,
    );
  placeStart(found, folder);
  writeFileSync(
    path.join(folder, ANSWERS_FILE),
    answersText(emptyAnswers(found.name, Object.keys(questionsOf(found.lab)))),
    { flag: 'wx' },
  );
  if (values['json'] === true) process.stdout.write(`${JSON.stringify({ lab: found.name, folder })}\n`);
  else
    process.stdout.write(
      `${found.lab.title}: ${folder}\nRead ${path.join(folder, 'README.md')}, write answers into ${path.join(folder, ANSWERS_FILE)}, then: hyperstep lab check ${folder}\n`,
    );
  return STATUS.poweredOff;
}

/** Copies what a student begins with, as files that are the student's to write, however the lab was installed. @throws UsageError */
function placeStart({ folder: from, lab }: FoundLab, folder: string): void {
  const { files, problems } = startFiles(lab, filesIn(from));
  if (!files) throw new UsageError(problems.map(errorLine(path.join(from, 'lab.json'))).join('\n'));
  for (const [file, source] of files) {
    const place = path.join(folder, file);
    mkdirSync(path.dirname(place), { recursive: true });
    writeFileSync(place, readFileSync(path.join(from, source)), { flag: 'wx' });
  }
}

function isEmptyFolder(folder: string): boolean {
  try {
    return readdirSync(folder).length === 0;
  } catch {
    return false;
  }
}
