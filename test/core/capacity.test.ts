import { deepStrictEqual, strictEqual } from 'node:assert/strict';
import { RunExit } from '../../simulator/core';
import type { SavedComponent } from '../../simulator/schema/state/component';
import { Random } from '../support/random';
import { requireTool } from '../support/tools';
import { BareMachine, RAM_BASE } from './bare-machine';
import { assembleImage, gnuProgramTools } from './gnu-program';

const RAM_SIZE = 1 << 25;
const TLB_ENTRIES = 256;
const ROOT = 0x81000000;
const [A0, A1] = [10, 11] as const;
const MCAUSE = 0x342;
const SUPERVISOR_ECALL = 9n;

/** A machine in S-mode with Sv39 over pages of 4 KiB: the first 4 MiB of RAM, at 0x80000000 and at 0. */
function pagedMachine(source: string): BareMachine {
  const machine = new BareMachine(RAM_SIZE, 1, true, { tlbEntries: TLB_ENTRIES });
  const { core, hart } = machine;
  core.ram.write(RAM_BASE, assembleImage(source));
  hart.setCsr(0x3b0, (1n << 54n) - 1n);
  hart.setCsr(0x3a0, 0x1fn);
  const pointer = (address: number): bigint => (BigInt(address) >> 2n) | 1n;
  for (const slot of [0, 2]) core.ram.write64(ROOT + slot * 8, pointer(ROOT + 0x1000));
  for (let large = 0; large < 2; large++) {
    const table = ROOT + 0x2000 + large * 0x1000;
    core.ram.write64(ROOT + 0x1000 + large * 8, pointer(table));
    for (let page = 0; page < 512; page++) {
      const physical = RAM_BASE + (large * 512 + page) * 4096;
      core.ram.write64(table + page * 8, (BigInt(physical) >> 2n) | 0xcfn);
    }
  }
  hart.setCsr(0x180, (8n << 60n) | BigInt(ROOT / 4096));
  hart.hosted.m = true;
  hart.privilege = 1;
  return machine;
}

function runToTrap(machine: BareMachine, budget: () => number): void {
  for (;;) {
    const exit = machine.run(budget());
    if (exit === RunExit.HostedTrap) return;
    strictEqual(exit, RunExit.Budget);
  }
}

function stateOf({ hart }: BareMachine): { saved: SavedComponent; retired: number } {
  return { saved: hart.component.save(), retired: hart.retired };
}

/** Loads from 400 pages twice over, with a step of a page and a bit. */
const MANY_DATA_PAGES = `
    li a2, 2
  1: li a3, 400
    li a4, 0x100000
  2: ld a5, 0(a4)
    sd a5, 8(a4)
    addi a0, a0, 1
    li a6, 4096
    add a4, a4, a6
    addi a3, a3, -1
    bnez a3, 2b
    addi a2, a2, -1
    bnez a2, 1b
    ecall`;

/** Calls a function in each of 400 pages twice over. */
const MANY_CODE_PAGES = `
    .option norvc
    li a2, 2
  1: li a3, 400
    li a4, 0x80010000
  2: jalr a4
    li a6, 4096
    add a4, a4, a6
    addi a3, a3, -1
    bnez a3, 2b
    addi a2, a2, -1
    bnez a2, 1b
    ecall
    .org 0x10000
    .rept 400
    addi a0, a0, 1
    ret
    .balign 4096
    .endr`;

describe('capacity', () => {
  for (const tool of gnuProgramTools) requireTool(tool);
  const random = Random.fromEnvironment();

  for (const [title, source] of [
    ['data', MANY_DATA_PAGES],
    ['code', MANY_CODE_PAGES],
  ] as const) {
    it(`has the same TLB after more ${title} pages than it holds, however the run is cut`, () => {
      const atOnce = pagedMachine(source);
      runToTrap(atOnce, () => 1_000_000);
      strictEqual(atOnce.hart.csr(MCAUSE), SUPERVISOR_ECALL);
      strictEqual(atOnce.hart.x(A0), 800n);
      strictEqual(atOnce.hart.tlb.entries.length, TLB_ENTRIES);
      for (const budget of [() => 1, () => 1 + random.below(7), () => 1 + random.below(3000)]) {
        const cut = pagedMachine(source);
        runToTrap(cut, () => {
          if (random.below(3) === 0) cut.core.dropFastPath();
          return budget();
        });
        deepStrictEqual(stateOf(cut), stateOf(atOnce), `seed ${random.seed}`);
      }
    }).timeout(30000);
  }

  it('goes on when code has been executed in more pages than are kept decoded', () => {
    const machine = new BareMachine(RAM_SIZE);
    const { core, hart } = machine;
    core.ram.write(
      RAM_BASE,
      assembleImage(`
    .option norvc
      li a2, 2
    1: li a3, 3000
      li a4, 0x80010000
    2: jalr a4
      li a6, 4096
      add a4, a4, a6
      addi a3, a3, -1
      bnez a3, 2b
      addi a2, a2, -1
      bnez a2, 1b
      ebreak`),
    );
    // addi a0, a0, 1; ret
    for (let page = 0; page < 3000; page++) core.ram.write64(0x80010000 + page * 4096, 0x0000806700150513n);
    hart.hosted.m = true;
    runToTrap(machine, () => 1_000_000);
    strictEqual(hart.x(A0), 6000n);
  });

  it('goes on when there are more combinations of modes than context numbers', () => {
    const machine = pagedMachine(`
      csrr a2, satp
      li a3, 1500
      li a4, 0x100000
    1: ld a5, 0(a4)
      addi a5, a5, 1
      sd a5, 0(a4)
      li a6, 1 << 44
      add a2, a2, a6
      csrw satp, a2
      addi a3, a3, -1
      bnez a3, 1b
      ld a1, 0(a4)
      ecall`);
    runToTrap(machine, () => 1_000_000);
    strictEqual(machine.hart.x(A1), 1500n);
  });

  it('drops what one hart has decoded when another writes there', () => {
    const machine = new BareMachine(1 << 20, 2);
    const [first, second] = machine.core.harts;
    if (!first || !second) throw new Error('two harts');
    machine.core.ram.write(
      RAM_BASE,
      assembleImage('.option norvc\n addi a0, a0, 1\n j .-4\n .org 64\n sw a1, 0(a2)\n ebreak\n'),
    );
    first.run(11);
    strictEqual(first.x(A0), 6n);
    second.pc = BigInt(RAM_BASE + 64);
    second.setX(A1, 0x00a50513n);
    second.setX(12, BigInt(RAM_BASE));
    second.run(1);
    first.run(2);
    strictEqual(first.x(A0), 16n);
  });
});
