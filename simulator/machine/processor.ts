import type { DeviceTreeConfiguration } from './device-tree';

/** What a guest's device tree says of its harts. */
export type Processor = Pick<DeviceTreeConfiguration, 'isa' | 'mmuType'>;

/** A hart of the machine itself. */
export const BARE_PROCESSOR: Processor = { isa: 'rv64imac_zicsr_zifencei', mmuType: 'riscv,sv39' };

/** A vCPU whose guest kernel runs in the hardware's U-mode. */
export const DEPRIVILEGED_PROCESSOR: Processor = { isa: 'rv64imac_zicsr_zifencei', mmuType: 'riscv,sv39' };
