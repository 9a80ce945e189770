import { deepStrictEqual, notStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { RunExit } from '../../simulator/core';
import { StateHash } from '../../simulator/machine/state/state-hash';
import { restore } from '../../simulator/schema/state/component';
import { Random } from '../support/random';
import { requireTool } from '../support/tools';
import { BareMachine, RAM_BASE } from './bare-machine';
import { assembleImage, gnuProgramTools } from './gnu-program';
import { RandomProgram } from './random-program';

const RAM_SIZE = 1 << 21;
const LIMIT = 20_000_000;

function machineWith(image: Uint8Array): BareMachine {
  const machine = new BareMachine(RAM_SIZE);
  machine.core.ram.write(RAM_BASE, image);
  return machine;
}

/** All state that a guest can see. */
function stateOf(machine: BareMachine): { hart: string; memory: string; output: string; retired: number } {
  const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
  const hash = new StateHash();
  hash.plain(machine.hart.component.save());
  return {
    hart: hash.digest(),
    memory: digest(machine.core.ram.peek(RAM_BASE, RAM_SIZE)),
    output: machine.output,
    retired: machine.hart.retired,
  };
}

describe('exactness of the core', () => {
  for (const tool of gnuProgramTools) requireTool(tool);
  const random = Random.fromEnvironment();
  const programs = 3;
  const images: Uint8Array[] = [];

  before(() => {
    for (let i = 0; i < programs; i++) images.push(assembleImage(new RandomProgram(random, 40, 40).source()));
  });

  function compare(run: (machine: BareMachine) => void): void {
    for (const image of images) {
      const atOnce = machineWith(image);
      atOnce.runToEnd(LIMIT);
      const other = machineWith(image);
      run(other);
      deepStrictEqual(stateOf(other), stateOf(atOnce), `seed ${random.seed}`);
    }
  }

  it('runs in slices to the same state as at once', () => {
    compare((machine) => machine.runToEnd(LIMIT, () => 1 + random.below(random.below(4) ? 40 : 4000)));
  }).timeout(60000);

  it('steps to the same state as it runs', () => {
    compare((machine) => machine.runToEnd(LIMIT, () => 1));
  }).timeout(60000);

  it('does not show when the fast path is dropped', () => {
    compare((machine) =>
      machine.runToEnd(LIMIT, () => {
        machine.core.dropFastPath();
        return 1 + random.below(200);
      }),
    );
  }).timeout(60000);

  it('does not show when state is saved, cleared and restored', () => {
    const cleared = new BareMachine(RAM_SIZE).hart.component.save();
    compare((machine) => {
      machine.runToEnd(LIMIT, () => {
        if (random.below(50) === 0) {
          const saved = machine.hart.component.save();
          restore(machine.hart.component, cleared, 'hart');
          restore(machine.hart.component, saved, 'hart');
          deepStrictEqual(machine.hart.component.save(), saved);
        }
        return 1 + random.below(500);
      });
    });
  }).timeout(60000);

  it('executes exactly its budget', () => {
    const machine = machineWith(images[0] ?? new Uint8Array());
    for (let i = 0; i < 2000 && !machine.finished; i++) {
      const budget = random.below(30);
      const before = machine.hart.retired;
      const exit = machine.run(budget);
      const { executedThisRun } = machine.hart;
      if (exit === RunExit.Budget) strictEqual(executedThisRun, budget);
      ok(executedThisRun <= budget);
      strictEqual(machine.hart.retired - before, executedThisRun);
    }
    notStrictEqual(machine.hart.retired, 0);
  });

  it('has breakpoints everywhere without effect on the state', () => {
    compare((machine) => {
      const addresses = Array.from({ length: 3000 }, (_, index) => RAM_BASE + 0x1000 + index * 4);
      machine.core.setBreakpoints(new Set(addresses.filter(() => random.below(3) === 0)), new Set());
      let stops = 0;
      while (!machine.finished) {
        const exit = machine.hart.run(100_000, { ignoreBreakpointHere: true });
        if (exit === RunExit.Breakpoint) stops += 1;
      }
      notStrictEqual(stops, 0);
    });
  }).timeout(60000);
});
