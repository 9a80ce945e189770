import { deepStrictEqual, notStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { RunExit, type TranslationMode } from '../../simulator/core';
import { PlainWriter } from '../../simulator/machine/state/plain-codec';
import { Random } from '../support/random';
import { requireTool } from '../support/tools';
import { BareMachine, RAM_BASE } from './bare-machine';
import { assembleImage, gnuProgramTools } from './gnu-program';
import { type FlowShape, RandomFlow } from './random-flow';
import { RandomProgram } from './random-program';

const RAM_SIZE = 1 << 21;
const LIMIT = 50_000_000;

function machineWith(image: Uint8Array, translation: TranslationMode): BareMachine {
  const machine = new BareMachine(RAM_SIZE, 1, translation);
  machine.core.ram.write(RAM_BASE, image);
  return machine;
}

function hartState(machine: BareMachine): Buffer {
  const writer = new PlainWriter();
  writer.plain(machine.hart.component.save());
  return Buffer.from(writer.bytes);
}

/** All state that a guest can see. */
function stateOf(machine: BareMachine): object {
  const memory = createHash('sha256').update(machine.core.ram.peek(RAM_BASE, RAM_SIZE)).digest('hex');
  return { hart: hartState(machine).toString('base64'), memory, output: machine.output, finished: machine.finished };
}

const goesOn = (exit: RunExit): boolean =>
  exit === RunExit.Budget || exit === RunExit.Requested || exit === RunExit.Pause || exit === RunExit.Wfi;

describe('translator', () => {
  for (const tool of gnuProgramTools) requireTool(tool);
  const random = Random.fromEnvironment();
  const shape: FlowShape = { blocks: 40, steps: 2000, modifiesCode: false, pages: 1 };
  const flows: readonly FlowShape[] = [
    shape,
    shape,
    { ...shape, pages: 5 },
    { ...shape, blocks: 300, pages: 9 },
    { ...shape, modifiesCode: true },
    { ...shape, modifiesCode: true, pages: 4, blocks: 80 },
  ];
  const images: Uint8Array[] = [];
  const message = `seed ${random.seed}`;

  before(() => {
    for (const flow of flows) images.push(assembleImage(new RandomFlow(random, flow).source()));
    for (let i = 0; i < 2; i++) images.push(assembleImage(new RandomProgram(random, 20, 40).source()));
  });

  /** Runs each program in both ways with the same budgets; they are in the same state after each run. */
  function compare(
    translation: TranslationMode,
    budget: () => number,
    between: (translated: BareMachine) => void = () => undefined,
  ): void {
    for (const [index, image] of images.entries()) {
      const interpreted = machineWith(image, false);
      const translated = machineWith(image, translation);
      while (!interpreted.finished) {
        ok(interpreted.hart.retired < LIMIT, message);
        const instructions = budget();
        const where = `${message}, program ${index}, after ${interpreted.hart.retired} and ${instructions}`;
        const exit = interpreted.run(instructions);
        between(translated);
        strictEqual(translated.run(instructions), exit, where);
        ok(hartState(translated).equals(hartState(interpreted)), where);
        ok(goesOn(exit), where);
      }
      deepStrictEqual(stateOf(translated), stateOf(interpreted), message);
      if (index < flows.length && translation === 'eager')
        notStrictEqual(translated.core.translator.statistics.made, 0, message);
    }
  }

  it('does what the interpreter does, in long runs', () => {
    compare('eager', () => 100_000);
  }).timeout(120_000);

  it('does what the interpreter does, however runs are cut', () => {
    compare('eager', () => 1 + random.below(random.below(4) ? 60 : 3000));
  }).timeout(120_000);

  it('does what the interpreter does, when only what is hot is translated', () => {
    compare(true, () => 1 + random.below(20_000));
  }).timeout(120_000);

  it('does not show when the fast path is dropped', () => {
    compare(
      'eager',
      () => 1 + random.below(1500),
      (translated) => translated.core.dropFastPath(),
    );
  }).timeout(120_000);

  it('can be turned on and off', () => {
    compare(
      'eager',
      () => 1 + random.below(1000),
      (translated) => {
        translated.core.translation = random.pick<TranslationMode>([true, false, 'eager']);
      },
    );
  }).timeout(120_000);

  it('stops at breakpoints and watchpoints where the interpreter does', () => {
    for (const image of images) {
      const stops = [false, 'eager' as const].map((translation) => {
        const machine = machineWith(image, translation);
        const own = new Random(random.seed + 1);
        const seen: string[] = [];
        while (!machine.finished && seen.length < 400) {
          const exit = machine.hart.run(5000, { ignoreBreakpointHere: true });
          seen.push(`${exit} ${machine.hart.retired} ${hartState(machine).toString('base64')}`);
          if (own.below(8) > 0) continue;
          const addresses = Array.from({ length: own.below(6) }, () => RAM_BASE + own.below(image.length >> 2) * 4);
          machine.core.setBreakpoints(new Set(addresses), new Set());
          const watched = { address: RAM_BASE + image.length - 8192 + own.below(64) * 8, length: 8 };
          machine.core.setWatchpoints(own.below(2) ? [{ ...watched, read: true, write: true }] : []);
        }
        return seen;
      });
      deepStrictEqual(stops[1], stops[0], message);
    }
  }).timeout(120_000);
});

describe('translator, a loop', () => {
  for (const tool of gnuProgramTools) requireTool(tool);

  function translatedLoop(body: string): BareMachine {
    const image = assembleImage(`la s0, data\n la s2, word\n 1: addi a0, a0, 1\n ${body}\n j 1b\n
      .balign 4096\n word: .dword 0\n .balign 4096\n data: .space 4096`);
    const machine = machineWith(image, true);
    machine.run(100_000);
    notStrictEqual(machine.core.translator.statistics.regions, 0);
    return machine;
  }

  it('retires exactly its budget', () => {
    const machine = translatedLoop('addi a1, a1, 1\n ld a2, 0(s0)');
    for (const budget of [1, 2, 3, 4, 5, 1000, 12345, 3_000_000]) {
      const before = machine.hart.retired;
      strictEqual(machine.hart.run(budget), RunExit.Budget);
      strictEqual(machine.hart.retired - before, budget);
    }
  });

  it('stops at a breakpoint that is set while it runs, each time round', () => {
    const machine = translatedLoop('addi a1, a1, 1');
    const address = RAM_BASE + 18;
    machine.core.setBreakpoints(new Set([address]), new Set());
    for (let round = 0; round < 300; round++) {
      strictEqual(machine.hart.run(1_000_000, { ignoreBreakpointHere: round > 0 }), RunExit.Breakpoint);
      strictEqual(machine.hart.pc, BigInt(address));
    }
    machine.core.setBreakpoints(new Set(), new Set());
    strictEqual(machine.hart.run(1_000_000), RunExit.Budget);
  });

  it('is translated again whenever breakpoints go, however often', () => {
    const machine = translatedLoop('addi a1, a1, 1');
    for (let round = 0; round < 30; round++) {
      machine.core.setBreakpoints(new Set([RAM_BASE + 18]), new Set());
      strictEqual(machine.hart.run(1_000_000), RunExit.Breakpoint);
      machine.core.setBreakpoints(new Set(), new Set());
      machine.hart.run(100_000);
      notStrictEqual(machine.core.translator.statistics.regions, 0);
    }
  });

  it('is left to the interpreter where it is written to again and again', () => {
    const machine = translatedLoop('addi a1, a1, 1');
    for (let round = 0; round < 1000; round++) {
      machine.core.ram.write16(RAM_BASE + 18, round % 2 ? 0x0589 : 0x0585);
      machine.hart.run(5000);
    }
    ok(machine.core.translator.statistics.made < 20);
  });

  it('leaves after a watched store', () => {
    const machine = translatedLoop('sd a0, 8(s0)');
    const address = Number(machine.hart.x(8)) + 8;
    machine.core.setWatchpoints([{ address, length: 8, read: false, write: true }]);
    for (let round = 0; round < 300; round++) {
      strictEqual(machine.hart.run(1_000_000), RunExit.Watchpoint);
      strictEqual(machine.core.ram.read64(address), machine.hart.x(10));
    }
  });

  it('reads the clock of each instruction', () => {
    const machine = translatedLoop('csrr a1, instret\n csrr a2, cycle');
    machine.run(12_345);
    strictEqual(machine.hart.x(12) - machine.hart.x(11), 1n);
    ok(machine.hart.x(11) > 100_000n);
  });

  it('sees what the host writes to its code', () => {
    const machine = translatedLoop('addi a1, a1, 1');
    const before = machine.hart.x(11);
    machine.core.ram.write16(RAM_BASE + 18, 0x0589); // c.addi a1, 2
    machine.hart.run(30_000);
    ok(machine.hart.x(11) - before > 19_000n);
  });

  it('lets an interrupt in at the boundary after the access that raised it', () => {
    const machine = translatedLoop('sd a0, 0(s2)');
    strictEqual(machine.hart.run(10), RunExit.Budget);
    const { hart } = machine;
    hart.setCsr(0x305, BigInt(RAM_BASE));
    hart.setCsr(0x304, 1n << 3n);
    hart.setCsr(0x300, 1n << 3n);
    hart.setInterruptPending(3, true);
    hart.run(0);
    strictEqual(hart.csr(0x342), (1n << 63n) | 3n);
  });
});
