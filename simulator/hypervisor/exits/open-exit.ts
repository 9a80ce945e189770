import { sbiCallOf } from '../../firmware/sbi/call';
import { ExceptionCode, InterruptCode } from '../../isa/index';
import { type ExitLedger, type ExitReason, INTERRUPT_BIT } from '../ledger/ledger';
import type { Vcpu } from '../vcpu';
import type { Exit } from './exit';

/**
 * Begins the ledger's record of an exit. Its reason is what the cause alone tells; the handler knows better once it has looked.
 * @param clock of the machine at the exit
 */
export function openExit(ledger: ExitLedger, vcpu: Vcpu, exit: Exit, clock: number): void {
  const { interrupt, cause, address } = exit;
  const { user, pc } = vcpu;
  const reason = interrupt ? interruptReason(cause) : (FIRST_GUESS[cause] ?? 'guest-exception');
  const call = !interrupt && isFirmwareCall(cause, user) ? sbiCallOf(vcpu.cpu) : null;
  ledger.open({
    vcpu: vcpu.id,
    clock,
    pcLow: pc.low,
    pcHigh: pc.high,
    reason,
    user,
    cause: interrupt ? cause + INTERRUPT_BIT : cause,
    value: address,
    call,
  });
  if (interrupt || call) ledger.classify(reason);
}

const FIRST_GUESS: { readonly [cause: number]: ExitReason } = {
  [ExceptionCode.illegalInstruction]: 'privileged-instruction',
  [ExceptionCode.userEcall]: 'sbi-call',
  [ExceptionCode.instructionPageFault]: 'page-fault',
  [ExceptionCode.loadPageFault]: 'page-fault',
  [ExceptionCode.storePageFault]: 'page-fault',
  [ExceptionCode.virtualSupervisorEcall]: 'sbi-call',
  [ExceptionCode.virtualInstruction]: 'virtual-instruction',
  [ExceptionCode.instructionGuestPageFault]: 'second-stage-fill',
  [ExceptionCode.loadGuestPageFault]: 'second-stage-fill',
  [ExceptionCode.storeGuestPageFault]: 'second-stage-fill',
};

/** Deprivileged guests call from U-mode in both of their modes, those of the H extension from VS-mode. */
function isFirmwareCall(cause: number, user: boolean): boolean {
  return cause === ExceptionCode.virtualSupervisorEcall || (cause === ExceptionCode.userEcall && !user);
}

function interruptReason(code: number): ExitReason {
  return code === InterruptCode.supervisorTimer ? 'timer-interrupt' : 'device-interrupt';
}
