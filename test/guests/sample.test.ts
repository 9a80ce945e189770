import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Program } from '../../simulator/object/program';
import { buildProgram } from '../../simulator/project/build';
import { parseProject, projectOf } from '../../simulator/project/index';
import { ANY_GUEST_VIRTUALIZATIONS, openDisk } from '../../simulator/system/system';
import { makeSystem } from '../support/guest';
import { requireTool } from '../support/tools';
import { runOnQemu } from './qemu';

const folder = path.join('extension', 'sample');
const disk = new Uint8Array(readFileSync(path.join(folder, 'disk.img')));

describe('the sample guest', () => {
  requireTool('qemu-system-riscv64');
  let program: Program;

  before(async () => {
    const { description, problems } = parseProject(readFileSync(path.join(folder, 'hyperstep.json'), 'utf8'));
    assert.deepEqual(problems, []);
    const result = await buildProgram(projectOf(description, folder, undefined), async (file) =>
      existsSync(file) ? readFileSync(file) : undefined,
    );
    assert.deepEqual(result.diagnostics, []);
    assert.ok(result.program);
    program = result.program;
  });

  for (const virtualization of ANY_GUEST_VIRTUALIZATIONS) {
    it(`prints what it prints on QEMU (${virtualization})`, () => {
      const file = {
        size: disk.length,
        read: (at: number, length: number) => disk.slice(at, at + length),
        write: () => undefined,
      };
      const { system, output } = makeSystem(program, { virtualization, disks: [openDisk(file, 'copy')] });
      assert.deepEqual(system.machine.run({ instructions: 1_000_000 }), { reason: 'power-off', code: 0 });
      assert.equal(output(), runOnQemu(program, { disk }));
      assert.match(output(), /travelled through a virtqueue/);
    }).timeout(60_000);
  }
});
