import type { Hart } from '../../core/index';
import { sbiCallOf } from '../../firmware/sbi/call';
import { ExceptionCode, InterruptCode } from '../../isa/index';
import type { CauseId } from '../ledger/causes';
import { type ExitLedger, INTERRUPT_BIT } from '../ledger/ledger';
import type { Vcpu } from '../vcpu';
import type { Exit } from './exit';
import { commonExits, type ExitKind } from './exit-kind';

/**
 * Begins the ledger's record of an exit. Its kind is what the cause alone tells; the handler knows better once it has looked.
 * @param left who ran on the hart; nobody, of an interrupt to a hart that had nothing to do
 * @param clock of the machine at the exit
 */
export function openExit(ledger: ExitLedger, hart: Hart, left: Vcpu | undefined, exit: Exit, clock: number): void {
  const { interrupt, cause, address } = exit;
  const { user, pc } = left ?? NOBODY;
  const kind = interrupt ? interruptKind(cause) : (left?.vm.kindsByCause[cause] ?? commonExits.guestException);
  const call = left && !interrupt && isFirmwareCall(cause, user) ? sbiCallOf(left.cpu) : null;
  ledger.open({
    hart: hart.id,
    left: left?.name ?? null,
    clock,
    pcLow: pc.low,
    pcHigh: pc.high,
    kind,
    user,
    cause: interrupt ? cause + INTERRUPT_BIT : cause,
    value: address,
    call,
    because: (interrupt && causeOfInterrupt(ledger, left, cause)) || null,
  });
  if (interrupt || call) ledger.classify(kind);
}

const NOBODY = { user: false, pc: { low: 0, high: 0 } };

/** Deprivileged guests call from U-mode in both of their modes, those of the H extension from VS-mode. */
function isFirmwareCall(cause: number, user: boolean): boolean {
  return cause === ExceptionCode.virtualSupervisorEcall || (cause === ExceptionCode.userEcall && !user);
}

function interruptKind(code: number): ExitKind {
  return code === InterruptCode.supervisorTimer ? commonExits.timerInterrupt : commonExits.deviceInterrupt;
}

const TIMER: CauseId = { kind: 'event', name: 'timer', exit: null };

/** The timer comes by itself; otherwise somebody has kicked the vCPU. */
function causeOfInterrupt(ledger: ExitLedger, left: Vcpu | undefined, code: number): CauseId | undefined {
  return code === InterruptCode.supervisorTimer ? TIMER : left && ledger.causes.take(left.name, 'kick');
}
