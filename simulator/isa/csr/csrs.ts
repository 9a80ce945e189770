/** Control and status registers: numbers, names, fields. Those without a field table are known so that assemblers know their numbers. */

import type { Csr, CsrGroup, PrivilegeName } from '../types';
import { csrFields } from './fields';

/** By bits 9:8 of the number (manual, volume II, "CSR Address Mapping Conventions"); 2 is the hypervisor's, used from HS-mode. */
const privilegeOfNumber: readonly PrivilegeName[] = ['u', 's', 's', 'm'];

function csr(group: CsrGroup, number: number, name: string, summary: string): Csr {
  return {
    number,
    name,
    privilege: privilegeOfNumber[(number >> 8) & 3] ?? 'm',
    readOnly: number >> 10 === 3,
    summary,
    fields: csrFields[name] ?? [],
    group,
  };
}

/** name0, name1, ... at consecutive numbers. */
function series(
  group: CsrGroup,
  number: number,
  name: (index: number) => string,
  from: number,
  to: number,
  summary: string,
): Csr[] {
  return Array.from({ length: to - from + 1 }, (_, i) => csr(group, number + i, name(from + i), summary));
}

const machine: readonly Csr[] = [
  csr('machine', 0xf11, 'mvendorid', 'JEDEC vendor id; 0: none'),
  csr('machine', 0xf12, 'marchid', 'architecture id of the implementation'),
  csr('machine', 0xf13, 'mimpid', 'version of the implementation'),
  csr('machine', 0xf14, 'mhartid', 'number of this hart'),
  csr('machine', 0xf15, 'mconfigptr', 'address of the configuration structure; 0: none'),
  csr('machine', 0x300, 'mstatus', 'machine status'),
  csr('machine', 0x301, 'misa', 'width and extensions'),
  csr('machine', 0x302, 'medeleg', 'exceptions that go to S-mode'),
  csr('machine', 0x303, 'mideleg', 'interrupts that go to S-mode'),
  csr('machine', 0x304, 'mie', 'interrupts enabled'),
  csr('machine', 0x305, 'mtvec', 'trap handler of M-mode'),
  csr('machine', 0x306, 'mcounteren', 'counters that S-mode may read'),
  csr('machine', 0x30a, 'menvcfg', 'environment of modes below M'),
  csr('machine', 0x320, 'mcountinhibit', 'counters that stand still'),
  ...series('machine', 0x323, (n) => `mhpmevent${n}`, 3, 31, 'event that the counter counts'),
  csr('machine', 0x340, 'mscratch', 'for the M-mode trap handler'),
  csr('machine', 0x341, 'mepc', 'pc of the instruction that trapped into M-mode'),
  csr('machine', 0x342, 'mcause', 'cause of the trap into M-mode'),
  csr('machine', 0x343, 'mtval', 'address or instruction that trapped into M-mode'),
  csr('machine', 0x344, 'mip', 'interrupts pending'),
  ...series('machine', 0x3a0, (n) => `pmpcfg${n}`, 0, 15, 'physical memory protection, eight configurations').filter(
    (entry) => entry.number % 2 === 0,
  ),
  ...series('machine', 0x3b0, (n) => `pmpaddr${n}`, 0, 63, 'physical memory protection, address bits 55:2'),
  csr('machine', 0xb00, 'mcycle', 'cycles of this hart'),
  csr('machine', 0xb02, 'minstret', 'instructions retired by this hart'),
  ...series('machine', 0xb03, (n) => `mhpmcounter${n}`, 3, 31, 'event counter'),
];

const supervisor: readonly Csr[] = [
  csr('supervisor', 0x100, 'sstatus', 'supervisor status: a view of mstatus'),
  csr('supervisor', 0x104, 'sie', 'interrupts enabled: a view of mie'),
  csr('supervisor', 0x105, 'stvec', 'trap handler of S-mode'),
  csr('supervisor', 0x106, 'scounteren', 'counters that U-mode may read'),
  csr('supervisor', 0x10a, 'senvcfg', 'environment of U-mode'),
  csr('supervisor', 0x140, 'sscratch', 'for the S-mode trap handler'),
  csr('supervisor', 0x141, 'sepc', 'pc of the instruction that trapped into S-mode'),
  csr('supervisor', 0x142, 'scause', 'cause of the trap into S-mode'),
  csr('supervisor', 0x143, 'stval', 'address or instruction that trapped into S-mode'),
  csr('supervisor', 0x144, 'sip', 'interrupts pending: a view of mip'),
  csr('supervisor', 0x14d, 'stimecmp', 'time at which the supervisor timer interrupt comes'),
  csr('supervisor', 0x180, 'satp', 'address translation: scheme, address space, root table'),
];

const counters: readonly Csr[] = [
  csr('user-counters', 0xc00, 'cycle', 'cycles of this hart'),
  csr('user-counters', 0xc01, 'time', 'real time in ticks of the timer'),
  csr('user-counters', 0xc02, 'instret', 'instructions retired by this hart'),
  ...series('user-counters', 0xc03, (n) => `hpmcounter${n}`, 3, 31, 'event counter'),
];

const float: readonly Csr[] = [
  csr('float', 0x001, 'fflags', 'accrued floating-point exceptions'),
  csr('float', 0x002, 'frm', 'floating-point rounding mode'),
  csr('float', 0x003, 'fcsr', 'floating-point rounding mode and exceptions'),
];

const hypervisor: readonly Csr[] = [
  csr('hypervisor', 0x600, 'hstatus', 'hypervisor status'),
  csr('hypervisor', 0x602, 'hedeleg', 'exceptions that go to VS-mode'),
  csr('hypervisor', 0x603, 'hideleg', 'interrupts that go to VS-mode'),
  csr('hypervisor', 0x604, 'hie', 'hypervisor interrupts enabled'),
  csr('hypervisor', 0x605, 'htimedelta', 'what VS-mode adds to time'),
  csr('hypervisor', 0x606, 'hcounteren', 'counters that VS-mode may read'),
  csr('hypervisor', 0x607, 'hgeie', 'guest external interrupts enabled'),
  csr('hypervisor', 0x60a, 'henvcfg', 'environment of VS- and VU-mode'),
  csr('hypervisor', 0x643, 'htval', 'guest physical address of a fault'),
  csr('hypervisor', 0x644, 'hip', 'hypervisor interrupts pending'),
  csr('hypervisor', 0x645, 'hvip', 'interrupts injected into VS-mode'),
  csr('hypervisor', 0x64a, 'htinst', 'instruction that trapped, transformed'),
  csr('hypervisor', 0x680, 'hgatp', 'second stage of translation'),
  csr('hypervisor', 0xe12, 'hgeip', 'guest external interrupts pending'),
  csr('hypervisor', 0x34a, 'mtinst', 'instruction that trapped, transformed'),
  csr('hypervisor', 0x34b, 'mtval2', 'guest physical address of a fault'),
  csr('hypervisor', 0x200, 'vsstatus', 'sstatus of VS-mode'),
  csr('hypervisor', 0x204, 'vsie', 'sie of VS-mode'),
  csr('hypervisor', 0x205, 'vstvec', 'stvec of VS-mode'),
  csr('hypervisor', 0x240, 'vsscratch', 'sscratch of VS-mode'),
  csr('hypervisor', 0x241, 'vsepc', 'sepc of VS-mode'),
  csr('hypervisor', 0x242, 'vscause', 'scause of VS-mode'),
  csr('hypervisor', 0x243, 'vstval', 'stval of VS-mode'),
  csr('hypervisor', 0x244, 'vsip', 'sip of VS-mode'),
  csr('hypervisor', 0x24d, 'vstimecmp', 'stimecmp of VS-mode'),
  csr('hypervisor', 0x280, 'vsatp', 'satp of VS-mode'),
];

const triggers: readonly Csr[] = [
  csr('triggers', 0x7a0, 'tselect', 'which trigger the next registers show'),
  csr('triggers', 0x7a1, 'tdata1', 'trigger, first data word'),
  csr('triggers', 0x7a2, 'tdata2', 'trigger, second data word'),
  csr('triggers', 0x7a3, 'tdata3', 'trigger, third data word'),
  csr('triggers', 0x7a4, 'tinfo', 'what the trigger can be'),
];

const debug: readonly Csr[] = [
  csr('debug', 0x7a5, 'tcontrol', 'trigger control'),
  csr('debug', 0x7a8, 'mcontext', 'context of M-mode for triggers'),
  csr('debug', 0x5a8, 'scontext', 'context of S-mode for triggers'),
  csr('debug', 0x7b0, 'dcsr', 'debug control and status'),
  csr('debug', 0x7b1, 'dpc', 'pc at entry to debug mode'),
  csr('debug', 0x7b2, 'dscratch0', 'for the debugger'),
  csr('debug', 0x7b3, 'dscratch1', 'for the debugger'),
];

const vector: readonly Csr[] = [
  csr('vector', 0x008, 'vstart', 'first vector element to do'),
  csr('vector', 0x009, 'vxsat', 'fixed-point saturation flag'),
  csr('vector', 0x00a, 'vxrm', 'fixed-point rounding mode'),
  csr('vector', 0x00f, 'vcsr', 'vector control and status'),
  csr('vector', 0xc20, 'vl', 'vector length'),
  csr('vector', 0xc21, 'vtype', 'vector data type'),
  csr('vector', 0xc22, 'vlenb', 'vector register length in bytes'),
];

const other: readonly Csr[] = [
  csr('other', 0x015, 'seed', 'entropy source'),
  csr('other', 0x747, 'mseccfg', 'machine security configuration'),
  csr('other', 0xda0, 'scountovf', 'counter overflows'),
  ...series('other', 0x30c, (n) => `mstateen${n}`, 0, 3, 'state that modes below M may use'),
  ...series('other', 0x10c, (n) => `sstateen${n}`, 0, 3, 'state that U-mode may use'),
  ...series('other', 0x60c, (n) => `hstateen${n}`, 0, 3, 'state that VS-mode may use'),
];

/** Of extensions that the machine lacks and of older specifications: assemblers know them. */
const unused: readonly Csr[] = [
  ...named('advanced interrupts', {
    miselect: 0x350,
    mireg: 0x351,
    mtopei: 0x35c,
    mtopi: 0xfb0,
    mvien: 0x308,
    mvip: 0x309,
    siselect: 0x150,
    sireg: 0x151,
    stopei: 0x15c,
    stopi: 0xdb0,
    hvien: 0x608,
    hvictl: 0x609,
    hviprio1: 0x646,
    hviprio2: 0x647,
    vsiselect: 0x250,
    vsireg: 0x251,
    vstopei: 0x25c,
    vstopi: 0xeb0,
  }),
  ...named('of an older specification: bounds of memory', {
    mbase: 0x380,
    mbound: 0x381,
    mibase: 0x382,
    mibound: 0x383,
    mdbase: 0x384,
    mdbound: 0x385,
  }),
  ...named('of an older specification: counters', { mscounteren: 0x321, mhcounteren: 0x322 }),
  ...named('of an older specification: traps to U-mode', {
    ustatus: 0x000,
    uie: 0x004,
    utvec: 0x005,
    uscratch: 0x040,
    uepc: 0x041,
    ucause: 0x042,
    utval: 0x043,
    uip: 0x044,
    sedeleg: 0x102,
    sideleg: 0x103,
  }),
  ...named('context for triggers', { hcontext: 0x6a8, mscontext: 0x7aa }),
];

function named(summary: string, numbers: Readonly<Record<string, number>>): Csr[] {
  return Object.entries(numbers).map(([name, number]) => csr('other', number, name, summary));
}

/** Upper halves that exist on RV32 only; assemblers know them. */
const rv32: readonly Csr[] = [
  ...series('rv32', 0x31c, (n) => `mstateen${n}h`, 0, 3, 'upper half of mstateen'),
  ...series('rv32', 0x61c, (n) => `hstateen${n}h`, 0, 3, 'upper half of hstateen'),
  ...series('rv32', 0x723, (n) => `mhpmevent${n}h`, 3, 31, 'upper half of an event'),
  ...Object.entries({
    midelegh: 0x313,
    mieh: 0x314,
    mvienh: 0x318,
    mviph: 0x319,
    miph: 0x354,
    sieh: 0x114,
    siph: 0x154,
    hidelegh: 0x613,
    hvienh: 0x618,
    hviph: 0x655,
    hviprio1h: 0x656,
    hviprio2h: 0x657,
    vsieh: 0x214,
    vsiph: 0x254,
  }).map(([name, number]) => csr('rv32', number, name, `upper half of ${name.slice(0, -1)}`)),
  csr('rv32', 0x310, 'mstatush', 'upper half of mstatus'),
  csr('rv32', 0x31a, 'menvcfgh', 'upper half of menvcfg'),
  csr('rv32', 0x757, 'mseccfgh', 'upper half of mseccfg'),
  csr('rv32', 0x615, 'htimedeltah', 'upper half of htimedelta'),
  csr('rv32', 0x61a, 'henvcfgh', 'upper half of henvcfg'),
  csr('rv32', 0xb80, 'mcycleh', 'upper half of mcycle'),
  csr('rv32', 0xb82, 'minstreth', 'upper half of minstret'),
  ...series('rv32', 0xb83, (n) => `mhpmcounter${n}h`, 3, 31, 'upper half of an event counter'),
  csr('rv32', 0xc80, 'cycleh', 'upper half of cycle'),
  csr('rv32', 0xc81, 'timeh', 'upper half of time'),
  csr('rv32', 0xc82, 'instreth', 'upper half of instret'),
  ...series('rv32', 0xc83, (n) => `hpmcounter${n}h`, 3, 31, 'upper half of an event counter'),
  ...series('rv32', 0x3a0, (n) => `pmpcfg${n}`, 0, 15, 'physical memory protection, four configurations').filter(
    (entry) => entry.number % 2 === 1,
  ),
  csr('rv32', 0x15d, 'stimecmph', 'upper half of stimecmp'),
  csr('rv32', 0x25d, 'vstimecmph', 'upper half of vstimecmp'),
];

export const csrs: readonly Csr[] = [
  ...machine,
  ...supervisor,
  ...counters,
  ...float,
  ...hypervisor,
  ...triggers,
  ...debug,
  ...vector,
  ...other,
  ...unused,
  ...rv32,
];

/** What the machine has (M-, HS-, U-, VS- and VU-mode); access to others is an illegal instruction. */
export const machineCsrGroups: ReadonlySet<CsrGroup> = new Set([
  'machine',
  'supervisor',
  'user-counters',
  'float',
  'hypervisor',
  'triggers',
]);

const byName = new Map(csrs.map((entry) => [entry.name, entry]));
const byNumber = new Map(csrs.map((entry) => [entry.number, entry]));

/** Old spellings, and names for one use of a register, that GNU as takes. */
const oldNames: Readonly<Record<string, string>> = {
  mbadaddr: 'mtval',
  sbadaddr: 'stval',
  sptbr: 'satp',
  mucounteren: 'mcountinhibit',
  dscratch: 'dscratch0',
  ubadaddr: 'utval',
  mcontrol: 'tdata1',
  mcontrol6: 'tdata1',
  icount: 'tdata1',
  itrigger: 'tdata1',
  etrigger: 'tdata1',
  tmexttrigger: 'tdata1',
  textra32: 'tdata3',
  textra64: 'tdata3',
};

export function csrNamed(name: string): Csr | undefined {
  return byName.get(Object.hasOwn(oldNames, name) ? oldNames[name]! : name);
}

export function csrNumbered(number: number): Csr | undefined {
  return byNumber.get(number);
}

/** The name of a CSR, or its number in hexadecimal when it has none. */
export function csrName(number: number): string {
  return byNumber.get(number)?.name ?? `0x${number.toString(16)}`;
}
