import type { TimeHistory } from '../../simulator/hypervisor/time-history';
import { percentOf } from '../inspect/processor-use';
import type { History } from '../protocol';

/** As shares: of the newest period, of what has passed of it. */
export function showHistory({ period, had, passed }: TimeHistory): History {
  const newest = had.length - 1;
  return { period, shares: had.map((time, column) => percentOf(time, column === newest ? passed : period)) };
}
