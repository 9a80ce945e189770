import { spawnSync } from 'node:child_process';
import { before } from 'mocha';

const found = new Map<string, boolean>();

/** Whether `name` can be run from the PATH. */
export function hasTool(name: string): boolean {
  let exists = found.get(name);
  if (exists === undefined) {
    exists = spawnSync(name, ['--version'], { stdio: 'ignore' }).error === undefined;
    found.set(name, exists);
  }
  return exists;
}

/**
 * Call in a `describe`: its tests need the program `name`. Where it is absent they are skipped, loudly, and counted as skipped;
 * with CI=true its absence is a failure.
 */
export function requireTool(name: string): void {
  before(`needs ${name}`, function () {
    if (hasTool(name)) return;
    if (process.env['CI'] === 'true') throw new Error(`${name} is not installed`);
    console.warn(`    ${name} is not installed: these tests are skipped`);
    this.skip();
  });
}
