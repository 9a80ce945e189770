import type { MemoryInstruction } from '../../core/index';
import type { Narration } from '../../machine/narration';
import type { GuestAccess } from '../exits/access';
import type { Outcome } from '../runnable';
import type { Vcpu } from '../vcpu';

/** An access to a device register. */
export interface DeviceAccess extends GuestAccess {
  /** What the guest wanted; undefined where it is no access to just this address. */
  readonly instruction: MemoryInstruction | undefined;
}

/** Who has the devices of VMs, and answers their calls. */
export interface HostModel {
  /** A register of a device of the VM's is read or written. */
  access(vcpu: Vcpu, access: DeviceAccess): Narration<Outcome>;
  /** The guest's kernel calls its firmware or the hypervisor, by ecall. */
  hypercall(vcpu: Vcpu): Narration<Outcome>;
}
