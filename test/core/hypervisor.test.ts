import { deepStrictEqual, strictEqual } from 'node:assert/strict';
import type { HartOptions } from '../../simulator/core';
import { Privilege } from '../../simulator/mmu';
import { RAM_BASE } from './bare-machine';
import {
  type CsrName,
  execute,
  get,
  instruction,
  type ModeName,
  machineOf,
  modes,
  readCsr,
  type Settings,
  set,
  TO_HS,
  writeCsr,
} from './hypervisor-harness';

const TVM = 1n << 20n;
const TW = 1n << 21n;
const TSR = 1n << 22n;
const [VTVM, VTW, VTSR] = [TVM, TW, TSR];
const HU = 1n << 9n;
const STCE = 1n << 63n;
const [ILLEGAL, VIRTUAL] = ['s 2', 's 22'];

/** instruction, mode, settings, what it does */
type Row = readonly [word: number, mode: ModeName, settings: Settings, outcome: string];

const fence = instruction('sfence.vma');
const sinval = instruction('sinval.vma');
const wfi = instruction('wfi');
const sret = instruction('sret');
const hlv = instruction('hlv.d', { rd: 10, rs1: 5 });
const vfence = instruction('hfence.vvma');
const gfence = instruction('hfence.gvma');
const order = instruction('sfence.w.inval');
const zero = instruction('cbo.zero', { rs1: 5 });
const clean = instruction('cbo.clean', { rs1: 5 });
const inval = instruction('cbo.inval', { rs1: 5 });

/** Manual, volume II, "Trap Cause Codes" of the hypervisor extension, and the sections of the single instructions. */
const rules: Readonly<Record<string, readonly Row[]>> = {
  'instructions of supervisors': [
    [fence, 's', {}, 'ok'],
    [fence, 's', { mstatus: TVM }, ILLEGAL],
    [fence, 'u', {}, ILLEGAL],
    [fence, 'vs', {}, 'ok'],
    [fence, 'vs', { mstatus: TVM }, 'ok'],
    [fence, 'vs', { hstatus: VTVM }, VIRTUAL],
    [fence, 'vu', {}, VIRTUAL],
    [sinval, 'vs', { hstatus: VTVM }, VIRTUAL],
    [sinval, 's', { mstatus: TVM }, ILLEGAL],
    [order, 's', { mstatus: TVM }, 'ok'],
    [order, 'vs', { hstatus: VTVM }, 'ok'],
    [order, 'u', {}, ILLEGAL],
    [order, 'vu', {}, VIRTUAL],
    [sret, 's', { mstatus: TSR }, ILLEGAL],
    [sret, 'vs', { mstatus: TSR }, 'ok'],
    [sret, 'vs', { hstatus: VTSR }, VIRTUAL],
    [sret, 'vu', {}, VIRTUAL],
    [sret, 'u', {}, ILLEGAL],
    [instruction('mret'), 'vs', {}, ILLEGAL],
    [wfi, 's', { mstatus: TW }, ILLEGAL],
    [wfi, 'vs', { mstatus: TW }, ILLEGAL],
    [wfi, 'vs', { hstatus: VTW }, VIRTUAL],
    [wfi, 'vs', { hstatus: VTW, mstatus: TW }, ILLEGAL],
    [wfi, 'vu', {}, VIRTUAL],
    [wfi, 'vu', { mstatus: TW }, ILLEGAL],
    [wfi, 'u', {}, ILLEGAL],
  ],
  'instructions of hypervisors': [
    [hlv, 'm', {}, 'ok'],
    [hlv, 's', {}, 'ok'],
    [hlv, 'u', {}, ILLEGAL],
    [hlv, 'u', { hstatus: HU }, 'ok'],
    [hlv, 'vs', {}, VIRTUAL],
    [hlv, 'vu', { hstatus: HU }, VIRTUAL],
    [vfence, 's', { mstatus: TVM }, 'ok'],
    [vfence, 'vs', {}, VIRTUAL],
    [vfence, 'u', {}, ILLEGAL],
    [gfence, 's', { mstatus: TVM }, ILLEGAL],
    [gfence, 'm', { mstatus: TVM }, 'ok'],
    [gfence, 'vu', {}, VIRTUAL],
  ],
  CSRs: [
    [readCsr('satp'), 's', { mstatus: TVM }, ILLEGAL],
    [readCsr('satp'), 'vs', { mstatus: TVM }, 'ok'],
    [readCsr('satp'), 'vs', { hstatus: VTVM }, VIRTUAL],
    [readCsr('vsatp'), 's', { mstatus: TVM }, 'ok'],
    [readCsr('hgatp'), 's', { mstatus: TVM }, ILLEGAL],
    [readCsr('hgatp'), 'vs', { mstatus: TVM }, VIRTUAL],
    [readCsr('vsstatus'), 'vs', {}, VIRTUAL],
    [readCsr('vsstatus'), 'u', {}, ILLEGAL],
    [readCsr('hstatus'), 'vu', {}, VIRTUAL],
    [readCsr('sstatus'), 'vu', {}, VIRTUAL],
    [readCsr('sstatus'), 'u', {}, ILLEGAL],
    [readCsr('mstatus'), 'vs', {}, ILLEGAL],
    [readCsr('mtval2'), 's', {}, ILLEGAL],
    // Not even HS-mode may write it.
    [writeCsr('hgeip'), 'vs', {}, ILLEGAL],
    [readCsr('hgeip'), 'vs', {}, VIRTUAL],
    [instruction('csrrs', { rd: 10, csr: 0x6ff, rs1: 0 }), 'vs', {}, ILLEGAL],
  ],
  counters: [
    [readCsr('cycle'), 's', {}, ILLEGAL],
    [readCsr('cycle'), 's', { mcounteren: 1n }, 'ok'],
    [readCsr('cycle'), 'u', { mcounteren: 1n }, ILLEGAL],
    [readCsr('cycle'), 'u', { mcounteren: 1n, scounteren: 1n }, 'ok'],
    [readCsr('cycle'), 'vs', {}, ILLEGAL],
    [readCsr('cycle'), 'vs', { hcounteren: 1n }, ILLEGAL],
    [readCsr('cycle'), 'vs', { mcounteren: 1n }, VIRTUAL],
    [readCsr('cycle'), 'vs', { mcounteren: 1n, hcounteren: 1n }, 'ok'],
    [readCsr('cycle'), 'vu', { mcounteren: 1n, hcounteren: 1n }, VIRTUAL],
    [readCsr('cycle'), 'vu', { mcounteren: 1n, hcounteren: 1n, scounteren: 1n }, 'ok'],
    [readCsr('hpmcounter3'), 'vs', { mcounteren: 8n }, VIRTUAL],
    [readCsr('stimecmp'), 's', { mcounteren: 2n }, ILLEGAL],
    [readCsr('stimecmp'), 's', { menvcfg: STCE }, ILLEGAL],
    [readCsr('stimecmp'), 's', { menvcfg: STCE, mcounteren: 2n }, 'ok'],
    [readCsr('stimecmp'), 'vs', { menvcfg: STCE, mcounteren: 2n, hcounteren: 2n }, VIRTUAL],
    [readCsr('stimecmp'), 'vs', { menvcfg: STCE, henvcfg: STCE, mcounteren: 2n }, VIRTUAL],
    [readCsr('stimecmp'), 'vs', { menvcfg: STCE, henvcfg: STCE, mcounteren: 2n, hcounteren: 2n }, 'ok'],
    [readCsr('stimecmp'), 'vs', {}, ILLEGAL],
    [readCsr('vstimecmp'), 'vs', { menvcfg: STCE, mcounteren: 2n }, VIRTUAL],
    [readCsr('vstimecmp'), 's', { menvcfg: STCE, mcounteren: 2n }, 'ok'],
  ],
  'cache blocks': [
    [zero, 'm', {}, 'ok'],
    [zero, 's', {}, ILLEGAL],
    [zero, 's', { menvcfg: 0x80n }, 'ok'],
    [zero, 'u', { menvcfg: 0x80n }, ILLEGAL],
    [zero, 'u', { menvcfg: 0x80n, senvcfg: 0x80n }, 'ok'],
    [zero, 'vs', { henvcfg: 0x80n }, ILLEGAL],
    [zero, 'vs', { menvcfg: 0x80n }, VIRTUAL],
    [zero, 'vu', { menvcfg: 0x80n, henvcfg: 0x80n }, VIRTUAL],
    [zero, 'vu', { menvcfg: 0x80n, henvcfg: 0x80n, senvcfg: 0x80n }, 'ok'],
    [clean, 's', { menvcfg: 0x40n }, 'ok'],
    [clean, 'vs', { menvcfg: 0x40n }, VIRTUAL],
    [inval, 's', { menvcfg: 0x10n }, 'ok'],
    [inval, 's', {}, ILLEGAL],
    [inval, 'vu', { menvcfg: 0x30n, henvcfg: 0x10n }, VIRTUAL],
  ],
};

describe('what modes may do', () => {
  for (const [what, rows] of Object.entries(rules)) {
    it(what, () => {
      const outcomes = rows.map(([word, mode, settings]) => {
        const machine = machineOf();
        set(machine, { medeleg: TO_HS, ...settings });
        machine.hart.setX(5, BigInt(RAM_BASE + 0x1000));
        return [word.toString(16), mode, settings, execute(machine, word, mode)];
      });
      deepStrictEqual(
        outcomes,
        rows.map(([word, ...rest]) => [word.toString(16), ...rest]),
      );
    });
  }

  it('tells the bits of an instruction, or nothing, as the machine is', () => {
    for (const choice of ['bits', 'zero'] as const) {
      const machine = machineOf({ illegalInstructionValue: choice });
      set(machine, { medeleg: TO_HS });
      execute(machine, hlv, 'vs');
      strictEqual(get(machine, 'stval'), choice === 'bits' ? BigInt(hlv >>> 0) : 0n);
      strictEqual(get(machine, 'htinst'), 0n);
    }
  });

  it('has no hypervisor extension where it is left out', () => {
    const machine = machineOf({ hypervisor: false });
    strictEqual((get(machine, 'misa') >> 7n) & 1n, 0n);
    for (const word of [readCsr('hstatus'), readCsr('vsatp'), hlv, vfence, gfence]) {
      strictEqual(execute(machine, word, 'm'), 'm 2');
    }
  });
});

describe('CSRs of the hypervisor extension', () => {
  const ONES = (1n << 64n) - 1n;

  function legal(name: CsrName, value: bigint, settings: Settings = {}, options: Partial<HartOptions> = {}): bigint {
    const machine = machineOf(options);
    set(machine, { ...settings, [name]: value });
    return get(machine, name);
  }

  it('take what the manual lets them take', () => {
    strictEqual(legal('hedeleg', ONES), 0xb1ffn);
    strictEqual(legal('hideleg', ONES), 0x444n);
    strictEqual(legal('hvip', ONES), 0x444n);
    strictEqual(legal('mideleg', 0n), 0x444n);
    strictEqual(legal('mideleg', ONES), 0x666n);
    strictEqual(legal('mideleg', 0n, {}, { guestExternalInterrupts: 5 }), 0x1444n);
    strictEqual(legal('hie', ONES), 0x444n);
    strictEqual(legal('hgeie', ONES), 0n);
    strictEqual(legal('hgeie', ONES, {}, { guestExternalInterrupts: 33 }), 0x3fffffffen);
    strictEqual(legal('hstatus', ONES), 0x2007003c0n);
    strictEqual(legal('hstatus', 5n << 12n, {}, { guestExternalInterrupts: 5 }), 0x200005000n);
    strictEqual(legal('hstatus', 6n << 12n, {}, { guestExternalInterrupts: 5 }), 0x200000000n);
    strictEqual(legal('vsstatus', ONES), 0x80000002000c6122n);
    strictEqual(legal('medeleg', ONES), 0xf0b7ffn);
    strictEqual(legal('vsepc', ONES), ONES - 1n);
    strictEqual(legal('htval', ONES), ONES);
  });

  it('legalise MODE: not written for satp, by field for hgatp', () => {
    const root = 0x80002n;
    strictEqual(legal('vsatp', (11n << 60n) | root), 0n);
    strictEqual(legal('hgatp', (8n << 60n) | (ONES >> 4n)), (8n << 60n) | (0x3fffn << 44n) | ((1n << 44n) - 4n));
    const kept = { unknownGuestMode: 'kept' } as const;
    const machine = machineOf(kept);
    set(machine, { hgatp: 9n << 60n });
    set(machine, { hgatp: (11n << 60n) | root });
    strictEqual(get(machine, 'hgatp'), (9n << 60n) | 0x80000n);
    const bare = machineOf({ unknownGuestMode: 'bare' });
    set(bare, { hgatp: (11n << 60n) | root });
    strictEqual(get(bare, 'hgatp'), 0x80000n);
    strictEqual(legal('hgatp', 9n << 60n, {}, { paging: 'sv39' }), 0n);
    strictEqual(
      legal('vsatp', (8n << 60n) | (ONES & (0xffffn << 44n)), {}, { asidBits: 4 }),
      (8n << 60n) | (0xfn << 44n),
    );
  });

  it('show in henvcfg only what menvcfg gives', () => {
    strictEqual(legal('henvcfg', ONES), 0xf1n);
    strictEqual(legal('henvcfg', ONES, { menvcfg: 3n << 62n }), (3n << 62n) | 0xf1n);
    // CBIE = 2 is reserved: it keeps its value.
    strictEqual(legal('menvcfg', 0x20n), 0n);
  });

  it('stand in for those of S-mode when V = 1', () => {
    const machine = machineOf();
    const { hart } = machine;
    set(machine, { stvec: 0x1000n, vstvec: 0x2000n });
    strictEqual(execute(machine, readCsr('stvec'), 'vs'), 'ok');
    strictEqual(hart.x(10), 0x2000n);
    hart.setX(11, 0x3000n);
    strictEqual(execute(machine, writeCsr('stvec'), 'vs'), 'ok');
    deepStrictEqual([get(machine, 'stvec'), get(machine, 'vstvec')], [0x1000n, 0x3000n]);
    // From outside they have their own numbers, whatever the mode is.
    hart.setMode(...modes.vs);
    strictEqual(get(machine, 'stvec'), 0x1000n);
  });

  it('are views of one another: hip, mip, hvip, vsip, hie, mie, vsie', () => {
    const machine = machineOf();
    set(machine, { hvip: 0x444n, hideleg: 0x404n, mie: 0x444n });
    strictEqual(get(machine, 'hip'), 0x444n);
    strictEqual(get(machine, 'mip'), 0x444n);
    strictEqual(get(machine, 'vsip'), 0x202n);
    strictEqual(get(machine, 'vsie'), 0x202n);
    strictEqual(get(machine, 'hie'), 0x444n);
    set(machine, { vsip: 0n, vsie: 2n });
    deepStrictEqual([get(machine, 'hvip'), get(machine, 'hie')], [0x440n, 0x44n]);
    set(machine, { hip: 4n });
    strictEqual(get(machine, 'hvip'), 0x444n);
  });

  it('report guest external interrupts', () => {
    const machine = machineOf({ guestExternalInterrupts: 40 });
    const { hart } = machine;
    hart.setGuestExternalPending(35, true);
    strictEqual(get(machine, 'hgeip'), 1n << 35n);
    strictEqual(get(machine, 'hip'), 0n);
    set(machine, { hgeie: 1n << 35n });
    strictEqual(get(machine, 'hip'), 0x1000n);
    set(machine, { hstatus: 35n << 12n });
    strictEqual(get(machine, 'hip'), 0x1400n);
    hart.setGuestExternalPending(35, false);
    strictEqual(get(machine, 'hip'), 0n);
  });
});

describe('traps and returns with the hypervisor extension', () => {
  const ecall = instruction('ecall');
  const SPP = 1n << 8n;
  const [GVA, SPV, SPVP] = [1n << 6n, 1n << 7n, 1n << 8n];
  const [MPV, MGVA] = [1n << 39n, 1n << 38n];

  it('go where they are delegated', () => {
    const rows: readonly (readonly [ModeName, bigint, bigint, string])[] = [
      ['vu', 0n, 0n, 'm 8'],
      ['vu', 1n << 8n, 0n, 's 8'],
      ['vu', 1n << 8n, 1n << 8n, 'vs 8'],
      ['vu', 0n, 1n << 8n, 'm 8'],
      ['u', 1n << 8n, 1n << 8n, 's 8'],
      ['vs', TO_HS, ~0n, 's 10'],
      ['s', TO_HS, ~0n, 'm 9'],
      ['m', TO_HS, ~0n, 'm 11'],
    ];
    for (const [mode, medeleg, hedeleg, outcome] of rows) {
      const machine = machineOf();
      set(machine, { medeleg: medeleg & ~(1n << 9n), hedeleg: BigInt.asUintN(64, hedeleg) });
      strictEqual(execute(machine, ecall, mode), outcome);
    }
  });

  it('keep where they came from', () => {
    const machine = machineOf();
    set(machine, { medeleg: TO_HS });
    execute(machine, ecall, 'vs');
    strictEqual(get(machine, 'hstatus') & (SPV | SPVP | GVA), SPV | SPVP);
    strictEqual(get(machine, 'sstatus') & SPP, SPP);
    // From U-mode SPVP stays.
    execute(machine, ecall, 'u');
    strictEqual(get(machine, 'hstatus') & (SPV | SPVP | GVA), SPVP);
    strictEqual(get(machine, 'sstatus') & SPP, 0n);
    set(machine, { medeleg: 0n });
    execute(machine, ecall, 'vu');
    strictEqual(get(machine, 'mstatus') & (MPV | MGVA | (3n << 11n)), MPV);
    // VS-mode's own leave HS-mode's registers alone.
    set(machine, { medeleg: TO_HS, hedeleg: 1n << 8n, hstatus: 0n, vsstatus: 2n });
    execute(machine, ecall, 'vu');
    strictEqual(get(machine, 'hstatus') & SPV, 0n);
    strictEqual(get(machine, 'vsstatus') & 0x122n, 0x20n);
    deepStrictEqual([machine.hart.virtual, machine.hart.privilege], [true, Privilege.supervisor]);
  });

  it('return to where they came from', () => {
    const machine = machineOf();
    const { hart } = machine;
    set(machine, { hstatus: SPV, sstatus: SPP, sepc: 0x80002000n });
    strictEqual(execute(machine, sret, 's'), 'ok');
    deepStrictEqual([hart.virtual, hart.privilege, hart.pc], [true, Privilege.supervisor, 0x80002000n]);
    strictEqual(get(machine, 'hstatus') & SPV, 0n);
    set(machine, { vsstatus: 0x20n, vsepc: 0x80003000n });
    strictEqual(execute(machine, sret, 'vs'), 'ok');
    deepStrictEqual([hart.virtual, hart.privilege, hart.pc], [true, Privilege.user, 0x80003000n]);
    strictEqual(get(machine, 'vsstatus') & 0x122n, 0x22n);
    set(machine, { mstatus: MPV | (1n << 11n), mepc: 0x80004000n });
    strictEqual(execute(machine, instruction('mret'), 'm'), 'ok');
    deepStrictEqual([hart.virtual, hart.privilege], [true, Privilege.supervisor]);
    strictEqual(get(machine, 'mstatus') & MPV, 0n);
    // M-mode is never virtual.
    set(machine, { mstatus: MPV | (3n << 11n) });
    execute(machine, instruction('mret'), 'm');
    deepStrictEqual([hart.virtual, hart.privilege], [false, Privilege.machine]);
  });

  it('take interrupts in the mode and order of the manual', () => {
    const nop = instruction('addi', { rd: 0, rs1: 0, imm: 0 });
    const SIE = 2n;
    const rows: readonly (readonly [ModeName, Settings, string])[] = [
      ['s', { hvip: 0x444n, mie: 0x444n }, 'ok'],
      ['s', { hvip: 0x444n, mie: 0x444n, sstatus: SIE }, 's interrupt 10'],
      ['s', { hvip: 0x44n, mie: 0x444n, sstatus: SIE }, 's interrupt 2'],
      ['u', { hvip: 0x40n, mie: 0x444n }, 's interrupt 6'],
      ['vs', { hvip: 0x40n, mie: 0x444n }, 's interrupt 6'],
      ['vs', { hvip: 0x40n, mie: 0x444n, hideleg: 0x40n }, 'ok'],
      ['vs', { hvip: 0x40n, mie: 0x444n, hideleg: 0x40n, vsstatus: SIE }, 'vs interrupt 5'],
      ['vu', { hvip: 0x444n, mie: 0x444n, hideleg: 0x444n }, 'vs interrupt 9'],
      ['s', { hvip: 0x444n, mie: 0x444n, hideleg: 0x444n, sstatus: SIE }, 'ok'],
      // What HS-mode takes comes before what the guest takes.
      ['vu', { hvip: 0x44n, mie: 0x444n, hideleg: 4n }, 's interrupt 6'],
      ['vs', { mip: 2n, mideleg: 2n, mie: 2n }, 's interrupt 1'],
      ['m', { hvip: 0x444n, mie: 0x444n, mstatus: 8n }, 'ok'],
    ];
    for (const [mode, settings, outcome] of rows) {
      const machine = machineOf();
      set(machine, settings);
      strictEqual(execute(machine, nop, mode), outcome, JSON.stringify([mode, Object.keys(settings)]));
    }
  });

  it('of vectored interrupts go to the translated cause', () => {
    const machine = machineOf();
    set(machine, { hvip: 0x40n, mie: 0x40n, hideleg: 0x40n, vstvec: 0x80005001n });
    execute(machine, wfi, 'vu');
    strictEqual(machine.hart.pc, 0x80005000n + 20n);
  });
});
