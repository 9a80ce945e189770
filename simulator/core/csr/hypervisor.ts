/** CSRs of the H extension: those of HS-mode, those that take the place of S-mode's when V = 1, and M-mode's two more. */

import { Csr, fieldShift, lowMask } from '../../isa';
import { CsrSlot, EnvironmentHigh, HypervisorStatus } from '../hart/hart-state';
import { virtualCounterRegisters } from './counters';
import { updateGuestExternal, virtualInterruptRegisters } from './interrupts';
import { type CsrRegister, exceptionPc, plain, trapVector } from './register';
import { environment, SSTATUS_BITS, SSTATUS_HIGH, withSummary, XLEN_64 } from './status';
import { virtualTranslationRegisters } from './translation';

/** VSXL, read-only. */
const HSTATUS_HIGH = XLEN_64 << fieldShift(Csr.hstatus, 'VSXL');
const HSTATUS_WRITE =
  HypervisorStatus.GVA |
  HypervisorStatus.SPV |
  HypervisorStatus.SPVP |
  HypervisorStatus.HU |
  HypervisorStatus.VTVM |
  HypervisorStatus.VTW |
  HypervisorStatus.VTSR;

const hstatus: CsrRegister = {
  read: (file) => file.set(file.state.hypervisorStatus, HSTATUS_HIGH),
  write: ({ state, host }, low) => {
    const number = (low & HypervisorStatus.VGEIN) >> HypervisorStatus.VGEIN_SHIFT;
    // A number that no guest external interrupt has is not taken.
    const source = number <= host.options.guestExternalInterrupts ? low : state.hypervisorStatus;
    state.hypervisorStatus = (low & HSTATUS_WRITE) | (source & HypervisorStatus.VGEIN);
    updateGuestExternal(state);
    host.modesChanged();
  },
};

/** What HS-mode can leave to VS-mode: all that the register has. */
const GUEST_EXCEPTIONS = lowMask(Csr.hedeleg, ...Csr.hedeleg.fields.map(({ name }) => name));

const vsstatus: CsrRegister = {
  read: (file) => {
    const { virtualStatus } = file.state;
    file.set(virtualStatus, withSummary(virtualStatus, SSTATUS_HIGH));
  },
  write: ({ state, host }, low) => {
    state.virtualStatus = low & SSTATUS_BITS;
    host.modesChanged();
  },
};

/** Bits of the high word that are there when menvcfg has them set. */
const henvcfg: CsrRegister = {
  ...environment(CsrSlot.henvcfg, (file) => {
    const given = EnvironmentHigh.ADUE | EnvironmentHigh.PBMTE | EnvironmentHigh.STCE;
    return file.state.csrHigh(CsrSlot.menvcfg) & given;
  }),
};

export const hypervisorRegisters = {
  hstatus,
  hedeleg: plain(CsrSlot.hedeleg, GUEST_EXCEPTIONS, 0),
  henvcfg,
  htval: plain(CsrSlot.htval),
  htinst: plain(CsrSlot.htinst),
  mtval2: plain(CsrSlot.mtval2),
  mtinst: plain(CsrSlot.mtinst),
  vsstatus,
  vstvec: trapVector(CsrSlot.vstvec),
  vsscratch: plain(CsrSlot.vsscratch),
  vsepc: exceptionPc(CsrSlot.vsepc),
  vscause: plain(CsrSlot.vscause),
  vstval: plain(CsrSlot.vstval),
  ...virtualInterruptRegisters,
  ...virtualCounterRegisters,
  ...virtualTranslationRegisters,
};
