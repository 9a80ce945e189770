import { writeFileSync } from 'node:fs';
import {
  type FileReport,
  fileText,
  jsonText,
  junitText,
  runFile,
  type SelectedTests,
  summaryOf,
  summaryText,
  tapText,
} from '../../../simulator/guest-tests/index';
import type { Virtualization } from '../../../simulator/system/system';
import { engine, one, type ParsedCommand } from '../options';
import { STATUS } from '../outcome';
import { UsageError } from '../usage-error';
import { findTests } from './find-tests';
import { listOf, readFile } from './selection';
import { commandLineHost } from './test-host';

/** `hyperstep test`. @returns the exit status */
export async function test({ files, values }: ParsedCommand): Promise<number> {
  const [json, tap] = [values['json'] === true, values['tap'] === true];
  if (json && tap) throw new UsageError('--json and --tap exclude each other: both are written to standard output');
  const wanted = { filter: one(values['filter']), engine: engine(values, 'engine', undefined) };
  const found = await findTests(files.length > 0 ? files : ['.']);
  if (found.length === 0) throw new UsageError(`there are no tests in ${files.join(', ') || 'this folder'}`);
  const selected = found.map((file) => readFile(file, wanted));
  if (values['list'] === true) return list(selected);
  const isText = !json && !tap;
  const reports: FileReport[] = [];
  for (const file of selected) {
    // Of a file that has nothing of what is asked for there is nothing to say.
    if (file.tests.length === 0 && file.problems.length === 0) continue;
    const report = await runFile(file, commandLineHost);
    reports.push(report);
    if (isText) process.stdout.write(fileText(report));
  }
  if (reports.length === 0) throw new UsageError(nothingSelected(wanted));
  process.stdout.write(isText ? summaryText(reports) : json ? jsonText(reports) : tapText(reports));
  const junit = one(values['junit']);
  if (junit !== undefined) writeFileSync(junit, junitText(reports));
  return statusOf(reports);
}

/** That something failed says more than that something could not be tried, and that more than that a guest was not done. */
function statusOf(reports: readonly FileReport[]): number {
  const { failed, limit, 'not-tried': notTried } = summaryOf(reports);
  if (failed > 0) return STATUS.failed;
  if (notTried > 0) return STATUS.usage;
  return limit > 0 ? STATUS.limit : STATUS.poweredOff;
}

function list(selected: readonly SelectedTests[]): number {
  process.stdout.write(selected.map(listOf).join(''));
  const problems = selected.flatMap((file) => file.problems);
  for (const problem of problems) console.error(problem);
  return problems.length > 0 ? STATUS.usage : STATUS.poweredOff;
}

function nothingSelected({
  filter,
  engine,
}: {
  filter: string | undefined;
  engine: Virtualization | undefined;
}): string {
  const asked = [
    ...(filter === undefined ? [] : [`--filter ${filter}`]),
    ...(engine === undefined ? [] : [`--engine ${engine}`]),
  ];
  return `there is no test for ${asked.join(' and ')}`;
}
