import type { VirtualMachine } from '../../virtual-machine';
import type { DeprivilegedVcpu } from './vcpu';

/** A VM whose guest is deprivileged. */
export type FullVm = VirtualMachine<DeprivilegedVcpu>;
