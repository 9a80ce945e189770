import { lstatSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pointsOf } from '../../../simulator/labs/index';
import { one, type ParsedCommand, seconds } from '../options';
import { STATUS } from '../outcome';
import { whyNotWritable } from '../output-files';
import { UsageError } from '../usage-error';
import { labNamed } from './find-labs';
import { gradeCsv, gradeJson, gradeTable } from './grade-report';
import { type Graded, type GradeOptions, Grader } from './grader';

/** Submissions that are graded at a time. */
const AT_A_TIME = 2;
/** Seconds for one: guests end by their instructions long before. */
const SECONDS = 60;

/** `hyperstep lab grade LAB FOLDER`. @returns 0 all were graded, 1 some could not be @throws UsageError */
export async function gradeCommand(
  [word = '', folder = '']: readonly string[],
  values: ParsedCommand['values'],
): Promise<number> {
  const found = await labNamed(values, word);
  const csv = one(values['csv']);
  const why = csv === undefined ? undefined : whyNotWritable(csv);
  if (why !== undefined) throw new UsageError(`--csv '${csv}' cannot be written: ${why}`);
  const submissions = submissionsIn(folder);
  if (submissions.length === 0) throw new UsageError(`there are no submissions in '${folder}': each is a folder in it`);
  const options: GradeOptions = {
    lab: found.name,
    labs: path.dirname(found.folder),
    instructor: values['instructor'] === true,
    seconds: seconds(values) ?? SECONDS,
  };
  const graded = await gradeAll(submissions, options);
  const of = pointsOf(found.lab);
  process.stdout.write(values['json'] === true ? gradeJson(found.name, of, graded) : gradeTable(of, graded));
  if (csv !== undefined) writeFileSync(csv, gradeCsv(of, graded));
  return graded.every(({ checked }) => checked !== undefined) ? STATUS.poweredOff : STATUS.failed;
}

/** The folders in a folder, by their names. @throws UsageError */
function submissionsIn(folder: string): string[] {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new UsageError(`there is no folder '${folder}'`);
  return readdirSync(folder)
    .filter((name) => !name.startsWith('.') && lstatSync(path.join(folder, name)).isDirectory())
    .sort()
    .map((name) => path.join(folder, name));
}

/** Some at a time; what came of them is in their order, however long each took. */
async function gradeAll(submissions: readonly string[], options: GradeOptions): Promise<Graded[]> {
  const graded: Graded[] = [];
  const waiting = [...submissions.entries()];
  const work = async (): Promise<void> => {
    const grader = new Grader(options);
    try {
      for (let next = waiting.shift(); next; next = waiting.shift()) graded[next[0]] = await grader.grade(next[1]);
    } finally {
      grader.close();
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  return graded;
}
