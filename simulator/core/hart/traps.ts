import { causeBits, ExceptionCode, exceptionCauses, InterruptCode } from '../../isa';
import { Privilege } from '../../mmu';
import { CsrSlot, type HartState, HypervisorStatus, Status, StatusHigh } from './hart-state';

/** Highest priority first (manual, volume II, "Machine Interrupt Registers" and "Hypervisor Interrupt Registers"). */
const interruptOrder: readonly number[] = [
  InterruptCode.machineExternal,
  InterruptCode.machineSoftware,
  InterruptCode.machineTimer,
  InterruptCode.supervisorExternal,
  InterruptCode.supervisorSoftware,
  InterruptCode.supervisorTimer,
  InterruptCode.supervisorGuestExternal,
  InterruptCode.virtualSupervisorExternal,
  InterruptCode.virtualSupervisorSoftware,
  InterruptCode.virtualSupervisorTimer,
];

/** The mode that handles a trap: M, HS (S without H), or VS. */
export type TrapMode = 'm' | 's' | 'vs';

/** What a trap into M- or HS-mode tells besides cause and value. */
export interface TrapDetails {
  /** The value is a guest virtual address (GVA). */
  readonly guestVirtual: boolean;
  /** htval or mtval2: the guest physical address that faulted, shifted right by 2. */
  readonly htvalLow: number;
  readonly htvalHigh: number;
  /** htinst or mtinst. */
  readonly htinst: number;
}

/** Of a trap that tells nothing but whether its value is a guest virtual address. */
const guestAddress: TrapDetails = { guestVirtual: true, htvalLow: 0, htvalHigh: 0, htinst: 0 };
const otherValue: TrapDetails = { ...guestAddress, guestVirtual: false };

export const addressDetails = (isGuestVirtual: boolean): TrapDetails => (isGuestVirtual ? guestAddress : otherValue);

/** Exceptions whose value is an address: misaligned, access faults, page faults, guest-page faults. */
const ADDRESS_EXCEPTIONS = causeBits(exceptionCauses.filter(({ access }) => access !== undefined));

/** The code of the interrupt that would be taken now, or -1. */
export function pendingInterrupt(state: HartState): number {
  const pending = state.pending & state.enabled;
  if (pending === 0) return -1;
  const taken = takenInterrupts(state, pending);
  if (taken === 0) return -1;
  return interruptOrder.find((code) => (taken >> code) & 1) ?? -1;
}

/** Those of the pending interrupts that the most privileged mode takes which takes any now. */
function takenInterrupts(state: HartState, pending: number): number {
  const { privilege, virtual } = state;
  const delegated = state.csrLow(CsrSlot.mideleg);
  const machineEnabled = privilege < Privilege.machine || (state.status & Status.MIE) !== 0;
  const byMachine = machineEnabled ? pending & ~delegated : 0;
  if (byMachine !== 0) return byMachine;
  const toGuest = state.csrLow(CsrSlot.hideleg);
  const supervisorEnabled =
    privilege < Privilege.supervisor ||
    (privilege === Privilege.supervisor && (virtual || (state.status & Status.SIE) !== 0));
  const bySupervisor = supervisorEnabled ? pending & delegated & ~toGuest : 0;
  if (bySupervisor !== 0 || !virtual) return bySupervisor;
  const guestEnabled = privilege < Privilege.supervisor || (state.virtualStatus & Status.SIE) !== 0;
  return guestEnabled ? pending & delegated & toGuest : 0;
}

/**
 * The architectural entry into the handler of a trap at pc: epc, cause, tval, the interrupt-enable stack, mode, pc.
 * @param details for traps into M- and HS-mode; absent where they follow from code and mode
 * @returns the mode that handles it
 */
export function enterTrap(
  state: HartState,
  code: number,
  isInterrupt: boolean,
  valueLow: number,
  valueHigh: number,
  details?: TrapDetails,
): TrapMode {
  const { privilege } = state;
  const machineDelegates = state.csrLow(isInterrupt ? CsrSlot.mideleg : CsrSlot.medeleg);
  if (privilege === Privilege.machine || ((machineDelegates >>> code) & 1) === 0) {
    enterMachine(state, code, isInterrupt, valueLow, valueHigh, details);
    return 'm';
  }
  return redirectTrap(state, code, isInterrupt, valueLow, valueHigh, details);
}

/**
 * The same for a trap that M-mode does not keep, whether medeleg or mideleg pass it on or M-mode's software does.
 * @returns the mode that handles it: never M
 */
export function redirectTrap(
  state: HartState,
  code: number,
  isInterrupt: boolean,
  valueLow: number,
  valueHigh: number,
  details?: TrapDetails,
): TrapMode {
  if (state.virtual) {
    const hypervisorDelegates = state.csrLow(isInterrupt ? CsrSlot.hideleg : CsrSlot.hedeleg);
    if ((hypervisorDelegates >>> code) & 1) {
      // VS-mode's interrupts are to it what S-mode's are to S-mode.
      enterVirtualSupervisor(state, isInterrupt ? code - 1 : code, isInterrupt, valueLow, valueHigh);
      return 'vs';
    }
  }
  enterSupervisor(state, code, isInterrupt, valueLow, valueHigh, details);
  return 's';
}

function enterMachine(
  state: HartState,
  code: number,
  isInterrupt: boolean,
  valueLow: number,
  valueHigh: number,
  details: TrapDetails | undefined,
): void {
  const { status, privilege, virtual } = state;
  state.setCsr(CsrSlot.mepc, state.pcLow, state.pcHigh);
  state.setCsr(CsrSlot.mcause, code, causeHigh(isInterrupt));
  state.setCsr(CsrSlot.mtval, valueLow, valueHigh);
  state.setCsr(CsrSlot.mtval2, details?.htvalLow ?? 0, details?.htvalHigh ?? 0);
  state.setCsr(CsrSlot.mtinst, details?.htinst ?? 0, 0);
  const kept = status & ~(Status.MIE | Status.MPIE | Status.MPP);
  state.status = kept | (status & Status.MIE ? Status.MPIE : 0) | (privilege << Status.MPP_SHIFT);
  const isGuestVirtual = details ? details.guestVirtual : virtual && isAddress(code, isInterrupt);
  state.statusHigh = (isGuestVirtual ? StatusHigh.GVA : 0) | (virtual ? StatusHigh.MPV : 0);
  state.privilege = Privilege.machine;
  state.virtual = false;
  goToVector(state, CsrSlot.mtvec, code, isInterrupt);
}

function enterSupervisor(
  state: HartState,
  code: number,
  isInterrupt: boolean,
  valueLow: number,
  valueHigh: number,
  details: TrapDetails | undefined,
): void {
  const { status, privilege, virtual, hypervisorStatus } = state;
  state.setCsr(CsrSlot.sepc, state.pcLow, state.pcHigh);
  state.setCsr(CsrSlot.scause, code, causeHigh(isInterrupt));
  state.setCsr(CsrSlot.stval, valueLow, valueHigh);
  state.setCsr(CsrSlot.htval, details?.htvalLow ?? 0, details?.htvalHigh ?? 0);
  state.setCsr(CsrSlot.htinst, details?.htinst ?? 0, 0);
  state.status = stacked(status, privilege);
  const isGuestVirtual = details ? details.guestVirtual : virtual && isAddress(code, isInterrupt);
  // SPVP is that of the last trap out of a guest.
  const replaced = HypervisorStatus.GVA | HypervisorStatus.SPV | (virtual ? HypervisorStatus.SPVP : 0);
  state.hypervisorStatus =
    (hypervisorStatus & ~replaced) |
    (isGuestVirtual ? HypervisorStatus.GVA : 0) |
    (virtual ? HypervisorStatus.SPV : 0) |
    (virtual && privilege === Privilege.supervisor ? HypervisorStatus.SPVP : 0);
  state.privilege = Privilege.supervisor;
  state.virtual = false;
  goToVector(state, CsrSlot.stvec, code, isInterrupt);
}

function enterVirtualSupervisor(
  state: HartState,
  code: number,
  isInterrupt: boolean,
  valueLow: number,
  valueHigh: number,
): void {
  state.setCsr(CsrSlot.vsepc, state.pcLow, state.pcHigh);
  state.setCsr(CsrSlot.vscause, code, causeHigh(isInterrupt));
  state.setCsr(CsrSlot.vstval, valueLow, valueHigh);
  state.virtualStatus = stacked(state.virtualStatus, state.privilege);
  state.privilege = Privilege.supervisor;
  goToVector(state, CsrSlot.vstvec, code, isInterrupt);
}

const causeHigh = (isInterrupt: boolean): number => (isInterrupt ? 0x80000000 | 0 : 0);

const isAddress = (code: number, isInterrupt: boolean): boolean =>
  !isInterrupt && ((ADDRESS_EXCEPTIONS >>> code) & 1) !== 0;

function goToVector(state: HartState, slot: CsrSlot, code: number, isInterrupt: boolean): void {
  const vectorLow = state.csrLow(slot);
  const base = vectorLow & ~3;
  const offset = isInterrupt && vectorLow & 1 ? code * 4 : 0;
  const carries = (base >>> 0) + offset > 0xffffffff;
  state.setPc(base + offset, state.csrHigh(slot) + (carries ? 1 : 0));
}

/** sstatus or vsstatus after a trap into its mode. */
function stacked(status: number, privilege: Privilege): number {
  const kept = status & ~(Status.SIE | Status.SPIE | Status.SPP);
  return kept | (status & Status.SIE ? Status.SPIE : 0) | (privilege === Privilege.supervisor ? Status.SPP : 0);
}

/** sstatus or vsstatus after an sret from its mode. */
function unstacked(status: number): number {
  return (status & ~(Status.SIE | Status.SPP)) | Status.SPIE | (status & Status.SPIE ? Status.SIE : 0);
}

const previousSupervised = (status: number): Privilege => (status & Status.SPP ? Privilege.supervisor : Privilege.user);

/** mret or sret: pc from epc, mode and interrupt enable from the stack in mstatus or, in VS-mode, vsstatus. */
export function returnFromTrap(state: HartState, instruction: 'mret' | 'sret'): void {
  const { status } = state;
  if (instruction === 'mret') {
    const previous = ((status & Status.MPP) >> Status.MPP_SHIFT) as Privilege;
    let next = (status & ~(Status.MIE | Status.MPP)) | Status.MPIE | (status & Status.MPIE ? Status.MIE : 0);
    if (previous !== Privilege.machine) next &= ~Status.MPRV;
    state.status = next;
    state.virtual = previous !== Privilege.machine && (state.statusHigh & StatusHigh.MPV) !== 0;
    state.statusHigh &= ~StatusHigh.MPV;
    state.privilege = previous;
    state.setPc(state.csrLow(CsrSlot.mepc), state.csrHigh(CsrSlot.mepc));
  } else if (state.virtual) {
    const { virtualStatus } = state;
    state.virtualStatus = unstacked(virtualStatus);
    state.privilege = previousSupervised(virtualStatus);
    state.setPc(state.csrLow(CsrSlot.vsepc), state.csrHigh(CsrSlot.vsepc));
  } else {
    state.status = unstacked(status) & ~Status.MPRV;
    state.virtual = (state.hypervisorStatus & HypervisorStatus.SPV) !== 0;
    state.hypervisorStatus &= ~HypervisorStatus.SPV;
    state.privilege = previousSupervised(status);
    state.setPc(state.csrLow(CsrSlot.sepc), state.csrHigh(CsrSlot.sepc));
  }
}

/** The exception of `ecall`, by the mode that calls. */
export function ecallCode(privilege: Privilege, virtual: boolean): number {
  if (privilege === Privilege.machine) return ExceptionCode.machineEcall;
  if (privilege === Privilege.user) return ExceptionCode.userEcall;
  return virtual ? ExceptionCode.virtualSupervisorEcall : ExceptionCode.supervisorEcall;
}
