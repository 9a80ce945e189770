import type { EngineHypercalls } from '../../hypercalls/hypercall';
import { mmuUpdateOf, updateVaOf } from './mmu-update';
import { mmuextOf } from './mmuext';
import type { PortedVm } from './ported';
import { schedOpOf } from './sched-op';
import { iretOf, setTrapOf } from './traps';
import { vcpuOpOf } from './vcpu-op';

/** The calls that this engine answers in its way. */
export const paraHypercalls = (vm: PortedVm): EngineHypercalls => ({
  mmuUpdate: mmuUpdateOf(vm),
  updateVa: updateVaOf(vm),
  mmuext: mmuextOf(vm),
  setTrap: setTrapOf(vm),
  iret: iretOf(vm),
  vcpuOp: vcpuOpOf(vm),
  schedOp: schedOpOf(vm),
});
