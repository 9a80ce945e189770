import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, it } from 'mocha';
import { isolationBreaches } from '../../simulator/hypervisor/isolation';
import type { Program } from '../../simulator/object/program';
import { buildProgram } from '../../simulator/project/build';
import { parseProject, projectOf } from '../../simulator/project/index';
import type { Virtualization } from '../../simulator/system/system';
import { diskOf, makeSystem, type TestConfiguration } from '../support/guest';
import { requireTool } from '../support/tools';

const original = path.join('extension', 'sample');
const ported = path.join(original, 'para');
/** Of the original, the files that had to be changed; the others are the same for both. */
const CHANGED = ['kernel.S', 'paging.S', 'trap.S', 'console.S'];

async function programIn(folder: string): Promise<Program> {
  const { description, problems } = parseProject(readFileSync(path.join(folder, 'hyperstep.json'), 'utf8'));
  assert.deepEqual(problems, []);
  const { program, diagnostics } = await buildProgram(projectOf(description, folder, undefined), async (file) =>
    existsSync(file) ? readFileSync(file) : undefined,
  );
  assert.deepEqual(diagnostics, []);
  assert.ok(program);
  return program;
}

function outputOf(program: Program, virtualization: Virtualization, more: TestConfiguration = {}): string {
  const disks = [diskOf(new Uint8Array(readFileSync(path.join(original, 'disk.img'))))];
  const { system, output } = makeSystem(program, { virtualization, disks, ...more });
  assert.equal(system.machine.run({ instructions: 1_000_000 }).reason, 'power-off');
  if (system.hypervisor) assert.deepEqual(isolationBreaches(system.hypervisor), []);
  return output();
}

describe('the sample guest, ported', () => {
  let program: Program;
  before(async () => {
    program = await programIn(ported);
  });

  it('prints what the original prints', async () => {
    const printed = outputOf(program, 'para');
    assert.equal(printed, outputOf(await programIn(original), 'none'));
    assert.match(printed, /Hello from user mode/);
  });

  for (const memory of [6, 64, 256])
    it(`does so with ${memory} MiB of memory`, () => {
      assert.match(outputOf(program, 'para', { memory: memory * 2 ** 20 }), /Good bye/);
    });

  it('does so on a machine that chooses otherwise what the manual leaves open', () => {
    for (const hartOptions of [{ cachesInvalid: true }, { fencesForgetAll: true }, { asidBits: 0 }])
      assert.match(outputOf(program, 'para', { hartOptions }), /Good bye/, JSON.stringify(hartOptions));
  });

  describe('is told of by a file of differences', () => {
    requireTool('diff');

    it('which has all of them: UPDATE_GOLDEN=1 writes it', () => {
      const differences = CHANGED.map((file) => {
        const labels = ['--label', file, '--label', `para/${file}`];
        return spawnSync('diff', [
          '-u',
          ...labels,
          path.join(original, file),
          path.join(ported, file),
        ]).stdout.toString();
      }).join('');
      const golden = path.join(ported, 'port.diff');
      if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(golden, differences);
      assert.equal(readFileSync(golden, 'utf8'), differences);
    });
  });
});
