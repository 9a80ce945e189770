/** Field tables of the CSRs that the machine has (manual, volume II). Bits that a table leaves out are reserved (WPRI). */
import type { CsrField } from './types';

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

function interruptBits(suffix: string, summary: string, supervisorOnly: boolean): readonly CsrField[] {
  const sources: readonly (readonly [string, number, string])[] = [
    ['ME', 11, 'machine external'],
    ['SE', 9, 'supervisor external'],
    ['MT', 7, 'machine timer'],
    ['ST', 5, 'supervisor timer'],
    ['MS', 3, 'machine software'],
    ['SS', 1, 'supervisor software'],
  ];
  return sources
    .filter(([name]) => !supervisorOnly || name.startsWith('S'))
    .map(([name, position, what]) => bit(`${name}I${suffix}`, position, `${what} interrupt ${summary}`));
}

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

const environment: readonly CsrField[] = [bit('FIOM', 0, 'fences of device accesses also order memory')];

const delegatedExceptions: readonly (readonly [number, string])[] = [
  [15, 'store/AMO page fault'],
  [13, 'load page fault'],
  [12, 'instruction page fault'],
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
  mie: interruptBits('E', 'is enabled', false),
  sie: interruptBits('E', 'is enabled', true),
  mip: interruptBits('P', 'is pending', false),
  sip: interruptBits('P', 'is pending', true),
  mideleg: interruptBits('', 'goes to S-mode', false),
  medeleg: delegatedExceptions.map(([code, what]) => bit(`E${code}`, code, `${what} goes to S-mode`)),
  mtvec: trapVector,
  stvec: trapVector,
  mcause: trapCause,
  scause: trapCause,
  mcounteren: counterEnable,
  scounteren: counterEnable,
  mcountinhibit: [
    field('HPM', 31, 3, 'mhpmcounter3 to mhpmcounter31 stand still'),
    bit('IR', 2, 'minstret stands still'),
    bit('CY', 0, 'mcycle stands still'),
  ],
  menvcfg: environment,
  senvcfg: environment,
  satp: [
    field('MODE', 63, 60, 'translation scheme', { 0: 'Bare', 8: 'Sv39', 9: 'Sv48', 10: 'Sv57' }),
    field('ASID', 59, 44, 'address space'),
    field('PPN', 43, 0, 'physical page of the root table'),
  ],
  pmpcfg0: physicalProtection(0),
  pmpcfg2: physicalProtection(8),
};
