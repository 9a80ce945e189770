import Mocha from 'mocha';
import { writeResultLines } from '../support/result-lines';

/** What VS Code calls to run the tests in its extension host. */
export async function run(): Promise<void> {
  const wanted = process.env['VSCODE_TEST_GREP'];
  const mocha = new Mocha({ timeout: 60_000, color: false, ...(wanted ? { grep: wanted } : {}) });
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  await import('./activation.test');
  await import('./language.test');
  await import('./language-features.test');
  await import('./debug.test');
  await import('./project.test');
  await import('./launch-choice.test');
  await import('./compilation-database.test');
  await import('./scenario.test');
  await import('./guest-tests.test');
  await import('./moments.test');
  const failures = await new Promise<number>((resolve) => writeResultLines(mocha.run(resolve)));
  if (failures > 0) throw new Error(`${failures} tests failed`);
}
