import type { KillReason } from '../../../simulator/hypervisor/vm-end';
import { type RunStop, STATUS } from '../outcome';

/** What the last run of a virtual machine ended with, or what the run of all ended with while it went on. */
export type VmStop =
  | { readonly reason: 'power-off'; readonly code: number }
  | { readonly reason: 'killed'; readonly kind: KillReason }
  | { readonly reason: Exclude<RunStop['reason'], 'power-off' | 'killed'> | 'waiting-for-memory' };

/** The exit status of a run of several virtual machines: of each that of a run of its own, and the worst of them. After a signal it is the signal's instead. */
export function statusOfVms(stops: readonly VmStop[]): number {
  const all = stops.map(statusOfVm);
  return WORST_FIRST.find((status) => all.includes(status)) ?? STATUS.poweredOff;
}

/** That one has failed says more than that another was not done. */
const WORST_FIRST = [STATUS.failed, STATUS.limit];

function statusOfVm(stop: VmStop): number {
  switch (stop.reason) {
    case 'power-off':
      return stop.code === 0 ? STATUS.poweredOff : STATUS.failed;
    case 'limit':
    case 'timeout':
      return STATUS.limit;
    default:
      return STATUS.failed;
  }
}
