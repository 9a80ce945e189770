import type { ExitSeries } from '../protocol';

/** An exit, as far as it tells when there were how many. */
interface Happened {
  /** Machine clock. */
  readonly clock: number;
  readonly reason: string;
}

/**
 * Exits over the machine's time: from the oldest of them until now, in columns of whole nanoseconds, at most so many.
 * @param exits in any order
 */
export function exitSeries(exits: readonly Happened[], now: number, columns: number): ExitSeries | undefined {
  if (exits.length === 0) return undefined;
  const from = Math.min(...exits.map(({ clock }) => clock));
  const until = Math.max(now, ...exits.map(({ clock }) => clock));
  const period = Math.max(1, Math.ceil((until - from + 1) / columns));
  const length = Math.floor((until - from) / period) + 1;
  const byReason = new Map<string, number[]>();
  for (const { clock, reason } of exits) {
    let counts = byReason.get(reason);
    if (!counts) {
      counts = new Array<number>(length).fill(0);
      byReason.set(reason, counts);
    }
    const column = Math.floor((clock - from) / period);
    counts[column] = (counts[column] ?? 0) + 1;
  }
  const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);
  const reasons = [...byReason].map(([reason, counts]) => ({ reason, counts }));
  // The most frequent first; those that are as frequent by their names, so that a page does not change its order by itself.
  reasons.sort((a, b) => total(b.counts) - total(a.counts) || (a.reason < b.reason ? -1 : 1));
  return { from, period, reasons };
}
