import { appendFileSync } from 'node:fs';
import type { Runner } from 'mocha';

/**
 * One line of JSON in the file named by TEST_RESULTS. The verdict of a test run is taken from these lines alone, since a host can die
 * and still report exit code 0: see scripts/test-results.ts.
 */
export type ResultLine =
  | { type: 'start'; total: number }
  | { type: 'pass' | 'skip'; title: string }
  | { type: 'fail'; title: string; error: string }
  | { type: 'end' };

export function writeResultLine(line: ResultLine): void {
  const file = process.env['TEST_RESULTS'];
  if (file) appendFileSync(file, `${JSON.stringify(line)}\n`);
}

/** Follows a mocha run from its start to its end. */
export function writeResultLines(runner: Runner): void {
  runner.once('start', () => writeResultLine({ type: 'start', total: runner.total }));
  runner.on('pass', (test) => writeResultLine({ type: 'pass', title: test.fullTitle() }));
  runner.on('pending', (test) => writeResultLine({ type: 'skip', title: test.fullTitle() }));
  runner.on('fail', (test, error) =>
    writeResultLine({ type: 'fail', title: test.fullTitle(), error: error?.stack ?? String(error) }),
  );
  runner.once('end', () => writeResultLine({ type: 'end' }));
}
