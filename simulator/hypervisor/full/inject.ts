import { enterTrap } from '../../core/index';
import { type Narration, step } from '../../machine/narration';
import { Gva } from '../address';
import { kill } from './kill';
import type { Vcpu } from './vcpu';
import type { VirtualMachine } from './virtual-machine';

const STVEC = 0x105;

/**
 * Gives the guest a trap as its hardware would: virtual sepc, scause, stval and sstatus, then its trap vector.
 * What the bare machine answers with a trap, the VMM answers with that trap.
 */
export function* inject(
  vm: VirtualMachine,
  vcpu: Vcpu,
  cause: number,
  interrupt: boolean,
  valueLow: number,
  valueHigh: number,
): Narration {
  const { state } = vcpu;
  const retired = vcpu.hart.retired;
  const { lastInjection } = vcpu;
  const atVector = state.pcLow === lastInjection.low && state.pcHigh === lastInjection.high;
  if (!interrupt && atVector && lastInjection.retired === retired) {
    yield* kill(vm, vcpu, 'trap-loop');
    return;
  }
  const pc = new Gva(state.pcLow, state.pcHigh);
  const vector = vcpu.csrWords(STVEC);
  yield step`inject ${interrupt ? 'interrupt' : 'exception'} ${cause} at ${pc}: virtual sepc, scause, stval, sstatus; on to stvec ${new Gva(vector.low, vector.high)}`;
  enterTrap(state, cause, interrupt, valueLow, valueHigh);
  vcpu.lastInjection = { low: state.pcLow, high: state.pcHigh, retired };
  vm.ledger.charge('injection');
  vm.ledger.changed({ kind: 'trap', interrupt, cause });
  vm.machine.reportGuestTrap(vcpu.hart, { interrupt, cause, valueLow, valueHigh });
}
