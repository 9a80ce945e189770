import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import type { HartOptions } from '../../simulator/core';
import { decode, encode, expand } from '../../simulator/isa';
import { Access, Privilege, Pte } from '../../simulator/mmu';
import { type BareMachine, RAM_BASE } from './bare-machine';
import { execute, get, instruction, type ModeName, machineOf, type Settings, set, TO_HS } from './hypervisor-harness';

const { V, R, W, X, U, G, A, D } = Pte;
/** Tables of the first stage at guest physical addresses that are their machine addresses; of the second. */
const FIRST = 0x80010000;
const SECOND = 0x80020000;
/** Guest virtual, guest physical, machine address of the page that is played with. */
const GVA = 0x5000n;
const GPA = 0x7000;
const HPA = 0x80009000;
const FULL = V | R | W | X | U | A | D;

const entry = (address: number, flags: number): bigint => (BigInt(address) >> 2n) | BigInt(flags);

/** First stage: 0x5000 to 0x7000, and RAM by identity; second: 0x7000 to 0x80009000, and RAM by identity. */
function machineWith(options: Partial<HartOptions> = {}, first = FULL & ~U, second = FULL): BareMachine {
  const machine = machineOf(options);
  const { ram } = machine.core;
  const tables = [
    [FIRST, 0, entry(FIRST + 0x1000, V)],
    [FIRST + 0x1000, 0, entry(FIRST + 0x2000, V)],
    [FIRST + 0x2000, 5, entry(GPA, first)],
    [FIRST, 2, entry(RAM_BASE, FULL & ~U)],
    [SECOND, 0, entry(SECOND + 0x4000, V)],
    [SECOND + 0x4000, 0, entry(SECOND + 0x5000, V)],
    [SECOND + 0x5000, 7, entry(HPA, second)],
    [SECOND, 2, entry(RAM_BASE, FULL)],
  ] as const;
  for (const [table, index, value] of tables) ram.write64(table + index * 8, value);
  set(machine, {
    medeleg: TO_HS,
    vsatp: (8n << 60n) | BigInt(FIRST / 4096),
    hgatp: (8n << 60n) | BigInt(SECOND / 4096),
  });
  machine.hart.setX(5, GVA);
  ram.write64(HPA, 0x1122334455667788n);
  return machine;
}

const ld = instruction('ld', { rd: 10, rs1: 5, imm: 0 });
const sd = instruction('sd', { rs2: 10, rs1: 5, imm: 0 });
const hlv = instruction('hlv.d', { rd: 10, rs1: 5 });
const hlvx = instruction('hlvx.wu', { rd: 10, rs1: 5 });
const hsv = instruction('hsv.d', { rs2: 10, rs1: 5 });
const SUM = 1n << 18n;
const MXR = 1n << 19n;
const SPVP = 1n << 8n;

describe('two-stage translation', () => {
  it('translates through both stages, and remembers them together', () => {
    const machine = machineWith();
    strictEqual(execute(machine, ld, 'vs'), 'ok');
    strictEqual(machine.hart.x(10), 0x1122334455667788n);
    const [found] = machine.hart.tlb.entries.filter(({ page }) => page === 5);
    ok(found);
    deepStrictEqual([found.virtual, found.guestPage, found.level, found.physical], [true, 7, 0, HPA]);
  });

  /** instruction, mode, flags of both leaves, settings, outcome */
  const rows: readonly (readonly [number, ModeName, number, number, Settings, string])[] = [
    [ld, 'vs', FULL & ~U, FULL, {}, 'ok'],
    [ld, 'vs', FULL, FULL, {}, 's 13'],
    [ld, 'vs', FULL, FULL, { sstatus: SUM }, 's 13'],
    [ld, 'vs', FULL, FULL, { vsstatus: SUM }, 'ok'],
    [ld, 'vs', FULL & ~U, FULL & ~U, {}, 's 21'],
    [sd, 'vs', FULL & ~U, FULL & ~W, {}, 's 23'],
    [ld, 'vs', FULL & ~U, 0, {}, 's 21'],
    [ld, 'vs', 0, 0, {}, 's 13'],
    // MXR of VS-mode is for the first stage, that of HS-mode for both.
    [ld, 'vs', V | X | A, FULL, {}, 's 13'],
    [ld, 'vs', V | X | A, FULL, { vsstatus: MXR }, 'ok'],
    [ld, 'vs', V | X | A, FULL, { sstatus: MXR }, 'ok'],
    [ld, 'vs', FULL & ~U, V | X | U | A, { vsstatus: MXR }, 's 21'],
    [ld, 'vs', FULL & ~U, V | X | U | A, { sstatus: MXR }, 'ok'],
    [hlv, 's', FULL & ~U, FULL, { hstatus: SPVP }, 'ok'],
    [hlv, 's', FULL & ~U, FULL, {}, 's 13'],
    [hlv, 's', FULL, FULL, {}, 'ok'],
    [hlv, 's', FULL, FULL, { hstatus: SPVP, sstatus: SUM }, 's 13'],
    [hlv, 's', FULL, FULL, { hstatus: SPVP, vsstatus: SUM }, 'ok'],
    [hlvx, 's', V | X | A, V | X | U | A, { hstatus: SPVP }, 'ok'],
    [hlvx, 's', V | R | A, FULL, { hstatus: SPVP }, 's 13'],
    [hlvx, 's', FULL & ~U, V | R | U | A, { hstatus: SPVP }, 's 21'],
    [hsv, 's', FULL & ~U, V | R | U | A, { hstatus: SPVP }, 's 23'],
    // MPRV with MPV; hlv does not look at it.
    [ld, 'm', FULL & ~U, FULL, { mstatus: (1n << 39n) | (1n << 17n) | (1n << 11n) }, 'ok'],
    [ld, 'm', FULL & ~U, 0, { mstatus: (1n << 39n) | (1n << 17n) | (1n << 11n) }, 'm 21'],
    [ld, 'm', FULL & ~U, FULL, { mstatus: (1n << 39n) | (1n << 17n) }, 'm 13'],
    [ld, 'm', FULL & ~U, FULL, { mstatus: (1n << 39n) | (1n << 17n) | (3n << 11n) }, 'm 5'],
    [hlv, 'm', FULL & ~U, FULL, { mstatus: 1n << 17n, hstatus: SPVP }, 'ok'],
    // W without R, and what is reserved.
    [ld, 'vs', V | W | A, FULL, {}, 's 13'],
    [ld, 'vs', FULL & ~U, V | W | U | A, {}, 's 21'],
  ];

  it('asks each stage for its permission', () => {
    const outcomes = rows.map(([word, mode, first, second, settings]) => {
      const machine = machineWith({}, first, second);
      set(machine, settings);
      return [word.toString(16), mode, first, second, settings, execute(machine, word, mode)];
    });
    deepStrictEqual(
      outcomes,
      rows.map(([word, ...rest]) => [word.toString(16), ...rest]),
    );
  });

  it('tells the guest physical address and the transformed instruction', () => {
    const machine = machineWith({}, FULL & ~U, 0);
    machine.hart.setX(5, GVA + 0x123n);
    strictEqual(execute(machine, ld, 'vs'), 's 21');
    strictEqual(get(machine, 'stval'), GVA + 0x123n);
    strictEqual(get(machine, 'htval'), (BigInt(GPA) + 0x123n) >> 2n);
    strictEqual(get(machine, 'htinst'), BigInt(instruction('ld', { rd: 10, rs1: 0, imm: 0 })));
    strictEqual(get(machine, 'hstatus') & 0x40n, 0x40n);
    set(machine, { medeleg: 0n });
    execute(machine, sd, 'vs');
    strictEqual(get(machine, 'mtval2'), (BigInt(GPA) + 0x123n) >> 2n);
    strictEqual(get(machine, 'mtinst'), BigInt(instruction('sd', { rs2: 10, rs1: 0, imm: 0 })));
    strictEqual(get(machine, 'mstatus') & (1n << 38n), 1n << 38n);
  });

  it('transforms compressed, atomic and hypervisor instructions, and says how far into an access a fault is', () => {
    const compressed = 0x4288; // c.lw a0, 0(a3)
    const decoded = decode(compressed);
    ok(decoded);
    const expanded = expand(decoded);
    const machine = machineWith({}, FULL & ~U, 0);
    machine.hart.setX(13, GVA);
    strictEqual(execute(machine, compressed, 'vs'), 's 21');
    const transformed = encode(expanded.instruction, { ...expanded.fields, rs1: 0, imm: 0 });
    strictEqual(get(machine, 'htinst'), BigInt(transformed & ~2));
    const amo = instruction('amoadd.w', { rd: 3, rs1: 5, rs2: 7 });
    strictEqual(execute(machine, amo, 'vs'), 's 23');
    strictEqual(get(machine, 'htinst'), BigInt(amo & ~0xf8000));
    set(machine, { hstatus: SPVP });
    strictEqual(execute(machine, hsv, 's'), 's 23');
    strictEqual(get(machine, 'htinst'), BigInt(hsv & ~0xf8000));
    // A load over the end of the page before: the fault is 3 bytes on.
    const { ram } = machine.core;
    ram.write64(FIRST + 0x2000 + 32, entry(GPA + 0x1000, FULL & ~U));
    ram.write64(SECOND + 0x5000 + 64, entry(HPA, FULL));
    machine.hart.setX(5, GVA - 3n);
    strictEqual(execute(machine, ld, 'vs'), 's 21');
    strictEqual(get(machine, 'stval'), GVA);
    strictEqual((get(machine, 'htinst') >> 15n) & 31n, 3n);
  });

  it('says what it wanted of a table that the second stage does not map, or not for writing', () => {
    const machine = machineWith();
    const { ram } = machine.core;
    // The last table at a guest physical address of its own.
    const alias = 0x3000;
    ram.write64(FIRST + 0x1000, entry(alias, V));
    strictEqual(execute(machine, sd, 'vs'), 's 23');
    deepStrictEqual([get(machine, 'htval'), get(machine, 'htinst')], [(BigInt(alias) + 40n) >> 2n, 0x3000n]);
    ram.write64(SECOND + 0x5000 + 24, entry(FIRST + 0x2000, V | R | U | A));
    ram.write64(FIRST + 0x2000 + 40, entry(GPA, V | R | W));
    strictEqual(execute(machine, sd, 'vs'), 's 23');
    deepStrictEqual([get(machine, 'htval'), get(machine, 'htinst')], [(BigInt(alias) + 40n) >> 2n, 0x3020n]);
    ram.write64(SECOND + 0x5000 + 24, entry(FIRST + 0x2000, V | R | W | U));
    strictEqual(execute(machine, sd, 'vs'), 'ok');
    // A and D of the table's own page, of the first stage's leaf, and of the data's.
    deepStrictEqual(
      [SECOND + 0x5000 + 24, FIRST + 0x2000 + 40].map((address) => ram.read64(address) & BigInt(A | D)),
      [BigInt(A | D), BigInt(A | D)],
    );
  });

  it('leaves nothing of a guest-page fault to the trap after it', () => {
    const machine = machineWith({}, FULL & ~U, 0);
    strictEqual(execute(machine, ld, 'vs'), 's 21');
    ok(get(machine, 'htval') && get(machine, 'htinst'));
    set(machine, { hvip: 0x400n, mie: 0x400n });
    strictEqual(execute(machine, ld, 'vs'), 's interrupt 10');
    deepStrictEqual([get(machine, 'stval'), get(machine, 'htval'), get(machine, 'htinst')], [0n, 0n, 0n]);
    strictEqual(get(machine, 'hstatus') & 0x40n, 0n);
    set(machine, { hvip: 0n });
    strictEqual(execute(machine, ld, 'vs'), 's 21');
    ok(get(machine, 'htval') && get(machine, 'htinst'));
    strictEqual(execute(machine, instruction('ebreak'), 'vs'), 's 3');
    deepStrictEqual([get(machine, 'htval'), get(machine, 'htinst')], [0n, 0n]);
  });

  it('says nothing where the machine says nothing', () => {
    const machine = machineWith({ trapInstruction: 'zero', guestFaultAddress: 'zero' }, FULL & ~U, 0);
    execute(machine, ld, 'vs');
    deepStrictEqual([get(machine, 'htval'), get(machine, 'htinst')], [0n, 0n]);
    machine.core.ram.write64(FIRST + 0x1000, entry(0x3000, V));
    execute(machine, ld, 'vs');
    deepStrictEqual([get(machine, 'htval'), get(machine, 'htinst')], [0n, 0n]);
  });

  it('has a root of 16 KiB, and faults beyond 41 bits', () => {
    const machine = machineWith();
    const { ram } = machine.core;
    set(machine, { vsatp: 0n });
    ram.write64(SECOND + 2047 * 8, entry(RAM_BASE, FULL));
    machine.hart.setX(5, (2047n << 30n) + BigInt(HPA - RAM_BASE));
    strictEqual(execute(machine, ld, 'vs'), 'ok');
    strictEqual(machine.hart.x(10), 0x1122334455667788n);
    machine.hart.setX(5, 1n << 41n);
    strictEqual(execute(machine, ld, 'vs'), 's 21');
    strictEqual(get(machine, 'htval'), 1n << 39n);
    machine.hart.setX(5, (1n << 64n) - 8n);
    strictEqual(execute(machine, ld, 'vs'), 's 21');
    strictEqual(get(machine, 'htval'), (1n << 62n) - 2n);
  });

  it('forgets what fences name, and nothing else', () => {
    const machine = machineWith();
    const { hart, core } = machine;
    const remap = (): void => core.ram.write64(SECOND + 0x5000 + 56, 0n);
    const reload = (): string => execute(machine, ld, 'vs');
    const fences: readonly (readonly [() => void, string])[] = [
      [() => hart.fence(undefined, undefined), 'ok'],
      [() => hart.fenceVirtual(6, undefined), 'ok'],
      [() => hart.fenceVirtual(undefined, 9), 'ok'],
      [() => hart.fenceGuest(6, undefined), 'ok'],
      [() => hart.fenceGuest(7, 3), 'ok'],
      [() => hart.fenceGuest(7, 0), 's 21'],
    ];
    strictEqual(reload(), 'ok');
    remap();
    for (const [fence, outcome] of fences) {
      fence();
      strictEqual(reload(), outcome);
    }
    core.ram.write64(SECOND + 0x5000 + 56, entry(HPA, FULL));
    strictEqual(reload(), 'ok');
    remap();
    hart.fenceVirtual(5, 0);
    strictEqual(reload(), 's 21', 'a fence of the first stage may take the second along');
  });

  it('keeps VMIDs and V apart', () => {
    const machine = machineWith();
    const { hart, core } = machine;
    strictEqual(execute(machine, ld, 'vs'), 'ok');
    core.ram.write64(SECOND + 0x5000 + 56, 0n);
    const own = get(machine, 'hgatp');
    set(machine, { hgatp: own | (5n << 44n) });
    strictEqual(execute(machine, ld, 'vs'), 's 21');
    set(machine, { hgatp: own });
    strictEqual(execute(machine, ld, 'vs'), 'ok');
    // The same address of HS-mode is another.
    strictEqual(execute(machine, ld, 's'), 's 5');
    strictEqual(hart.tlb.entries.filter(({ virtual }) => !virtual).length, 0);
  });

  it('keeps a superpage of one stage in the pieces of the other', () => {
    const machine = machineWith();
    const { hart, core } = machine;
    core.ram.write64(FIRST + 8, entry(0, FULL & ~U));
    machine.hart.setX(5, 0x40000000n + BigInt(GPA));
    strictEqual(execute(machine, ld, 'vs'), 'ok');
    const [found] = hart.tlb.entries.filter(({ page }) => page === 0x40007);
    ok(found);
    deepStrictEqual([found.level, found.firstLevel, found.secondLevel, found.guestPage], [0, 2, 0, 7]);
    core.ram.write64(FIRST + 8, 0n);
    // The fence of another page of the same leaf.
    hart.fenceVirtual(0x40100, undefined);
    strictEqual(execute(machine, ld, 'vs'), 's 13');
  });

  it('shows every step of a walk', () => {
    const machine = machineWith({}, FULL & ~U, V | R | U);
    const mode = { privilege: Privilege.supervisor, virtual: true };
    const before = machine.hart.component.save();
    const found = machine.hart.peekTranslation(Number(GVA), 0, Access.read, mode);
    ok(!('fault' in found));
    deepStrictEqual([found.physical, found.guestPhysical], [HPA, GPA]);
    deepStrictEqual(
      found.steps.map(({ stage, level, outcome }) => `${stage} ${level} ${outcome}`),
      [
        'g 2 page',
        'vs 2 table',
        'g 2 page',
        'vs 1 table',
        'g 2 page',
        'vs 0 page',
        'g 2 table',
        'g 1 table',
        'g 0 page',
      ],
    );
    const refused = machine.hart.peekTranslation(Number(GVA), 0, Access.write, mode);
    ok('fault' in refused);
    deepStrictEqual([refused.fault, refused.guestPhysical, refused.steps.at(-1)?.outcome], [23, GPA, 'not-allowed']);
    deepStrictEqual(machine.hart.component.save(), before);
  });
});

describe('what a machine is free to choose', () => {
  it('A and D: set, a fault, or as menvcfg and henvcfg say', () => {
    const ADUE = 1n << 61n;
    const rows: readonly (readonly [Partial<HartOptions>, number, number, Settings, string])[] = [
      [{}, V | R | W, FULL, {}, 'ok'],
      [{ accessedDirty: 'fault' }, V | R | W, FULL, {}, 's 15'],
      [{ accessedDirty: 'fault' }, V | R | W | A, FULL, {}, 's 15'],
      [{ accessedDirty: 'fault' }, FULL & ~U, FULL & ~D, {}, 's 23'],
      [{ accessedDirty: 'fault' }, FULL & ~U, FULL, {}, 'ok'],
      [{ accessedDirty: 'switchable' }, V | R | W, FULL, {}, 's 15'],
      [{ accessedDirty: 'switchable' }, V | R | W, FULL, { menvcfg: ADUE }, 's 15'],
      [{ accessedDirty: 'switchable' }, V | R | W, FULL, { menvcfg: ADUE, henvcfg: ADUE }, 'ok'],
      [{ accessedDirty: 'switchable' }, FULL & ~U, FULL & ~D, { henvcfg: ADUE }, 's 23'],
      [{ accessedDirty: 'switchable' }, FULL & ~U, FULL & ~D, { menvcfg: ADUE }, 'ok'],
    ];
    for (const [options, first, second, settings, outcome] of rows) {
      const machine = machineWith(options, first, second);
      set(machine, settings);
      strictEqual(execute(machine, sd, 'vs'), outcome, JSON.stringify([options, first, second]));
    }
  });

  it('memory types: reserved until PBMTE', () => {
    const PBMTE = 1n << 62n;
    const NC = 1n << 61n;
    const rows: readonly (readonly [Partial<HartOptions>, bigint, Settings, string])[] = [
      [{}, NC, {}, 's 13'],
      [{}, NC, { menvcfg: PBMTE }, 's 13'],
      [{}, NC, { menvcfg: PBMTE, henvcfg: PBMTE }, 'ok'],
      [{}, NC | (NC << 1n), { menvcfg: PBMTE, henvcfg: PBMTE }, 's 13'],
      [{ pageMemoryTypes: false }, NC, { menvcfg: PBMTE, henvcfg: PBMTE }, 's 13'],
    ];
    for (const [options, bits, settings, outcome] of rows) {
      const machine = machineWith(options);
      machine.core.ram.write64(FIRST + 0x2000 + 40, entry(GPA, FULL & ~U) | bits);
      set(machine, settings);
      strictEqual(execute(machine, ld, 'vs'), outcome);
    }
  });

  it('Svnapot: 16 pages by one form of entry', () => {
    const N = 1n << 63n;
    const machine = machineWith();
    const { ram } = machine.core;
    // Guest pages 0 to 15, by the encoding 8.
    ram.write64(FIRST + 0x2000 + 40, entry(0x8000, FULL & ~U) | N);
    ram.write64(SECOND + 0x5000 + 40, entry(HPA, FULL));
    strictEqual(execute(machine, ld, 'vs'), 'ok');
    strictEqual(machine.hart.x(10), 0x1122334455667788n);
    ram.write64(FIRST + 0x2000 + 40, entry(0x4000, FULL & ~U) | N);
    machine.hart.fenceVirtual();
    strictEqual(execute(machine, ld, 'vs'), 's 13');
  });

  it('a TLB that keeps what is not valid', () => {
    const machine = machineWith({ cachesInvalid: true }, 0);
    const { ram } = machine.core;
    strictEqual(execute(machine, ld, 'vs'), 's 13');
    ram.write64(FIRST + 0x2000 + 40, entry(GPA, FULL & ~U));
    strictEqual(execute(machine, ld, 'vs'), 's 13');
    machine.hart.fenceVirtual(5, 0);
    strictEqual(execute(machine, ld, 'vs'), 'ok');
    // What is valid, and refused, is not kept as not valid.
    ram.write64(FIRST + 0x2000 + 40, entry(GPA, V | R | A));
    machine.hart.fenceVirtual(5, 0);
    strictEqual(execute(machine, sd, 'vs'), 's 15');
    strictEqual(execute(machine, ld, 'vs'), 'ok');
    // The second stage's.
    ram.write64(SECOND + 0x5000 + 56, 0n);
    machine.hart.fenceGuest();
    strictEqual(execute(machine, ld, 'vs'), 's 21');
    ram.write64(SECOND + 0x5000 + 56, entry(HPA, FULL));
    strictEqual(execute(machine, ld, 'vs'), 's 21');
    strictEqual(get(machine, 'htval'), BigInt(GPA) >> 2n);
    machine.hart.fenceGuest(7);
    strictEqual(execute(machine, ld, 'vs'), 'ok');
  });

  it('fences that forget everything', () => {
    const machine = machineWith({ fencesForgetAll: true });
    execute(machine, ld, 'vs');
    machine.hart.fence(0x1234, 7);
    strictEqual(machine.hart.tlb.entries.length, 0);
  });

  it('misaligned accesses that trap', () => {
    const lw = instruction('lw', { rd: 10, rs1: 5, imm: 2 });
    const machine = machineWith({ misaligned: 'traps' });
    strictEqual(execute(machine, lw, 'vs'), 's 4');
    strictEqual(get(machine, 'stval'), GVA + 2n);
    strictEqual(execute(machineWith(), lw, 'vs'), 'ok');
  });

  it('store-conditionals that fail for no reason', () => {
    const lr = instruction('lr.d', { rd: 11, rs1: 5 });
    const sc = instruction('sc.d', { rd: 12, rs1: 5, rs2: 10 });
    const machine = machineWith({ spuriousFailures: 3 });
    const results = Array.from({ length: 6 }, () => {
      strictEqual(execute(machine, lr, 'vs'), 'ok');
      strictEqual(execute(machine, sc, 'vs'), 'ok');
      return machine.hart.x(12);
    });
    deepStrictEqual(results, [0n, 0n, 1n, 0n, 0n, 1n]);
  });

  it('the value of ebreak', () => {
    const machine = machineWith({ breakpointValue: 'pc' });
    strictEqual(execute(machine, instruction('ebreak'), 'vs'), 's 3');
    strictEqual(get(machine, 'stval'), BigInt(RAM_BASE));
    strictEqual(get(machine, 'hstatus') & 0x40n, 0x40n);
  });

  it('the size of the TLB', () => {
    strictEqual(machineWith({ tlbEntries: 8 }).hart.tlb.capacity, 8);
  });
});

describe('cache blocks and global pages', () => {
  it('zeroes the 64 bytes around an address, or faults as a store', () => {
    const zero = instruction('cbo.zero', { rs1: 5 });
    const machine = machineWith();
    const enabled = { menvcfg: 0x80n, henvcfg: 0x80n };
    set(machine, enabled);
    machine.core.ram.fill(HPA, 256, 0xff);
    machine.hart.setX(5, GVA + 0x57n);
    strictEqual(execute(machine, zero, 'vs'), 'ok');
    const bytes = machine.core.ram.read(HPA, 256);
    deepStrictEqual([bytes[63], bytes[64], bytes[127], bytes[128]], [0xff, 0, 0, 0xff]);
    const refused = machineWith({}, FULL & ~U & ~W);
    set(refused, enabled);
    refused.hart.setX(5, GVA + 0x57n);
    strictEqual(execute(refused, zero, 'vs'), 's 15');
    strictEqual(get(refused, 'stval'), GVA + 0x57n);
    strictEqual(get(refused, 'htinst'), BigInt(zero & ~0xf8000));
    const clean = instruction('cbo.clean', { rs1: 5 });
    set(refused, { menvcfg: 0x40n, henvcfg: 0x40n });
    strictEqual(execute(refused, clean, 'vs'), 'ok');
  });

  it('global pages of a guest are those of its VMID', () => {
    const machine = machineWith({}, (FULL & ~U) | G);
    const { ram } = machine.core;
    strictEqual(execute(machine, ld, 'vs'), 'ok');
    ram.write64(FIRST + 0x2000 + 40, 0n);
    const vsatp = get(machine, 'vsatp');
    set(machine, { vsatp: vsatp | (3n << 44n) });
    strictEqual(execute(machine, ld, 'vs'), 'ok');
    machine.hart.fenceVirtual(undefined, 3);
    strictEqual(execute(machine, ld, 'vs'), 'ok');
    set(machine, { hgatp: get(machine, 'hgatp') | (1n << 44n) });
    strictEqual(execute(machine, ld, 'vs'), 's 13');
  });
});
