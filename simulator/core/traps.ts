import { ExceptionCode, InterruptCode } from '../isa';
import { Privilege } from '../mmu';
import { CsrSlot, type HartState, Status } from './hart-state';

/** Highest priority first (manual, volume II, "Machine Interrupt Registers"). */
const interruptOrder: readonly number[] = [
  InterruptCode.machineExternal,
  InterruptCode.machineSoftware,
  InterruptCode.machineTimer,
  InterruptCode.supervisorExternal,
  InterruptCode.supervisorSoftware,
  InterruptCode.supervisorTimer,
];

/** What distinguishes trap entry and return of the two modes that handle traps. */
interface TrapMode {
  readonly name: 'm' | 's';
  readonly privilege: Privilege;
  readonly epc: CsrSlot;
  readonly cause: CsrSlot;
  readonly value: CsrSlot;
  readonly vector: CsrSlot;
}

const machine: TrapMode = {
  name: 'm',
  privilege: Privilege.machine,
  epc: CsrSlot.mepc,
  cause: CsrSlot.mcause,
  value: CsrSlot.mtval,
  vector: CsrSlot.mtvec,
};

const supervisor: TrapMode = {
  name: 's',
  privilege: Privilege.supervisor,
  epc: CsrSlot.sepc,
  cause: CsrSlot.scause,
  value: CsrSlot.stval,
  vector: CsrSlot.stvec,
};

/** The code of the interrupt that would be taken now, or -1. */
export function pendingInterrupt(state: HartState): number {
  const pending = state.pending & state.enabled;
  if (pending === 0) return -1;
  const { privilege, status } = state;
  const delegated = state.csrLow(CsrSlot.mideleg);
  const machineEnabled = privilege < Privilege.machine || (status & Status.MIE) !== 0;
  const supervisorEnabled =
    privilege < Privilege.supervisor || (privilege === Privilege.supervisor && (status & Status.SIE) !== 0);
  const takenByMachine = machineEnabled ? pending & ~delegated : 0;
  const taken = takenByMachine || (supervisorEnabled ? pending & delegated : 0);
  if (taken === 0) return -1;
  return interruptOrder.find((code) => (taken >> code) & 1) ?? -1;
}

/**
 * The architectural entry into the handler of a trap at pc: epc, cause, tval, the interrupt-enable stack, privilege, pc.
 * @returns the mode that handles it
 */
export function enterTrap(
  state: HartState,
  code: number,
  isInterrupt: boolean,
  valueLow: number,
  valueHigh: number,
): 'm' | 's' {
  const delegation = state.csrLow(isInterrupt ? CsrSlot.mideleg : CsrSlot.medeleg);
  const isDelegated = state.privilege < Privilege.machine && ((delegation >>> code) & 1) !== 0;
  const mode = isDelegated ? supervisor : machine;
  state.setCsr(mode.epc, state.pcLow, state.pcHigh);
  state.setCsr(mode.cause, code, isInterrupt ? 0x80000000 | 0 : 0);
  state.setCsr(mode.value, valueLow, valueHigh);
  state.status = isDelegated
    ? stackSupervisor(state.status, state.privilege)
    : stackMachine(state.status, state.privilege);
  state.privilege = mode.privilege;
  const vectorLow = state.csrLow(mode.vector);
  const vectorHigh = state.csrHigh(mode.vector);
  const base = vectorLow & ~3;
  const offset = isInterrupt && vectorLow & 1 ? code * 4 : 0;
  const carries = (base >>> 0) + offset > 0xffffffff;
  state.setPc(base + offset, vectorHigh + (carries ? 1 : 0));
  return mode.name;
}

function stackSupervisor(status: number, privilege: Privilege): number {
  const kept = status & ~(Status.SIE | Status.SPIE | Status.SPP);
  return kept | (status & Status.SIE ? Status.SPIE : 0) | (privilege === Privilege.supervisor ? Status.SPP : 0);
}

function stackMachine(status: number, privilege: Privilege): number {
  const kept = status & ~(Status.MIE | Status.MPIE | Status.MPP);
  return kept | (status & Status.MIE ? Status.MPIE : 0) | (privilege << Status.MPP_SHIFT);
}

/** mret or sret: pc from epc, privilege and interrupt enable from the stack in mstatus. */
export function returnFromTrap(state: HartState, instruction: 'mret' | 'sret'): void {
  const { status } = state;
  if (instruction === 'mret') {
    const previous = ((status & Status.MPP) >> Status.MPP_SHIFT) as Privilege;
    let next = (status & ~(Status.MIE | Status.MPP)) | Status.MPIE | (status & Status.MPIE ? Status.MIE : 0);
    if (previous !== Privilege.machine) next &= ~Status.MPRV;
    state.status = next;
    state.privilege = previous;
    state.setPc(state.csrLow(CsrSlot.mepc), state.csrHigh(CsrSlot.mepc));
  } else {
    const previous = status & Status.SPP ? Privilege.supervisor : Privilege.user;
    const kept = status & ~(Status.SIE | Status.SPP | Status.MPRV);
    state.status = kept | Status.SPIE | (status & Status.SPIE ? Status.SIE : 0);
    state.privilege = previous;
    state.setPc(state.csrLow(CsrSlot.sepc), state.csrHigh(CsrSlot.sepc));
  }
}

/** The exception of `ecall`, by the mode that calls. */
export function ecallCode(privilege: Privilege): number {
  if (privilege === Privilege.machine) return ExceptionCode.machineEcall;
  return privilege === Privilege.supervisor ? ExceptionCode.supervisorEcall : ExceptionCode.userEcall;
}
