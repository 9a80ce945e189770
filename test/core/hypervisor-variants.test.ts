import { strictEqual } from 'node:assert/strict';
import type { HartOptions } from '../../simulator/core';
import { Random } from '../support/random';
import { requireTool } from '../support/tools';
import { BareMachine, RAM_BASE } from './bare-machine';
import { firstDifference } from './compare-logs';
import { assembleImage, gnuProgramTools } from './gnu-program';
import { RandomHypervisorProgram } from './random-hypervisor-program';

function outputOf(image: Uint8Array, options: Partial<HartOptions>, translation: boolean): string {
  const machine = new BareMachine(1 << 26, 1, translation, options);
  machine.core.ram.write(RAM_BASE, image);
  machine.runToEnd(20_000_000);
  return machine.output;
}

/** What programs that fence as they have to cannot tell. */
const invisible: Readonly<Record<string, Partial<HartOptions>>> = {
  'a small TLB': { tlbEntries: 8 },
  'a large TLB': { tlbEntries: 4096 },
  'eager fences': { fencesForgetAll: true },
};

describe('two-stage programs', () => {
  for (const tool of gnuProgramTools) requireTool(tool);
  const { seed } = Random.fromEnvironment();

  it(`are the same with any TLB, interpreted and translated (SEED=${seed})`, () => {
    const image = assembleImage(new RandomHypervisorProgram(new Random(seed), 40, 40).source());
    const plain = outputOf(image, {}, true);
    strictEqual(firstDifference(outputOf(image, {}, false), plain), '', 'interpreted');
    for (const [what, options] of Object.entries(invisible)) {
      strictEqual(firstDifference(outputOf(image, options, true), plain), '', what);
    }
  }).timeout(60000);
});
