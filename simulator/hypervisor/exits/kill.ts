import { type Narration, step } from '../../machine/narration';
import type { Vcpu } from '../vcpu';
import { KILL_REASONS, type KillReason, type VirtualMachine } from '../virtual-machine';

/** Gives the VM up. Nothing is torn down: the debugger shows the VM as it died. */
export function* kill(vm: VirtualMachine, vcpu: Vcpu, kind: KillReason): Narration {
  const why = KILL_REASONS[kind];
  yield step`kill the VM: ${why}`;
  vm.machine.finish({ reason: 'killed', hart: vcpu.hart, why, kind });
}
