import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { errorLine } from '../../../simulator/assembler/source/error-line';
import {
  ANSWERS_FILE,
  answersText,
  emptyAnswers,
  noVariant,
  questionsOf,
  startFiles,
} from '../../../simulator/labs/index';
import { one, type ParsedCommand } from '../options';
import { STATUS } from '../outcome';
import { UsageError } from '../usage-error';
import { foundCompiler, NO_COMPILER } from './compile-variant';
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
  const variant = one(values['variant']);
  if (variant !== undefined) requireVariant(variant, found);
  placeStart(found, folder, variant);
  writeFileSync(
    path.join(folder, ANSWERS_FILE),
    answersText({ ...emptyAnswers(found.name, Object.keys(questionsOf(found.lab))), ...(variant && { variant }) }),
    { flag: 'wx' },
  );
  if (values['json'] === true) process.stdout.write(`${JSON.stringify({ lab: found.name, folder })}\n`);
  else
    process.stdout.write(
      `${found.lab.title}: ${folder}\nRead ${path.join(folder, 'README.md')}, write answers into ${path.join(folder, ANSWERS_FILE)}, then: hyperstep lab check ${folder}\n`,
    );
  return STATUS.poweredOff;
}

/** @throws UsageError where the lab has no such variant, or nothing here can compile it */
function requireVariant(variant: string, { lab }: FoundLab): void {
  const known = Object.keys(lab.variants);
  if (!known.includes(variant)) throw new UsageError(`--variant: ${noVariant(variant, known)}`);
  if (!foundCompiler()) throw new UsageError(`--variant: ${NO_COMPILER}`);
}

/** Copies what a student begins with, as files that are the student's to write, however the lab was installed. @throws UsageError */
function placeStart({ folder: from, lab }: FoundLab, folder: string, variant: string | undefined): void {
  const { files, problems } = startFiles(lab, filesIn(from), variant);
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
