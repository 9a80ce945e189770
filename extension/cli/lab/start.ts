import { cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ANSWERS_FILE, answersText, emptyAnswers } from '../../../simulator/labs/index';
import type { ParsedCommand } from '../options';
import { STATUS } from '../outcome';
import { UsageError } from '../usage-error';
import { labNamed } from './find-labs';

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
  mkdirSync(folder, { recursive: true });
  // What is copied is the student's to write, however it was installed.
  cpSync(path.join(found.folder, 'start'), folder, {
    recursive: true,
    errorOnExist: true,
    force: false,
    dereference: true,
  });
  for (const entry of readdirSync(found.folder, { withFileTypes: true }))
    if (entry.isFile() && /\.(md|svg|png)$/.test(entry.name))
      cpSync(path.join(found.folder, entry.name), path.join(folder, entry.name), { errorOnExist: true, force: false });
  writeFileSync(path.join(folder, ANSWERS_FILE), answersText(emptyAnswers(found.name, found.lab)), { flag: 'wx' });
  if (values['json'] === true) process.stdout.write(`${JSON.stringify({ lab: found.name, folder })}\n`);
  else
    process.stdout.write(
      `${found.lab.title}: ${folder}\nRead ${path.join(folder, 'README.md')}, write answers into ${path.join(folder, ANSWERS_FILE)}, then: hyperstep lab check ${folder}\n`,
    );
  return STATUS.poweredOff;
}

function isEmptyFolder(folder: string): boolean {
  try {
    return readdirSync(folder).length === 0;
  } catch {
    return false;
  }
}
