import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { RunExit } from '../../simulator/core';
import { Access, Privilege, virtualPage } from '../../simulator/mmu';
import { requireTool } from '../support/tools';
import { BareMachine, RAM_BASE } from './bare-machine';
import { assembleImage, gnuProgramTools } from './gnu-program';

const MSTATUS = 0x300;
const MEPC = 0x341;
const MCAUSE = 0x342;
const MTVAL = 0x343;
const MIE = 0x304;
const MTVEC = 0x305;
const SATP = 0x180;
const [A0, A1, A2, A3] = [10, 11, 12, 13] as const;
const HANDLER = 0x80000800n;

/** A machine with a program at 0x80000000; traps in M-mode go to 0x80000800, which the machine answers by stopping. */
function machineWith(source: string, harts = 1): BareMachine {
  const machine = new BareMachine(1 << 22, harts);
  machine.core.ram.write(RAM_BASE, assembleImage(source));
  machine.hart.setCsr(MTVEC, HANDLER);
  machine.hart.hosted.m = true;
  return machine;
}

/** Opens all memory to S- and U-mode. */
function openMemory(machine: BareMachine): void {
  machine.hart.setCsr(0x3b0, (1n << 54n) - 1n);
  machine.hart.setCsr(0x3a0, 0x1fn);
}

function trapOf(machine: BareMachine): { cause: bigint; pc: bigint; value: bigint } {
  const { hart } = machine;
  return { cause: hart.csr(MCAUSE), pc: hart.csr(MEPC), value: hart.csr(MTVAL) };
}

const PTE = { V: 1n, R: 2n, W: 4n, X: 8n, U: 16n, G: 32n, A: 64n, D: 128n };
const ROOT = 0x80100000;

/** Sv39 tables: three levels for the low 2 MiB of virtual addresses, by page. */
function mapPages(machine: BareMachine, pages: ReadonlyMap<number, bigint>): void {
  const { ram } = machine.core;
  ram.write64(ROOT, (BigInt(ROOT + 0x1000) >> 2n) | PTE.V);
  ram.write64(ROOT + 0x1000, (BigInt(ROOT + 0x2000) >> 2n) | PTE.V);
  for (const [page, entry] of pages) ram.write64(ROOT + 0x2000 + page * 8, entry);
  // Code by identity, in one large page.
  ram.write64(ROOT + 16, (BigInt(RAM_BASE) >> 2n) | 0xcfn);
}

const leaf = (physical: number, flags: bigint): bigint => (BigInt(physical) >> 2n) | flags;
const sv39 = (asid = 0n): bigint => (8n << 60n) | (asid << 44n) | BigInt(ROOT / 4096);

describe('hart', () => {
  for (const tool of gnuProgramTools) requireTool(tool);

  it('stops before a physical breakpoint, and passes it when told to', () => {
    const machine = machineWith('1: addi a0, a0, 1\n addi a1, a1, 1\n j 1b\n');
    machine.core.setBreakpoints(new Set([RAM_BASE + 2]), new Set());
    strictEqual(machine.hart.run(100), RunExit.Breakpoint);
    strictEqual(machine.hart.executedThisRun, 1);
    strictEqual(machine.hart.pc, BigInt(RAM_BASE + 2));
    strictEqual(machine.hart.run(100), RunExit.Breakpoint);
    strictEqual(machine.hart.executedThisRun, 0);
    strictEqual(machine.hart.run(100, { ignoreBreakpointHere: true }), RunExit.Breakpoint);
    strictEqual(machine.hart.executedThisRun, 3);
    strictEqual(machine.hart.x(A1), 1n);
    machine.core.setBreakpoints(new Set(), new Set());
    strictEqual(machine.hart.run(100), RunExit.Budget);
  });

  it('stops at a virtual breakpoint wherever the page is, and only there', () => {
    const machine = machineWith('nop\n .org 0x3000\n 1: addi a0, a0, 1\n addi a0, a0, 1\n ebreak\n');
    openMemory(machine);
    const code = leaf(0x80003000, PTE.V | PTE.R | PTE.X | PTE.A);
    mapPages(
      machine,
      new Map([
        [4, code],
        [5, code],
      ]),
    );
    const { hart } = machine;
    hart.setCsr(SATP, sv39());
    hart.privilege = Privilege.supervisor;
    machine.core.setBreakpoints(new Set(), new Set([0x4002n]));
    hart.pc = 0x5000n;
    strictEqual(hart.run(100), RunExit.HostedTrap);
    strictEqual(hart.csr(MCAUSE), 3n);
    hart.privilege = Privilege.supervisor;
    hart.pc = 0x4000n;
    strictEqual(hart.run(100), RunExit.Breakpoint);
    strictEqual(hart.pc, 0x4002n);
  });

  it('reports a watched access at the boundary after it', () => {
    const machine = machineWith(
      'lui a1, 0x80002\n slli a1, a1, 32\n srli a1, a1, 32\n sd a0, 0(a1)\n lw a2, 4(a1)\n nop\n j .\n',
    );
    machine.core.setWatchpoints([{ address: 0x80002006, length: 1, read: false, write: true }]);
    strictEqual(machine.hart.run(100), RunExit.Watchpoint);
    strictEqual(machine.hart.executedThisRun, 4);
    strictEqual(machine.hart.watchAddress, 0x80002000);
    strictEqual(machine.hart.watchWrite, true);
    machine.core.setWatchpoints([{ address: 0x80002006, length: 1, read: true, write: false }]);
    strictEqual(machine.hart.run(100), RunExit.Watchpoint);
    strictEqual(machine.hart.watchWrite, false);
    machine.core.setWatchpoints([]);
    strictEqual(machine.hart.run(10), RunExit.Budget);
  });

  it('executes an instruction across two pages that are not neighbours', () => {
    // At virtual 0x4ffe: the first half of `addi a0, a0, 7` in one frame, the second half in another.
    const machine = machineWith('ebreak\n');
    openMemory(machine);
    const { hart, core } = machine;
    const flags = PTE.V | PTE.R | PTE.X | PTE.A;
    mapPages(
      machine,
      new Map([
        [4, leaf(0x80010000, flags)],
        [5, leaf(0x80020000, flags)],
      ]),
    );
    const word = 0x00750513;
    core.ram.write16(0x80010ffe, word & 0xffff);
    core.ram.write16(0x80020000, word >>> 16);
    core.ram.write16(0x80020002, 0x9002);
    hart.setCsr(SATP, sv39());
    for (let round = 1; round <= 3; round++) {
      hart.privilege = Privilege.supervisor;
      hart.pc = 0x4ffen;
      strictEqual(hart.run(100), RunExit.HostedTrap);
      strictEqual(hart.x(A0), BigInt(7 * round));
      strictEqual(trapOf(machine).pc, 0x5002n);
    }
    // The second half changes, then its page goes.
    core.ram.write16(0x80020000, 0x0085);
    hart.privilege = Privilege.supervisor;
    hart.pc = 0x4ffen;
    hart.run(1);
    strictEqual(hart.x(A0), 29n);
    core.ram.write64(ROOT + 0x2000 + 5 * 8, 0n);
    hart.fence(undefined, undefined);
    hart.pc = 0x4ffen;
    strictEqual(hart.run(1), RunExit.HostedTrap);
    deepStrictEqual(trapOf(machine), { cause: 12n, pc: 0x4ffen, value: 0x5000n });
  });

  it('passes a breakpoint at an instruction that faults in its second half', () => {
    const machine = machineWith('ebreak\n');
    openMemory(machine);
    const { hart, core } = machine;
    mapPages(machine, new Map([[4, leaf(0x80010000, PTE.V | PTE.R | PTE.X | PTE.A)]]));
    core.ram.write16(0x80010ffe, 0x0513);
    core.setBreakpoints(new Set([0x80010ffe]), new Set());
    hart.setCsr(SATP, sv39());
    hart.privilege = Privilege.supervisor;
    hart.pc = 0x4ffen;
    strictEqual(hart.run(5), RunExit.Breakpoint);
    strictEqual(hart.run(5, { ignoreBreakpointHere: true }), RunExit.HostedTrap);
    strictEqual(hart.executedThisRun, 0);
    strictEqual(hart.pc, HANDLER);
    deepStrictEqual(trapOf(machine), { cause: 12n, pc: 0x4ffen, value: 0x5000n });
  });

  it('does an atomic in a page of code, and sees what it wrote there', () => {
    const machine = machineWith(`
      .option norvc
      la a1, 1f
      li a2, 0x00100013 ^ 0x00150513
      amoxor.w a3, a2, (a1)
      .balign 4
    1: li zero, 1
      ebreak`);
    machine.core.setWatchpoints([{ address: RAM_BASE, length: 0x1000, read: false, write: true }]);
    strictEqual(machine.hart.run(100), RunExit.Watchpoint);
    strictEqual(machine.hart.x(A3), 0x00100013n, 'the access is done');
    strictEqual(machine.hart.run(100), RunExit.HostedTrap);
    strictEqual(machine.hart.x(A0), 1n);
  });

  it('sees stores to code at once', () => {
    const machine = machineWith(`
      la a1, 1f
      li a2, 0x00150513   # addi a0, a0, 1
      li a3, 3
    2: sw a2, 0(a1)
      .option norvc
    1: nop
      addi a3, a3, -1
      bnez a3, 2b
      ebreak`);
    machine.hart.run(100);
    strictEqual(machine.hart.x(A0), 3n);
  });

  it('does misaligned accesses in RAM, across pages too, and reports the page that is not there', () => {
    const machine = machineWith('sd a0, 0(a1)\n ld a2, 0(a1)\n lw a3, 2(a1)\n ebreak\n');
    openMemory(machine);
    const { hart } = machine;
    hart.setX(A0, 0x1122334455667788n);
    hart.setX(A1, 0x80004ffdn);
    hart.run(100);
    strictEqual(hart.x(A2), 0x1122334455667788n);
    strictEqual(hart.x(A3), 0x33445566n);
    mapPages(machine, new Map([[4, leaf(0x80010000, 0xc7n)]]));
    hart.setCsr(SATP, sv39());
    hart.privilege = Privilege.supervisor;
    hart.pc = BigInt(RAM_BASE);
    hart.setX(A1, 0x4ffdn);
    strictEqual(hart.run(100), RunExit.HostedTrap);
    deepStrictEqual(trapOf(machine), { cause: 15n, pc: BigInt(RAM_BASE), value: 0x5000n });
    strictEqual(machine.core.ram.read8(0x80010ffd), 0, 'nothing was stored');
  });

  it('checks that an atomic may write before it reads', () => {
    const machine = machineWith('amoadd.d a2, a0, (a1)\n amoadd.w a2, a0, (a3)\n sc.d a2, a0, (a3)\n lr.d a2, (a3)\n');
    openMemory(machine);
    const { hart } = machine;
    mapPages(machine, new Map([[4, leaf(0x80010000, PTE.V | PTE.R | PTE.A)]]));
    hart.setCsr(SATP, sv39());
    hart.setX(A1, 0x4000n);
    hart.setX(A3, 0x4002n);
    const causes: bigint[] = [];
    for (let at = 0; at < 16; at += 4) {
      hart.privilege = Privilege.supervisor;
      hart.pc = BigInt(RAM_BASE + at);
      strictEqual(hart.run(1), RunExit.HostedTrap);
      causes.push(hart.csr(MCAUSE));
    }
    deepStrictEqual(causes, [15n, 6n, 6n, 4n]);
  });

  it('pairs lr and sc', () => {
    const machine = machineWith(
      'lr.d a2, (a1)\n sc.d a3, a0, (a1)\n sc.d a2, a0, (a1)\n lr.w a0, (a1)\n sc.w a0, a0, (a1)\n',
    );
    const { hart } = machine;
    hart.setX(A0, 77n);
    hart.setX(A1, 0x80001000n);
    hart.run(3);
    strictEqual(hart.x(A3), 0n);
    strictEqual(hart.x(A2), 1n);
    strictEqual(machine.core.ram.read64(0x80001000), 77n);
    hart.run(1);
    hart.clearReservation();
    hart.run(1);
    strictEqual(hart.x(A0), 1n);
  });

  it('checks what sc may write whether or not it has a reservation', () => {
    const machine = machineWith('.option norvc\n lr.w a0, (a2)\n sc.w a3, a0, (a1)\n');
    openMemory(machine);
    mapPages(
      machine,
      new Map([
        [1, leaf(RAM_BASE + 0x2000, PTE.V | PTE.R | PTE.A | PTE.D)],
        [2, leaf(0x1000, 0xcfn)],
      ]),
    );
    const { hart } = machine;
    const failing = (address: bigint, begin: number): unknown => {
      hart.setX(A1, address);
      hart.setX(A2, BigInt(RAM_BASE + 0x3000));
      hart.pc = BigInt(RAM_BASE + begin);
      return hart.run(begin === 0 ? 2 : 1) === RunExit.HostedTrap ? trapOf(machine).cause : hart.x(A3);
    };
    for (const begin of [0, 4]) {
      hart.privilege = Privilege.machine;
      hart.clearReservation();
      hart.setCsr(SATP, 0n);
      deepStrictEqual([failing(0n, begin), failing(BigInt(RAM_BASE + 0x3008), begin)], [7n, 1n]);
      hart.setCsr(SATP, sv39());
      const causes = [0x1000n, 0x2000n, 0x3000n].map((address) => {
        hart.privilege = Privilege.supervisor;
        return failing(address, begin);
      });
      deepStrictEqual(causes, [15n, 7n, 15n]);
      hart.privilege = Privilege.machine;
    }
  });

  it('tells which part of a misaligned access lies where nothing is', () => {
    const end = RAM_BASE + (1 << 22);
    const machine = machineWith('.option norvc\n ld a2, (a1)\n sd a2, (a1)\n');
    const { hart } = machine;
    for (const [begin, cause] of [
      [0, 5n],
      [4, 7n],
    ] as const) {
      const valueAt = (address: number): unknown => {
        hart.pc = BigInt(RAM_BASE + begin);
        hart.setX(A1, BigInt(address));
        strictEqual(hart.run(1), RunExit.HostedTrap);
        strictEqual(trapOf(machine).cause, cause);
        return trapOf(machine).value;
      };
      // The second part, the first part, and both.
      const [after, before, outside] = [end - 3, RAM_BASE - 3, end + 0xffd];
      deepStrictEqual([after, before, outside].map(valueAt), [BigInt(end), BigInt(before), BigInt(outside)]);
    }
  });

  it('keeps S-mode out of what PMP denies, to the byte', () => {
    const machine = machineWith('.option norvc\n lw a2, 0(a1)\n lw a2, 8(a1)\n sw a2, 0(a1)\n ld a2, 4(a1)\n');
    const { hart } = machine;
    // 0x80001000..7 read only; the rest of memory open.
    hart.setCsr(0x3b0, 0x80001000n >> 2n);
    hart.setCsr(0x3b1, (1n << 54n) - 1n);
    hart.setCsr(0x3a0, 0x1f19n);
    hart.setX(A1, 0x80001000n);
    const step = (at: number): RunExit => {
      hart.privilege = Privilege.supervisor;
      hart.pc = BigInt(RAM_BASE + at);
      return hart.run(1);
    };
    strictEqual(step(0), RunExit.Budget);
    strictEqual(step(4), RunExit.Budget);
    strictEqual(step(8), RunExit.HostedTrap);
    strictEqual(hart.csr(MCAUSE), 7n);
    strictEqual(step(12), RunExit.HostedTrap, 'partly in one region, partly in another');
    strictEqual(hart.csr(MCAUSE), 5n);
    // Without any entry nothing is allowed below M-mode.
    hart.setCsr(0x3a0, 0n);
    strictEqual(step(0), RunExit.HostedTrap);
    deepStrictEqual(trapOf(machine), { cause: 1n, pc: BigInt(RAM_BASE), value: BigInt(RAM_BASE) });
  });

  it('executes code in a page of which PMP allows a part', () => {
    const machine = machineWith('addi a0, a0, 1\n addi a0, a0, 1\n addi a0, a0, 1\n .org 64\n addi a0, a0, 1\n');
    const { hart } = machine;
    hart.setCsr(0x3b0, (0x80000000n >> 2n) | 7n);
    hart.setCsr(0x3a0, 0x1dn);
    hart.privilege = Privilege.supervisor;
    strictEqual(hart.run(3), RunExit.Budget);
    strictEqual(hart.x(A0), 3n);
    hart.pc = BigInt(RAM_BASE + 64);
    strictEqual(hart.run(3), RunExit.HostedTrap);
    strictEqual(hart.csr(MCAUSE), 1n);
  });

  it('leaves with the reason of wfi and pause, which retire', () => {
    const machine = machineWith('wfi\n pause\n wfi\n');
    strictEqual(machine.hart.run(10), RunExit.Wfi);
    strictEqual(machine.hart.executedThisRun, 1);
    strictEqual(machine.hart.run(10), RunExit.Pause);
    machine.hart.setCsr(MIE, 1n << 7n);
    machine.hart.setInterruptPending(7, true);
    strictEqual(machine.hart.run(1), RunExit.Budget, 'an enabled interrupt awaits: wfi goes on');
  });

  it('takes interrupts by priority and delegation, vectored too', () => {
    const machine = machineWith('nop\n nop\n');
    const { hart } = machine;
    hart.hosted.m = false;
    hart.setCsr(MTVEC, HANDLER | 1n);
    hart.setCsr(MIE, 0xaaan);
    hart.setInterruptPending(7, true);
    hart.setInterruptPending(11, true);
    strictEqual(hart.interruptPending(), undefined, 'MIE is 0 in M-mode');
    hart.setCsr(MSTATUS, 8n);
    strictEqual(hart.interruptPending()?.id, 'machine-external');
    strictEqual(hart.run(0), RunExit.Budget);
    strictEqual(hart.pc, HANDLER + 4n * 11n);
    strictEqual(hart.csr(MCAUSE), (1n << 63n) | 11n);
    strictEqual(hart.csr(MSTATUS) & 0x1888n, 0x1880n);
    hart.returnFromTrap('mret');
    strictEqual(hart.pc, BigInt(RAM_BASE));
    // Delegated, in S-mode, to stvec.
    hart.setInterruptPending(11, false);
    hart.setInterruptPending(7, false);
    hart.setCsr(0x303, 0x222n);
    hart.setCsr(0x105, 0x80000400n);
    hart.setCsr(0x344, 0x22n);
    hart.privilege = Privilege.supervisor;
    strictEqual(hart.interruptPending(), undefined, 'SIE is 0 in S-mode');
    hart.setCsr(0x100, 2n);
    strictEqual(hart.interruptPending()?.id, 'supervisor-software', 'software before timer');
    hart.run(0);
    strictEqual(hart.pc, 0x80000400n);
    strictEqual(hart.privilege, Privilege.supervisor);
  });

  it('leaves a hosted trap after the architectural entry, without counting the instruction', () => {
    const machine = machineWith('nop\n ecall\n');
    strictEqual(machine.hart.run(10), RunExit.HostedTrap);
    strictEqual(machine.hart.executedThisRun, 1);
    strictEqual(machine.hart.trapMode, 'm');
    strictEqual(machine.hart.pc, HANDLER);
    strictEqual(trapOf(machine).cause, 11n);
  });

  it('leaves a loop of traps', () => {
    const machine = machineWith('ebreak\n');
    machine.hart.hosted.m = false;
    machine.hart.setCsr(MTVEC, 0x1000n);
    strictEqual(machine.hart.run(1000), RunExit.TrapLoop);
    strictEqual(machine.hart.executedThisRun, 0);
  });

  it('keeps a TLB that only fences and capacity change, and peeks without effect', () => {
    const machine = machineWith('ld a2, 0(a1)\n');
    openMemory(machine);
    const { hart, core } = machine;
    const flags = PTE.V | PTE.R | PTE.W;
    mapPages(
      machine,
      new Map([
        [4, leaf(0x80010000, flags)],
        [6, leaf(0x80011000, flags | PTE.G)],
      ]),
    );
    hart.setCsr(SATP, sv39(5n));
    const load = (address: bigint): RunExit => {
      hart.privilege = Privilege.supervisor;
      hart.pc = BigInt(RAM_BASE);
      hart.setX(A1, address);
      return hart.run(1);
    };
    const before = hart.component.save();
    const peeked = hart.peekTranslation(0x4000, 0, Access.read, { privilege: Privilege.supervisor, virtual: false });
    ok(!('fault' in peeked));
    deepStrictEqual([peeked.physical, peeked.source, peeked.steps.length], [0x80010000, 'walk', 3]);
    deepStrictEqual(hart.component.save(), before);
    strictEqual(core.ram.read64(ROOT + 0x2000 + 32) & PTE.A, 0n);

    strictEqual(load(0x4000n), RunExit.Budget);
    strictEqual(load(0x6000n), RunExit.Budget);
    strictEqual(core.ram.read64(ROOT + 0x2000 + 32) & (PTE.A | PTE.D), PTE.A);
    deepStrictEqual(
      hart.tlb.entries.map(({ page, asid, global, level }) => ({ page, asid, global, level })),
      [
        { page: 0x80000, asid: 5, global: false, level: 2 },
        { page: 4, asid: 5, global: false, level: 0 },
        { page: 6, asid: 5, global: true, level: 0 },
      ],
    );
    // The table changes; the TLB does not, until a fence.
    core.ram.write64(ROOT + 0x2000 + 32, 0n);
    strictEqual(load(0x4000n), RunExit.Budget);
    hart.setCsr(SATP, sv39(6n));
    strictEqual(load(0x4000n), RunExit.HostedTrap, 'another address space');
    strictEqual(load(0x6000n), RunExit.Budget, 'global');
    hart.setCsr(SATP, sv39(5n));
    hart.fence(virtualPage(0x6000, 0), undefined);
    const hasGlobal = (): boolean => hart.tlb.entries.some(({ page }) => page === 6);
    strictEqual(hasGlobal(), false);
    strictEqual(load(0x4000n), RunExit.Budget);
    strictEqual(load(0x6000n), RunExit.Budget);
    hart.fence(undefined, 5);
    strictEqual(load(0x4000n), RunExit.HostedTrap);
    strictEqual(hasGlobal(), true);
  });

  it('obeys SUM, MXR and MPRV', () => {
    const machine = machineWith('lb a2, 0(a1)\n');
    openMemory(machine);
    const { hart } = machine;
    mapPages(
      machine,
      new Map([
        [4, leaf(0x80010000, PTE.V | PTE.R | PTE.U | PTE.A)],
        [5, leaf(0x80010000, PTE.V | PTE.X | PTE.A)],
      ]),
    );
    hart.setCsr(SATP, sv39());
    const load = (address: bigint, status: bigint, privilege: Privilege): bigint => {
      hart.setCsr(MSTATUS, status);
      hart.privilege = privilege;
      hart.pc = BigInt(RAM_BASE);
      hart.setX(A1, address);
      return hart.run(1) === RunExit.Budget ? -1n : hart.csr(MCAUSE);
    };
    const { supervisor, machine: m } = Privilege;
    const [SUM, MXR, MPRV, MPP_S] = [1n << 18n, 1n << 19n, 1n << 17n, 1n << 11n];
    strictEqual(load(0x4000n, 0n, supervisor), 13n);
    strictEqual(load(0x4000n, SUM, supervisor), -1n);
    strictEqual(load(0x4000n, 0n, supervisor), 13n, 'SUM acts at once, both ways');
    strictEqual(load(0x5000n, 0n, supervisor), 13n);
    strictEqual(load(0x5000n, MXR, supervisor), -1n);
    strictEqual(load(0x4000n, 0n, m), 5n, 'no translation in M-mode: there is nothing at 0x4000');
    strictEqual(load(0x4000n, MPRV, m), -1n, 'as U-mode');
    strictEqual(load(0x4000n, MPRV | MPP_S, m), 13n, 'as S-mode');
  });

  it('has several harts on one memory', () => {
    const machine = machineWith('csrr a0, mhartid\n addi a1, a0, 1\n ebreak\n', 3);
    for (const hart of machine.core.harts) {
      hart.hosted.m = true;
      strictEqual(hart.run(10), RunExit.HostedTrap);
      strictEqual(hart.x(A1), BigInt(hart.id + 1));
    }
  });
});
