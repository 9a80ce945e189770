import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { ResultLine } from '../test/support/result-lines';

export interface Totals {
  passed: number;
  failed: number;
  skipped: number;
  /** Which failed, and how, to be said once more at the end: the log of a long run is not always there whole. */
  failures: string[];
}

/** An empty file of result lines for one layer of tests. */
export function newResultFile(layer: string): string {
  const file = path.resolve('out/results', `${layer}.ndjson`);
  mkdirSync(path.dirname(file), { recursive: true });
  rmSync(file, { force: true });
  return file;
}

/** The verdict on a run from its result lines. A run that did not start, did not end, or ran nothing has failed once more. */
export function readTotals(file: string): Totals {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const lines = text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as ResultLine);
  const count = (type: ResultLine['type']) => lines.filter((line) => line.type === type).length;
  const failures = lines.flatMap((line) => (line.type === 'fail' ? [`${line.title}\n  ${line.error}`] : []));
  const totals = { passed: count('pass'), failed: count('fail'), skipped: count('skip'), failures };
  const complete = count('start') > 0 && count('start') === count('end');
  if (!complete || totals.passed + totals.failed + totals.skipped === 0) {
    failures.push(`Tests of ${path.basename(file, '.ndjson')} ${complete ? 'are none' : 'did not run to their end'}.`);
    totals.failed += 1;
  }
  return totals;
}

export function addTotals(all: readonly Totals[]): Totals {
  const sum = (key: 'passed' | 'failed' | 'skipped') => all.reduce((total, totals) => total + totals[key], 0);
  return {
    passed: sum('passed'),
    failed: sum('failed'),
    skipped: sum('skipped'),
    failures: all.flatMap(({ failures }) => failures),
  };
}

export function summary({ passed, failed, skipped }: Totals): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
