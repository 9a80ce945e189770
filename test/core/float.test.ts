import { strictEqual } from 'node:assert/strict';
import { Random } from '../support/random';
import { requireTool } from '../support/tools';
import { BareMachine, RAM_BASE } from './bare-machine';
import { firstDifference } from './compare-logs';
import { assembleImage, gnuProgramTools, runOnQemu } from './gnu-program';
import { RandomFloatProgram } from './random-float-program';

/** More for a long run: PROGRAMS=200, ROUNDS=10000. */
const PROGRAMS = Number(process.env['PROGRAMS'] ?? 4);
const ROUNDS = Number(process.env['ROUNDS'] ?? 20);

describe('random floating-point programs, the core against QEMU', () => {
  for (const tool of [...gnuProgramTools, 'qemu-system-riscv64']) requireTool(tool);
  const first = Random.fromEnvironment().seed;

  for (let seed = first; seed < first + PROGRAMS; seed++) {
    it(`agree on results, flags and traps (SEED=${seed})`, () => {
      const image = assembleImage(new RandomFloatProgram(new Random(seed), 40, 60, ROUNDS).source());
      const machine = new BareMachine(1 << 24);
      machine.core.ram.write(RAM_BASE, image);
      machine.runToEnd(1e9);
      strictEqual(firstDifference(machine.output, runOnQemu(image)), '');
    }).timeout(60000);
  }
});
