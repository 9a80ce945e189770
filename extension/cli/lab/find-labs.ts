import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { errorLine } from '../../../simulator/assembler/source/error-line';
import { type InstructorChecks, type Lab, type LabFiles, labFolder, readLab } from '../../../simulator/labs/index';
import { one, type ParsedCommand } from '../options';
import { UsageError } from '../usage-error';
import { confinedReader } from './confined-files';

/** A lab that is there. */
export interface FoundLab {
  /** Its folder's name, without the number. */
  readonly name: string;
  /** By which labs are in order. */
  readonly number: number;
  readonly folder: string;
  readonly lab: Lab;
}

/** The folder of the labs: the one that is named, or that of the extension. @throws UsageError */
function folderOf(values: ParsedCommand['values']): string {
  const named = one(values['labs']);
  const folder = named ?? path.resolve(__dirname, '..', 'labs');
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return folder;
  if (named !== undefined) throw new UsageError(`--labs: there is no folder '${named}'`);
  throw new UsageError(`there are no labs beside this program, in '${folder}': name their folder with --labs`);
}

/** All labs, in their order. @throws UsageError where one is not understood */
export async function findLabs(values: ParsedCommand['values']): Promise<FoundLab[]> {
  const folder = folderOf(values);
  const found: FoundLab[] = [];
  for (const name of readdirSync(folder)) {
    const called = labFolder(name);
    if (called && existsSync(path.join(folder, name, 'lab.json')))
      found.push({ ...called, ...(await readFolder(path.join(folder, name))) });
  }
  return found.sort((a, b) => a.number - b.number || (a.name < b.name ? -1 : 1));
}

async function readFolder(folder: string): Promise<Pick<FoundLab, 'folder' | 'lab'>> {
  const file = path.join(folder, 'lab.json');
  const bytes = await confinedReader(folder)('lab.json');
  if (!(bytes instanceof Uint8Array)) throw new UsageError(`'${file}' ${bytes?.why ?? 'is not there'}`);
  const { lab, problems } = readLab(new TextDecoder().decode(bytes));
  if (!lab) throw new UsageError(problems.map(errorLine(file)).join('\n'));
  return { folder, lab };
}

/** The lab that a word means: its name, its number or both. @throws UsageError */
export async function labNamed(values: ParsedCommand['values'], word: string): Promise<FoundLab> {
  const labs = await findLabs(values);
  const found = labs.find(({ name, number, folder }) => [name, String(number), path.basename(folder)].includes(word));
  if (found) return found;
  throw new UsageError(`there is no lab '${word}'; there are ${labs.map(({ name }) => name).join(', ') || 'none'}`);
}

/** The files with which a student's folder is checked. @param further whether those that students do not have are used too */
export async function filesOf({ folder }: FoundLab, workspace: string, further: boolean): Promise<LabFiles> {
  return {
    workspace: confinedReader(workspace),
    checks: confinedReader(path.join(folder, 'checks')),
    instructor: further ? await furtherOf(path.join(folder, 'instructor', 'checks')) : undefined,
  };
}

/** @throws UsageError where they are not understood */
async function furtherOf(folder: string): Promise<InstructorChecks | undefined> {
  if (!existsSync(folder)) return undefined;
  const tasks = existsSync(path.join(folder, 'lab.json')) ? (await readFolder(folder)).lab.tasks : [];
  const names = readdirSync(folder).filter((name) => name.endsWith('.test.json'));
  return { names: names.sort(), tasks, read: confinedReader(folder) };
}

/** The files of a lab's folder, as paths with slashes. */
export function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => statSync(path.join(folder, file), { throwIfNoEntry: false })?.isFile() === true)
    .map((file) => file.replaceAll(path.sep, '/'));
}
