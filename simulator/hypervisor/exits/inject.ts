import { Csr, causeOf } from '../../isa/index';
import { type Narration, step } from '../../machine/narration';
import { CsrValue, Gva } from '../../mmu/address';
import type { Vcpu } from '../vcpu';
import type { VirtualMachine } from '../virtual-machine';
import { kill } from './kill';

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
  const retired = vcpu.hart.retired;
  const { lastInjection } = vcpu;
  const atVector = vcpu.pcLow === lastInjection.low && vcpu.pcHigh === lastInjection.high;
  if (!interrupt && atVector && lastInjection.retired === retired) {
    yield* kill(vm, vcpu, 'trap-loop');
    return;
  }
  const pc = new Gva(vcpu.pcLow, vcpu.pcHigh);
  const stvec = vcpu.trapVector;
  const vector = new CsrValue(Csr.stvec.number, stvec.low, stvec.high);
  const trap = causeOf(cause, interrupt).name;
  yield step`give the guest its trap, ${trap} at ${pc}: virtual sepc, scause, stval and sstatus, then on at its stvec ${vector}`;
  vcpu.takeTrap(cause, interrupt, valueLow, valueHigh);
  vcpu.lastInjection = { low: vcpu.pcLow, high: vcpu.pcHigh, retired };
  vm.ledger.charge('injection');
  vm.ledger.changed({ kind: 'trap', interrupt, cause });
  vm.machine.reportGuestTrap(vcpu.hart, { interrupt, cause, valueLow, valueHigh });
}
