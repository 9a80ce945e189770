import { CsrSlot } from '../../core/index';
import { sbiCallOf } from '../../firmware/sbi/call';
import { ExceptionCode, InterruptCode } from '../../isa/index';
import { type ExitReason, INTERRUPT_BIT } from '../ledger/ledger';
import type { Vcpu } from '../vcpu';
import type { VirtualMachine } from '../virtual-machine';

/** A trap of the hart into the VMM, by scause and stval. */
export interface Exit {
  readonly cause: number;
  readonly isInterrupt: boolean;
  readonly low: number;
  readonly high: number;
}

/**
 * Begins the ledger's record of the exit that a vCPU's hart has just taken.
 * @param firstGuess kinds of exceptions as the cause alone tells them; the handler knows better once it has looked
 */
export function openExit(vm: VirtualMachine, vcpu: Vcpu, firstGuess: { readonly [cause: number]: ExitReason }): Exit {
  const { state } = vcpu.hart;
  const cause = state.csrLow(CsrSlot.scause);
  const isInterrupt = state.csrHigh(CsrSlot.scause) < 0;
  const [low, high] = [state.csrLow(CsrSlot.stval), state.csrHigh(CsrSlot.stval)];
  vm.ledger.open({
    vcpu: vcpu.id,
    clock: vm.machine.clock.now(),
    pcLow: vcpu.pcLow,
    pcHigh: vcpu.pcHigh,
    reason: isInterrupt ? interruptReason(cause) : (firstGuess[cause] ?? 'guest-exception'),
    user: vcpu.user,
    cause: isInterrupt ? cause + INTERRUPT_BIT : cause,
    value: { low, high },
    call: !isInterrupt && isFirmwareCall(cause, vcpu.user) ? sbiCallOf(vcpu.hart) : null,
  });
  return { cause, isInterrupt, low, high };
}

/** Deprivileged guests call from U-mode in both of their modes, those of the H extension from VS-mode. */
function isFirmwareCall(cause: number, user: boolean): boolean {
  return cause === ExceptionCode.virtualSupervisorEcall || (cause === ExceptionCode.userEcall && !user);
}

function interruptReason(code: number): ExitReason {
  return code === InterruptCode.supervisorTimer ? 'timer-interrupt' : 'device-interrupt';
}
