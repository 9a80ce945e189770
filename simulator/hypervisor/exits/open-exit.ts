import { sbiCallOf } from '../../firmware/sbi/call';
import { ExceptionCode, InterruptCode } from '../../isa/index';
import type { CauseId } from '../ledger/causes';
import { type ExitLedger, INTERRUPT_BIT } from '../ledger/ledger';
import type { Vcpu } from '../vcpu';
import type { Exit } from './exit';
import { commonExits, type ExitKind } from './exit-kind';

/**
 * Begins the ledger's record of an exit. Its kind is what the cause alone tells; the handler knows better once it has looked.
 * @param clock of the machine at the exit
 */
export function openExit(ledger: ExitLedger, vcpu: Vcpu, exit: Exit, clock: number): void {
  const { interrupt, cause, address } = exit;
  const { user, pc } = vcpu;
  const kind = interrupt ? interruptKind(cause) : (vcpu.vm.kindsByCause[cause] ?? commonExits.guestException);
  const call = !interrupt && isFirmwareCall(cause, user) ? sbiCallOf(vcpu.cpu) : null;
  ledger.open({
    vcpu: vcpu.id,
    clock,
    pcLow: pc.low,
    pcHigh: pc.high,
    kind,
    user,
    cause: interrupt ? cause + INTERRUPT_BIT : cause,
    value: address,
    call,
    because: (interrupt && causeOfInterrupt(ledger, vcpu, cause)) || null,
  });
  if (interrupt || call) ledger.classify(kind);
}

/** Deprivileged guests call from U-mode in both of their modes, those of the H extension from VS-mode. */
function isFirmwareCall(cause: number, user: boolean): boolean {
  return cause === ExceptionCode.virtualSupervisorEcall || (cause === ExceptionCode.userEcall && !user);
}

function interruptKind(code: number): ExitKind {
  return code === InterruptCode.supervisorTimer ? commonExits.timerInterrupt : commonExits.deviceInterrupt;
}

const TIMER: CauseId = { kind: 'event', name: 'timer' };

/** The timer comes by itself; otherwise somebody has kicked the vCPU. */
function causeOfInterrupt(ledger: ExitLedger, { id }: Vcpu, code: number): CauseId | undefined {
  return code === InterruptCode.supervisorTimer ? TIMER : ledger.causes.take(id, 'kick');
}
