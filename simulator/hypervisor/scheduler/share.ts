import type { Hart } from '../../core/index';

/** How much of the host a VM gets. */
export interface Share {
  /** Beside others that want harts, in proportion to theirs: 1 to 65535. All its vCPUs that want one share it. */
  readonly weight: number;
  /** The most that all its vCPUs get together, in percent of one hart, also where others want nothing; 0: no limit. */
  readonly cap: number;
  /** Numbers of the harts that its vCPUs may use; none: all. */
  readonly pin: readonly number[];
}

export const EQUAL_SHARE: Share = { weight: 256, cap: 0, pin: [] };

/** Whether a VM's vCPUs may have a hart. */
export const allows = ({ pin }: Share, { id }: Hart): boolean => pin.length === 0 || pin.includes(id);
