import type { Hart } from '../core/index';
import type { Machine } from '../machine/machine';
import type { HartContext } from './hart-context';
import type { ExitLedger } from './ledger/ledger';
import type { Lack } from './memory/demand';
import type { FrameTable } from './memory/frame-table';
import type { WakeReason } from './runnable';
import type { Vcpu } from './vcpu';
import type { Vm } from './vm';
import type { KillReason, VmEnd } from './vm-end';
import type { VmOperation } from './vm-operation';

/** What a hypervisor does for its VMs and their engines. */
export interface HypervisorServices {
  readonly machine: Machine;
  readonly frames: FrameTable;
  readonly ledger: ExitLedger;
  /** By their ids. */
  readonly vms: readonly Vm[];
  /** Whether a hart may be one vCPU's now and another's then. */
  readonly sharesHarts: boolean;
  /** What the VMM keeps of a hart. */
  pcpuOf(hart: Hart): HartContext<Vcpu>;
  /** The hart of a vCPU: that has it, or had it last, or can have it. */
  hartOf(vcpu: Vcpu): Hart;
  /** A hart on which a vCPU may run, for one that has not run yet. */
  placeOf(vcpu: Vcpu): Hart;
  /** Whether the exit that is being handled is a vCPU's own: then its hart may be touched, and it looks at its requests afterwards. */
  isHandling(vcpu: Vcpu): boolean;
  /** Requests of a vCPU are to be looked at before its next instruction. @param why should it wake by that */
  kick(vcpu: Vcpu, why: WakeReason): void;
  /** A vCPU that was blocked, or off, is to run. */
  wake(vcpu: Vcpu, why: WakeReason): void;
  vmEnded(vm: Vm, end: VmEnd): void;
  /** Something is done to a VM from outside, or at its guest's wish. @returns whether it had an effect */
  operate(vm: Vm, operation: VmOperation): boolean;
  /** What becomes of a VM that lacks memory: it is killed for a reason, or waits until there is some. */
  verdictOn(lack: Lack): KillReason | 'wait';
}
