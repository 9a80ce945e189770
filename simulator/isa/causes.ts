/** Trap causes (manual, volume II, "Machine Cause (mcause) Register"). */
import type { Cause } from './types';

function exception(code: number, id: string, name: string): Cause {
  return { code, interrupt: false, id, name };
}

function interrupt(code: number, id: string, name: string): Cause {
  return { code, interrupt: true, id, name };
}

export const exceptionCauses: readonly Cause[] = [
  exception(0, 'instruction-misaligned', 'Instruction address misaligned'),
  exception(1, 'instruction-access-fault', 'Instruction access fault'),
  exception(2, 'illegal-instruction', 'Illegal instruction'),
  exception(3, 'breakpoint', 'Breakpoint'),
  exception(4, 'load-misaligned', 'Load address misaligned'),
  exception(5, 'load-access-fault', 'Load access fault'),
  exception(6, 'store-misaligned', 'Store/AMO address misaligned'),
  exception(7, 'store-access-fault', 'Store/AMO access fault'),
  exception(8, 'user-ecall', 'Environment call from U-mode'),
  exception(9, 'supervisor-ecall', 'Environment call from S-mode'),
  exception(10, 'virtual-supervisor-ecall', 'Environment call from VS-mode'),
  exception(11, 'machine-ecall', 'Environment call from M-mode'),
  exception(12, 'instruction-page-fault', 'Instruction page fault'),
  exception(13, 'load-page-fault', 'Load page fault'),
  exception(15, 'store-page-fault', 'Store/AMO page fault'),
  exception(20, 'instruction-guest-page-fault', 'Instruction guest-page fault'),
  exception(21, 'load-guest-page-fault', 'Load guest-page fault'),
  exception(22, 'virtual-instruction', 'Virtual instruction'),
  exception(23, 'store-guest-page-fault', 'Store/AMO guest-page fault'),
];

export const interruptCauses: readonly Cause[] = [
  interrupt(1, 'supervisor-software', 'Supervisor software interrupt'),
  interrupt(2, 'virtual-supervisor-software', 'Virtual supervisor software interrupt'),
  interrupt(3, 'machine-software', 'Machine software interrupt'),
  interrupt(5, 'supervisor-timer', 'Supervisor timer interrupt'),
  interrupt(6, 'virtual-supervisor-timer', 'Virtual supervisor timer interrupt'),
  interrupt(7, 'machine-timer', 'Machine timer interrupt'),
  interrupt(9, 'supervisor-external', 'Supervisor external interrupt'),
  interrupt(10, 'virtual-supervisor-external', 'Virtual supervisor external interrupt'),
  interrupt(11, 'machine-external', 'Machine external interrupt'),
  interrupt(12, 'supervisor-guest-external', 'Supervisor guest external interrupt'),
];

/** Exception codes by what they are, for code that raises them. */
export const ExceptionCode = {
  instructionMisaligned: 0,
  instructionAccessFault: 1,
  illegalInstruction: 2,
  breakpoint: 3,
  loadMisaligned: 4,
  loadAccessFault: 5,
  storeMisaligned: 6,
  storeAccessFault: 7,
  userEcall: 8,
  supervisorEcall: 9,
  virtualSupervisorEcall: 10,
  machineEcall: 11,
  instructionPageFault: 12,
  loadPageFault: 13,
  storePageFault: 15,
  instructionGuestPageFault: 20,
  loadGuestPageFault: 21,
  virtualInstruction: 22,
  storeGuestPageFault: 23,
} as const;

const guestPageFaults: ReadonlySet<number> = new Set([
  ExceptionCode.instructionGuestPageFault,
  ExceptionCode.loadGuestPageFault,
  ExceptionCode.storeGuestPageFault,
]);

/** Whether an exception is of the second stage of translation. */
export const isGuestPageFault = (code: number): boolean => guestPageFaults.has(code);

/** Whether an exception is of a load or a store for its alignment. */
export const isMisaligned = (code: number): boolean =>
  code === ExceptionCode.loadMisaligned || code === ExceptionCode.storeMisaligned;

/** Interrupt codes, which are also bit numbers in mip, mie and mideleg: see `InterruptBit`. */
export const InterruptCode = {
  supervisorSoftware: 1,
  virtualSupervisorSoftware: 2,
  machineSoftware: 3,
  supervisorTimer: 5,
  virtualSupervisorTimer: 6,
  machineTimer: 7,
  supervisorExternal: 9,
  virtualSupervisorExternal: 10,
  machineExternal: 11,
  supervisorGuestExternal: 12,
} as const;

type InterruptName = keyof typeof InterruptCode;

/** Interrupts by their bits in mip, mie and mideleg. */
export const InterruptBit = Object.fromEntries(
  Object.entries(InterruptCode).map(([name, code]) => [name, 1 << code]),
) as { readonly [Name in InterruptName]: number };

/** The standard interrupts of M-mode, of S-mode, and those that H adds for VS-mode. */
export const MACHINE_INTERRUPTS =
  InterruptBit.machineSoftware | InterruptBit.machineTimer | InterruptBit.machineExternal;
export const SUPERVISOR_INTERRUPTS =
  InterruptBit.supervisorSoftware | InterruptBit.supervisorTimer | InterruptBit.supervisorExternal;
export const VIRTUAL_INTERRUPTS =
  InterruptBit.virtualSupervisorSoftware | InterruptBit.virtualSupervisorTimer | InterruptBit.virtualSupervisorExternal;

const exceptionsByCode = new Map(exceptionCauses.map((cause) => [cause.code, cause]));
const interruptsByCode = new Map(interruptCauses.map((cause) => [cause.code, cause]));

/** The cause of a code; one that the manual reserves gets a plain name. */
export function causeOf(code: number, isInterrupt: boolean): Cause {
  const known = (isInterrupt ? interruptsByCode : exceptionsByCode).get(code);
  if (known) return known;
  const kind = isInterrupt ? 'interrupt' : 'exception';
  return { code, interrupt: isInterrupt, id: `${kind}-${code}`, name: `Reserved ${kind} ${code}` };
}
