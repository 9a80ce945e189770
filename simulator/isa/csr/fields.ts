/** Field tables of the CSRs that the machine has (manual, volume II). Bits that a table leaves out are reserved (WPRI). */
import type { CsrField } from '../types';

function field(name: string, high: number, low: number, summary: string, values?: Record<number, string>): CsrField {
  return values ? { name, high, low, summary, values } : { name, high, low, summary };
}

const bit = (name: string, position: number, summary: string, values?: Record<number, string>): CsrField =>
  field(name, position, position, summary, values);

const extensionState = { 0: 'Off', 1: 'Initial', 2: 'Clean', 3: 'Dirty' };
const width = { 1: '32', 2: '64', 3: '128' };

const supervisorStatus: readonly CsrField[] = [
  bit('SD', 63, 'some of FS, VS, XS is Dirty'),
  field('UXL', 33, 32, 'XLEN of U-mode', width),
  bit('MXR', 19, 'loads may read executable pages'),
  bit('SUM', 18, 'S-mode loads and stores may touch user pages'),
  field('XS', 16, 15, 'state of other extensions', extensionState),
  field('FS', 14, 13, 'state of the floating-point unit', extensionState),
  field('VS', 10, 9, 'state of the vector unit', extensionState),
  bit('SPP', 8, 'privilege before the trap into S-mode', { 0: 'U', 1: 'S' }),
  bit('UBE', 6, 'U-mode data is big-endian'),
  bit('SPIE', 5, 'SIE before the trap into S-mode'),
  bit('SIE', 1, 'interrupts are taken in S-mode'),
];

const machineStatus: readonly CsrField[] = [
  bit('SD', 63, 'some of FS, VS, XS is Dirty'),
  bit('MPV', 39, 'V before the trap into M-mode'),
  bit('GVA', 38, 'mtval is a guest virtual address'),
  bit('MBE', 37, 'M-mode data is big-endian'),
  bit('SBE', 36, 'S-mode data is big-endian'),
  field('SXL', 35, 34, 'XLEN of S-mode', width),
  field('UXL', 33, 32, 'XLEN of U-mode', width),
  bit('TSR', 22, 'sret in S-mode traps'),
  bit('TW', 21, 'wfi below M-mode traps'),
  bit('TVM', 20, 'satp and sfence.vma in S-mode trap'),
  bit('MXR', 19, 'loads may read executable pages'),
  bit('SUM', 18, 'S-mode loads and stores may touch user pages'),
  bit('MPRV', 17, 'loads and stores act with the privilege in MPP'),
  field('XS', 16, 15, 'state of other extensions', extensionState),
  field('FS', 14, 13, 'state of the floating-point unit', extensionState),
  field('MPP', 12, 11, 'privilege before the trap into M-mode', { 0: 'U', 1: 'S', 3: 'M' }),
  field('VS', 10, 9, 'state of the vector unit', extensionState),
  bit('SPP', 8, 'privilege before the trap into S-mode', { 0: 'U', 1: 'S' }),
  bit('MPIE', 7, 'MIE before the trap into M-mode'),
  bit('UBE', 6, 'U-mode data is big-endian'),
  bit('SPIE', 5, 'SIE before the trap into S-mode'),
  bit('MIE', 3, 'interrupts are taken in M-mode'),
  bit('SIE', 1, 'interrupts are taken in S-mode'),
];

/** Interrupts by bit: who sees them in which CSR. */
const sources: readonly (readonly [name: string, position: number, what: string, group: 'm' | 's' | 'h'])[] = [
  ['SGE', 12, 'supervisor guest external', 'h'],
  ['ME', 11, 'machine external', 'm'],
  ['VSE', 10, 'virtual supervisor external', 'h'],
  ['SE', 9, 'supervisor external', 's'],
  ['MT', 7, 'machine timer', 'm'],
  ['VST', 6, 'virtual supervisor timer', 'h'],
  ['ST', 5, 'supervisor timer', 's'],
  ['MS', 3, 'machine software', 'm'],
  ['VSS', 2, 'virtual supervisor software', 'h'],
  ['SS', 1, 'supervisor software', 's'],
];

function interruptBits(suffix: string, summary: string, groups: string): readonly CsrField[] {
  return sources
    .filter(([, , , group]) => groups.includes(group))
    .map(([name, position, what]) => bit(`${name}I${suffix}`, position, `${what} interrupt ${summary}`));
}

/** hvip and hideleg: the interrupts of VS-mode only. */
const guestInterrupts = (suffix: string, summary: string): readonly CsrField[] =>
  interruptBits(suffix, summary, 'h').filter(({ name }) => name.startsWith('VS'));

const trapVector: readonly CsrField[] = [
  field('BASE', 63, 2, 'address of the trap handler, bits 63:2'),
  field('MODE', 1, 0, 'where interrupts go', { 0: 'Direct', 1: 'Vectored' }),
];

const trapCause: readonly CsrField[] = [
  bit('Interrupt', 63, 'the trap is an interrupt'),
  field('Code', 62, 0, 'exception or interrupt code'),
];

const counterEnable: readonly CsrField[] = [
  field('HPM', 31, 3, 'hpmcounter3 to hpmcounter31 may be read below'),
  bit('IR', 2, 'instret may be read below'),
  bit('TM', 1, 'time may be read below'),
  bit('CY', 0, 'cycle may be read below'),
];

const environment: readonly CsrField[] = [
  bit('CBZE', 7, 'cbo.zero may be executed'),
  bit('CBCFE', 6, 'cbo.clean and cbo.flush may be executed'),
  field('CBIE', 5, 4, 'what cbo.inval does', { 0: 'traps', 1: 'flushes', 3: 'invalidates' }),
  bit('FIOM', 0, 'fences of device accesses also order memory'),
];

const environmentBelow = (timer: string): readonly CsrField[] => [
  bit('STCE', 63, `${timer} may be used`),
  bit('PBMTE', 62, 'page-table entries have memory types'),
  bit('ADUE', 61, 'the machine sets A and D of page-table entries'),
  ...environment,
];

const addressSpace = (space: string, spaceHigh: number, what: string, suffix = ''): readonly CsrField[] => [
  field('MODE', 63, 60, 'translation scheme', {
    0: 'Bare',
    8: `Sv39${suffix}`,
    9: `Sv48${suffix}`,
    10: `Sv57${suffix}`,
  }),
  field(space, spaceHigh, 44, what),
  field('PPN', 43, 0, 'physical page of the root table'),
];

const delegatedExceptions: readonly (readonly [number, string])[] = [
  [23, 'store/AMO guest-page fault'],
  [22, 'virtual instruction'],
  [21, 'load guest-page fault'],
  [20, 'instruction guest-page fault'],
  [15, 'store/AMO page fault'],
  [13, 'load page fault'],
  [12, 'instruction page fault'],
  [10, 'environment call from VS-mode'],
  [9, 'environment call from S-mode'],
  [8, 'environment call from U-mode'],
  [7, 'store/AMO access fault'],
  [6, 'store/AMO address misaligned'],
  [5, 'load access fault'],
  [4, 'load address misaligned'],
  [3, 'breakpoint'],
  [2, 'illegal instruction'],
  [1, 'instruction access fault'],
  [0, 'instruction address misaligned'],
];

const physicalProtection = (first: number): readonly CsrField[] =>
  Array.from({ length: 8 }, (_, index) => 7 - index).map((index) =>
    field(`pmp${first + index}cfg`, index * 8 + 7, index * 8, 'L (bit 7), A (4:3: off, TOR, NA4, NAPOT), X, W, R'),
  );

/** Fields by CSR name. */
export const csrFields: Readonly<Record<string, readonly CsrField[]>> = {
  mstatus: machineStatus,
  sstatus: supervisorStatus,
  misa: [
    field('MXL', 63, 62, 'XLEN of M-mode', width),
    ...Array.from({ length: 26 }, (_, index) => 25 - index).map((index) => {
      const letter = String.fromCharCode(65 + index);
      return bit(letter, index, `extension ${letter}`);
    }),
  ],
  hstatus: [
    field('VSXL', 33, 32, 'XLEN of VS-mode', width),
    bit('VTSR', 22, 'sret in VS-mode traps'),
    bit('VTW', 21, 'wfi in VS-mode traps'),
    bit('VTVM', 20, 'satp and sfence.vma in VS-mode trap'),
    field('VGEIN', 17, 12, 'guest external interrupt that is the external interrupt of VS-mode'),
    bit('HU', 9, 'hlv, hlvx and hsv may be executed in U-mode'),
    bit('SPVP', 8, 'privilege before the last trap out of a guest, and of hlv and hsv', { 0: 'VU', 1: 'VS' }),
    bit('SPV', 7, 'V before the trap into HS-mode'),
    bit('GVA', 6, 'stval is a guest virtual address'),
    bit('VSBE', 5, 'VS-mode data is big-endian'),
  ],
  vsstatus: supervisorStatus,
  mie: interruptBits('E', 'is enabled', 'msh'),
  sie: interruptBits('E', 'is enabled', 's'),
  hie: interruptBits('E', 'is enabled', 'h'),
  vsie: interruptBits('E', 'is enabled', 's'),
  mip: interruptBits('P', 'is pending', 'msh'),
  sip: interruptBits('P', 'is pending', 's'),
  hip: interruptBits('P', 'is pending', 'h'),
  vsip: interruptBits('P', 'is pending', 's'),
  hvip: guestInterrupts('P', 'is injected'),
  mideleg: interruptBits('', 'goes to S-mode', 'msh'),
  hideleg: guestInterrupts('', 'goes to VS-mode'),
  medeleg: delegatedExceptions.map(([code, what]) => bit(`E${code}`, code, `${what} goes to S-mode`)),
  // Guest-page faults, virtual instructions and environment calls of supervisors stay with HS-mode.
  hedeleg: delegatedExceptions
    .filter(([code]) => code <= 8 || (code >= 12 && code <= 15))
    .map(([code, what]) => bit(`E${code}`, code, `${what} goes to VS-mode`)),
  mtvec: trapVector,
  stvec: trapVector,
  vstvec: trapVector,
  mcause: trapCause,
  scause: trapCause,
  vscause: trapCause,
  mcounteren: counterEnable,
  scounteren: counterEnable,
  hcounteren: counterEnable,
  mcountinhibit: [
    field('HPM', 31, 3, 'mhpmcounter3 to mhpmcounter31 stand still'),
    bit('IR', 2, 'minstret stands still'),
    bit('CY', 0, 'mcycle stands still'),
  ],
  menvcfg: environmentBelow('stimecmp'),
  senvcfg: environment,
  henvcfg: environmentBelow('vstimecmp'),
  satp: addressSpace('ASID', 59, 'address space'),
  vsatp: addressSpace('ASID', 59, 'address space'),
  hgatp: addressSpace('VMID', 57, 'virtual machine', 'x4'),
  htval: [field('GPA', 63, 0, 'guest physical address, shifted right by 2')],
  mtval2: [field('GPA', 63, 0, 'guest physical address, shifted right by 2')],
  pmpcfg0: physicalProtection(0),
  pmpcfg2: physicalProtection(8),
};
