/** satp, vsatp and hgatp: translation scheme, address space, root table. */
import { Csr, fieldShift, PagingMode } from '../../isa';
import { Privilege } from '../../mmu';
import { CsrSlot, HypervisorStatus, Status } from '../hart/hart-state';
import type { HartOptions } from '../hart/options';
import { type CsrRegister, plain, Refusal } from './register';

/** Fields of the high word; hgatp has them where satp has them. */
export const MODE_SHIFT = fieldShift(Csr.satp, 'MODE');
export const SPACE_SHIFT = fieldShift(Csr.satp, 'ASID');
/** What of PPN, which goes over both words, is in the high one. */
export const PPN_HIGH = (1 << SPACE_SHIFT) - 1;
/** The words of a value of satp's form. @param root number of the root table's page */
export function translationWords(mode: number, space: number, root: number): { low: number; high: number } {
  return { low: root | 0, high: (mode << MODE_SHIFT) | (space << SPACE_SHIFT) | Math.floor(root / 2 ** 32) };
}

/** The root of a second stage is four pages, aligned. */
const GUEST_ROOT_LOW = ~3;

const isKnown = (mode: number, { paging }: HartOptions): boolean =>
  mode === PagingMode.bare || mode === PagingMode.sv39 || (mode === PagingMode.sv48 && paging === 'sv48');

const spaceMask = (bits: number): number => ((1 << bits) - 1) << SPACE_SHIFT;

/** MODE, ASID and PPN in the high word, as far as the machine has them. */
const supervisorHigh = (mode: number, high: number, { asidBits }: HartOptions): number =>
  (mode << MODE_SHIFT) | (high & (spaceMask(asidBits) | PPN_HIGH));

const satp: CsrRegister = {
  ...plain(CsrSlot.satp),
  // A write with an unsupported MODE has no effect at all.
  write: ({ state, host }, low, high) => {
    const mode = high >>> MODE_SHIFT;
    if (!isKnown(mode, host.options)) return;
    state.setCsr(CsrSlot.satp, low, supervisorHigh(mode, high, host.options));
    host.modesChanged();
  },
  refusal: ({ state }) =>
    state.privilege === Privilege.supervisor && (state.status & Status.TVM) !== 0 ? Refusal.Illegal : Refusal.Allowed,
};

const vsatp: CsrRegister = {
  ...plain(CsrSlot.vsatp),
  // In VS-mode, where it is satp, it behaves like satp; from outside that is a choice.
  write: ({ state, host }, low, high) => {
    let mode = high >>> MODE_SHIFT;
    if (!isKnown(mode, host.options)) {
      if (state.virtual || host.options.unknownVirtualMode === 'ignored') return;
      mode = state.csrHigh(CsrSlot.vsatp) >>> MODE_SHIFT;
    }
    state.setCsr(CsrSlot.vsatp, low, supervisorHigh(mode, high, host.options));
    host.modesChanged();
  },
  // Only VS-mode's satp is VTVM's: elsewhere vsatp has its own number.
  refusal: ({ state }) =>
    state.virtual && (state.hypervisorStatus & HypervisorStatus.VTVM) !== 0 ? Refusal.Virtual : Refusal.Allowed,
};

const hgatp: CsrRegister = {
  ...plain(CsrSlot.hgatp),
  // The fields are legalised one by one: an unsupported MODE does not keep the others from being written.
  write: ({ state, host }, low, high) => {
    const { options } = host;
    let mode = high >>> MODE_SHIFT;
    if (!isKnown(mode, options)) {
      mode = options.unknownGuestMode === 'bare' ? PagingMode.bare : state.csrHigh(CsrSlot.hgatp) >>> MODE_SHIFT;
    }
    const space = spaceMask(options.vmidBits);
    state.setCsr(CsrSlot.hgatp, low & GUEST_ROOT_LOW, (mode << MODE_SHIFT) | (high & (space | PPN_HIGH)));
    host.modesChanged();
    host.hgatpWritten();
  },
  refusal: ({ state }) => {
    const isTrapped = !state.virtual && state.privilege === Privilege.supervisor && (state.status & Status.TVM) !== 0;
    return isTrapped ? Refusal.Illegal : Refusal.Allowed;
  },
};

export const translationRegisters = { satp };
export const virtualTranslationRegisters = { vsatp, hgatp };
