/** mstatus and its view sstatus, environment configuration, and the other CSRs of M- and S-mode. */
import {
  between,
  Csr,
  causeBits,
  exceptionCauses,
  family,
  fieldShift,
  highMask,
  InterruptBit,
  lowMask,
} from '../../isa';
import { Privilege } from '../../mmu';
import { CsrSlot, Environment, EnvironmentHigh, fromWords, Status, StatusHigh } from '../hart/hart-state';
import type { HartOptions } from '../hart/options';
import { counterRegisters } from './counters';
import type { CsrFile } from './file';
import { interruptRegisters, timerIsEnabled } from './interrupts';
import { type CsrRegister, constant, exceptionPc, plain, trapVector } from './register';
import { translationRegisters } from './translation';

/** Exceptions that can be delegated: all that the register has. */
const DELEGABLE_EXCEPTIONS = lowMask(Csr.medeleg, ...Csr.medeleg.fields.map(({ name }) => name));
/** Those of them that H adds. */
const ADDED_EXCEPTIONS = causeBits(exceptionCauses.filter(({ ofHypervisor }) => ofHypervisor));

export const SSTATUS_BITS = Status.SIE | Status.SPIE | Status.SPP | Status.FS | Status.SUM | Status.MXR;
const MSTATUS_WRITE = SSTATUS_BITS | Status.MIE | Status.MPIE | Status.MPRV | Status.TVM | Status.TW | Status.TSR;
/** What MXL, SXL, UXL and VSXL say of 64 bits. */
export const XLEN_64 = 2;
/** UXL and SXL are read-only; SBE and MBE are read-only 0. */
export const SSTATUS_HIGH = XLEN_64 << fieldShift(Csr.sstatus, 'UXL');
const MSTATUS_HIGH = (XLEN_64 << fieldShift(Csr.mstatus, 'UXL')) | (XLEN_64 << fieldShift(Csr.mstatus, 'SXL'));
const SD = highMask(Csr.mstatus, 'SD');
const STIP = InterruptBit.supervisorTimer;

const MISA_LOW = lowMask(Csr.misa, 'I', 'M', 'A', 'F', 'D', 'C', 'S', 'U');
const MISA_H = lowMask(Csr.misa, 'H');
const MISA_HIGH = XLEN_64 << fieldShift(Csr.misa, 'MXL');

/** The high word of a status register: SD sums up the state of extensions. */
export const withSummary = (status: number, high: number): number =>
  (status & Status.FS) === Status.FS ? high | SD : high;

function legalStatus(old: number, value: number): number {
  const mpp = (value & Status.MPP) >> Status.MPP_SHIFT;
  const isLegal = mpp === Privilege.user || mpp === Privilege.supervisor || mpp === Privilege.machine;
  return (value & MSTATUS_WRITE) | ((isLegal ? value : old) & Status.MPP);
}

const mstatus: CsrRegister = {
  read: (file) => {
    const { status, statusHigh } = file.state;
    file.set(status, withSummary(status, MSTATUS_HIGH | statusHigh));
  },
  write: ({ state, host }, low, high) => {
    state.status = legalStatus(state.status, low);
    if (host.options.hypervisor) state.statusHigh = high & (StatusHigh.GVA | StatusHigh.MPV);
    host.modesChanged();
  },
};

const sstatus: CsrRegister = {
  read: (file) => {
    const { status } = file.state;
    file.set(status & SSTATUS_BITS, withSummary(status, SSTATUS_HIGH));
  },
  write: ({ state, host }, low) => {
    state.status = (state.status & ~SSTATUS_BITS) | (low & SSTATUS_BITS);
    host.modesChanged();
  },
};

/**
 * menvcfg, senvcfg or henvcfg.
 * @param highMask bits of the high word that exist now
 */
export function environment(slot: CsrSlot, highMask: (file: CsrFile) => number): CsrRegister {
  const plainBits = Environment.FIOM | Environment.CBCFE | Environment.CBZE;
  return {
    read: (file) => file.set(file.state.csrLow(slot), file.state.csrHigh(slot) & highMask(file)),
    write: (file, low, high) => {
      const { state, host } = file;
      // 2 is reserved.
      const isLegal = (low & Environment.CBIE) >> Environment.CBIE_SHIFT !== 2;
      const invalidate = (isLegal ? low : state.csrLow(slot)) & Environment.CBIE;
      state.setCsr(slot, (low & plainBits) | invalidate, high & highMask(file));
      if (timerIsEnabled(state)) state.setCsr(CsrSlot.mip, state.csrLow(CsrSlot.mip) & ~STIP, 0);
      host.timersChanged();
    },
  };
}

const machineEnvironment = ({ supervisorTimer, pageMemoryTypes, accessedDirty }: HartOptions): number =>
  (supervisorTimer ? EnvironmentHigh.STCE : 0) |
  (pageMemoryTypes ? EnvironmentHigh.PBMTE : 0) |
  (accessedDirty === 'switchable' ? EnvironmentHigh.ADUE : 0);

const medeleg: CsrRegister = {
  ...plain(CsrSlot.medeleg),
  write: ({ state, host }, low) => {
    const delegable = host.options.hypervisor ? DELEGABLE_EXCEPTIONS : DELEGABLE_EXCEPTIONS & ~ADDED_EXCEPTIONS;
    state.setCsr(CsrSlot.medeleg, low & delegable, 0);
  },
};

/** Eight configurations from two words of four. */
function pmpConfig(index: number): CsrRegister {
  return {
    read: (file) => file.set(file.host.pmp.configWord(index), file.host.pmp.configWord(index + 1)),
    write: ({ host: { pmp } }, low, high) => {
      pmp.setConfigWord(index, low);
      pmp.setConfigWord(index + 1, high);
    },
  };
}

function pmpAddress(index: number): CsrRegister {
  return {
    read: (file) => file.setBig(file.host.pmp.addressRegister(index)),
    write: ({ host: { pmp } }, low, high) => pmp.setAddressRegister(index, fromWords(low, high)),
  };
}

const absent: CsrRegister = { ...constant(0), exists: () => false };

/** The PMP has 16 entries; registers of others are not there. */
const pmpRegisters = {
  pmpcfg0: pmpConfig(0),
  pmpcfg2: pmpConfig(2),
  ...family('pmpcfg', [4, 6, 8, 10, 12, 14], () => absent),
  ...family('pmpaddr', between(0, 15), pmpAddress),
  ...family('pmpaddr', between(16, 63), () => absent),
};

export const baseRegisters = {
  mvendorid: constant(0),
  marchid: constant(0),
  mimpid: constant(0),
  mhartid: { read: (file: CsrFile) => file.set(file.host.hartId, 0) },
  mconfigptr: constant(0),
  misa: {
    read: (file: CsrFile) => file.set(MISA_LOW | (file.host.options.hypervisor ? MISA_H : 0), MISA_HIGH),
    write: () => undefined,
  },
  mstatus,
  sstatus,
  medeleg,
  mtvec: trapVector(CsrSlot.mtvec),
  stvec: trapVector(CsrSlot.stvec),
  menvcfg: environment(CsrSlot.menvcfg, (file) => machineEnvironment(file.host.options)),
  senvcfg: environment(CsrSlot.senvcfg, () => 0),
  mscratch: plain(CsrSlot.mscratch),
  sscratch: plain(CsrSlot.sscratch),
  mepc: exceptionPc(CsrSlot.mepc),
  sepc: exceptionPc(CsrSlot.sepc),
  mcause: plain(CsrSlot.mcause),
  scause: plain(CsrSlot.scause),
  mtval: plain(CsrSlot.mtval),
  stval: plain(CsrSlot.stval),
  ...pmpRegisters,
  ...interruptRegisters,
  ...counterRegisters,
  ...translationRegisters,
};

/** There are no triggers. */
export const triggerRegisters = {
  tselect: constant(0),
  tdata1: constant(0),
  tdata2: constant(0),
  tdata3: constant(0),
  tinfo: constant(0),
};
