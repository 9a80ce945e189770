import { strictEqual } from 'node:assert/strict';
import { Random } from '../support/random';
import { requireTool } from '../support/tools';
import { BareMachine, RAM_BASE } from './bare-machine';
import { firstDifference } from './compare-logs';
import { assembleImage, gnuProgramTools, runOnQemu } from './gnu-program';
import { RandomHypervisorProgram } from './random-hypervisor-program';
import { RandomProgram } from './random-program';

/** More for a long run: PROGRAMS=200. */
const PROGRAMS = Number(process.env['PROGRAMS'] ?? 6);

describe('random programs, the core against QEMU', () => {
  for (const tool of [...gnuProgramTools, 'qemu-system-riscv64']) requireTool(tool);
  const first = Random.fromEnvironment().seed;

  for (let seed = first; seed < first + PROGRAMS; seed++) {
    it(`agree on registers, memory, page tables, CSRs and every trap (SEED=${seed})`, () => {
      const image = assembleImage(new RandomProgram(new Random(seed), 40, 40).source());
      const machine = new BareMachine(1 << 26);
      machine.core.ram.write(RAM_BASE, image);
      machine.runToEnd(20_000_000);
      strictEqual(firstDifference(machine.output, runOnQemu(image)), '');
    }).timeout(60000);

    // See `qemu-differences.md` for what is left out.
    it(`agree on two-stage translation, delegation and traps of guests (SEED=${seed})`, () => {
      const image = assembleImage(new RandomHypervisorProgram(new Random(seed), 40, 40).source());
      const machine = new BareMachine(1 << 26);
      machine.core.ram.write(RAM_BASE, image);
      machine.runToEnd(20_000_000);
      strictEqual(firstDifference(machine.output, runOnQemu(image)), '');
    }).timeout(60000);
  }
});
