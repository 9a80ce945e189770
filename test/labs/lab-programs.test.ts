import assert from 'node:assert/strict';
import type { TestedProgram } from '../../simulator/guest-tests/guest-test';
import { LabPrograms, Unusable } from '../../simulator/labs/lab-programs';
import { machineSettings } from '../../simulator/system/machine-options';

const whyOf = (built: unknown): string | undefined => (built instanceof Unusable ? built.why : undefined);

const program: TestedProgram = {
  ...{ program: [], includePaths: [], defines: {}, linkerScript: undefined, linkOptions: undefined },
  ...{ march: undefined, mabi: undefined, relax: undefined },
};

describe('the programs of a lab', () => {
  it('have together no more bytes than are kept', async () => {
    const source = new TextEncoder().encode('.globl _start\n_start: j .\n.data\n.zero 60 << 20\n');
    const programs = new LabPrograms(async () => source);
    const build = (name: string) => programs.build({ ...program, program: [name] }, machineSettings({}));
    assert.deepEqual(whyOf(await build('one.s')), undefined);
    assert.equal(whyOf(await build('two.s')), undefined);
    assert.equal(whyOf(await build('three.s')), 'the programs of this folder have more than 128 MiB together');
    // Those that are there are made no second time.
    assert.deepEqual(whyOf(await build('one.s')), undefined);
  });
});
