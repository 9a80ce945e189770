/** CSRs of M-mode (manual, volume II, "Machine-Level ISA"). */
import { between, type CsrField, csrGroup, family, numbered } from './description';
import {
  allOwners,
  bit,
  counterEnable,
  delegatedExceptions,
  environmentBelow,
  field,
  interruptBits,
  machineStatus,
  trapCause,
  trapVector,
  width,
} from './fields';

const extensionLetters: readonly CsrField[] = Array.from({ length: 26 }, (_, index) => 25 - index).map((index) => {
  const letter = String.fromCharCode(65 + index);
  return bit(letter, index, `extension ${letter}`);
});

const physicalProtection = (first: number): readonly CsrField[] =>
  Array.from({ length: 8 }, (_, index) => 7 - index).map((index) =>
    field(`pmp${first + index}cfg`, index * 8 + 7, index * 8, 'L (bit 7), A (4:3: off, TOR, NA4, NAPOT), X, W, R'),
  );

const protection = 'physical memory protection, eight configurations';

export const machineCsrs = csrGroup('machine', {
  mvendorid: { number: 0xf11, summary: 'JEDEC vendor id; 0: none' },
  marchid: { number: 0xf12, summary: 'architecture id of the implementation' },
  mimpid: { number: 0xf13, summary: 'version of the implementation' },
  mhartid: { number: 0xf14, summary: 'number of this hart' },
  mconfigptr: { number: 0xf15, summary: 'address of the configuration structure; 0: none' },
  mstatus: { number: 0x300, summary: 'machine status', fields: machineStatus },
  misa: {
    number: 0x301,
    summary: 'width and extensions',
    fields: [field('MXL', 63, 62, 'XLEN of M-mode', width), ...extensionLetters],
  },
  medeleg: {
    number: 0x302,
    summary: 'exceptions that go to S-mode',
    fields: delegatedExceptions('S-mode', () => true),
  },
  mideleg: {
    number: 0x303,
    summary: 'interrupts that go to S-mode',
    fields: interruptBits('', 'goes to S-mode', allOwners),
  },
  mie: { number: 0x304, summary: 'interrupts enabled', fields: interruptBits('E', 'is enabled', allOwners) },
  mtvec: { number: 0x305, summary: 'trap handler of M-mode', fields: trapVector },
  mcounteren: { number: 0x306, summary: 'counters that S-mode may read', fields: counterEnable },
  menvcfg: { number: 0x30a, summary: 'environment of modes below M', fields: environmentBelow('stimecmp') },
  mcountinhibit: {
    number: 0x320,
    summary: 'counters that stand still',
    fields: [
      field('HPM', 31, 3, 'mhpmcounter3 to mhpmcounter31 stand still'),
      bit('IR', 2, 'minstret stands still'),
      bit('CY', 0, 'mcycle stands still'),
    ],
  },
  ...family('mhpmevent', between(3, 31), numbered(0x320, 'event that the counter counts')),
  mscratch: { number: 0x340, summary: 'for the M-mode trap handler' },
  mepc: { number: 0x341, summary: 'pc of the instruction that trapped into M-mode' },
  mcause: { number: 0x342, summary: 'cause of the trap into M-mode', fields: trapCause },
  mtval: { number: 0x343, summary: 'address or instruction that trapped into M-mode' },
  mip: { number: 0x344, summary: 'interrupts pending', fields: interruptBits('P', 'is pending', allOwners) },
  pmpcfg0: { number: 0x3a0, summary: protection, fields: physicalProtection(0) },
  pmpcfg2: { number: 0x3a2, summary: protection, fields: physicalProtection(8) },
  ...family('pmpcfg', [4, 6, 8, 10, 12, 14], numbered(0x3a0, protection)),
  ...family('pmpaddr', between(0, 63), numbered(0x3b0, 'physical memory protection, address bits 55:2')),
  mcycle: { number: 0xb00, summary: 'cycles of this hart' },
  minstret: { number: 0xb02, summary: 'instructions retired by this hart' },
  ...family('mhpmcounter', between(3, 31), numbered(0xb00, 'event counter')),
});
