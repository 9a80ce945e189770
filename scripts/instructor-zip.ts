import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Zippable, zipSync } from 'fflate';

/** The folder of the labs. The extension has it without what is their instructors'. */
const LABS = 'labs';
/** Files have no times: the same labs are the same package. Zip files know none before. */
const TIME = '1980-01-02';

/** What instructors have: the labs with their solutions, wrong ones and further checks. `hyperstep lab grade --labs` takes the folder as it is. */
export function instructorZip(): Uint8Array {
  const files = readdirSync(LABS, { recursive: true, withFileTypes: true, encoding: 'utf8' })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
  const contents: Zippable = Object.fromEntries(
    files.map((file) => [file.replaceAll('\\', '/'), [readFileSync(file), { mtime: TIME }]]),
  );
  return zipSync(contents);
}

/** Writes hyperstep-instructor-VERSION.zip, and says where it is. */
export function writeInstructorZip(): string {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  const file = `hyperstep-instructor-${version}.zip`;
  writeFileSync(file, instructorZip());
  return file;
}
