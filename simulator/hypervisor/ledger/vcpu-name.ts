import { Object as ObjectOf, type Static } from '@sinclair/typebox';
import { count } from '../../schema/state/fields';

/** A vCPU of the machine: its VM's number and its own in that. One object for each, so that records of exits share it. */
export const vcpuName = ObjectOf({ vm: count, vcpu: count });
export type VcpuName = Readonly<Static<typeof vcpuName>>;

export const isSameVcpu = (a: VcpuName, b: VcpuName): boolean => a.vm === b.vm && a.vcpu === b.vcpu;
