/** How many columns a history has: as many as a small chart can show. */
export const HISTORY_COLUMNS = 32;
/** Nanoseconds of a column at first. */
const FINEST = 125_000;
/** And at the most: then the oldest column goes when another one begins. */
const COARSEST = 8_000_000;

/** What part of each of the last periods of machine time something has had. */
export interface TimeHistory {
  /** Nanoseconds that a column is about. */
  readonly period: number;
  /** Nanoseconds that it had in each, the oldest first; of the newest one not all has passed. */
  readonly had: readonly number[];
  /** Nanoseconds of the newest one that have passed. */
  readonly passed: number;
}

/**
 * How long the columns are at an instant of the machine's clock: the shortest with which the whole run has columns enough, until they are long
 * enough to see shares rather than slices. So what is seen of a short run and of a long one depends on its time alone.
 */
function periodAt(now: number): number {
  let period = FINEST;
  while (period < COARSEST && now > period * HISTORY_COLUMNS) period *= 2;
  return period;
}

/** The number of the column that is not over at an instant, from 0. */
const newestAt = (now: number, period: number): number => Math.max(0, Math.ceil(now / period) - 1);

/**
 * Time passes, from an instant to a later one, in which something was had or not.
 * @param columns a ring of nanoseconds, changed in place; 0 at the start of the machine
 */
export function passHistory(columns: Uint32Array, from: number, to: number, had: boolean): void {
  const period = periodAt(to);
  let newest = newestAt(from, periodAt(from));
  // Up to the coarsest one, no column has gone yet: each is where its number says.
  for (let before = periodAt(from); before < period; before *= 2) {
    halve(columns);
    newest = Math.floor(newest / 2);
  }
  const last = newestAt(to, period);
  if (last - newest >= HISTORY_COLUMNS) columns.fill(0);
  else for (let column = newest + 1; column <= last; column++) columns[column % HISTORY_COLUMNS] = 0;
  if (!had) return;
  const first = Math.max(Math.floor(from / period), last - HISTORY_COLUMNS + 1);
  for (let column = first; column <= last; column++) {
    const part = Math.min(to, (column + 1) * period) - Math.max(from, column * period);
    const place = column % HISTORY_COLUMNS;
    columns[place] = (columns[place] ?? 0) + part;
  }
}

/** Columns become twice as long. */
function halve(columns: Uint32Array): void {
  const half = HISTORY_COLUMNS / 2;
  for (let column = 0; column < half; column++)
    columns[column] = (columns[2 * column] ?? 0) + (columns[2 * column + 1] ?? 0);
  columns.fill(0, half);
}

/** The history up to an instant. */
export function historyAt(columns: Uint32Array, now: number): TimeHistory {
  const period = periodAt(now);
  const last = newestAt(now, period);
  const first = Math.max(0, last - HISTORY_COLUMNS + 1);
  const had = Array.from({ length: last - first + 1 }, (_, index) => columns[(first + index) % HISTORY_COLUMNS] ?? 0);
  return { period, had, passed: now - last * period };
}

/** Of several, up to the same instant. */
export function sumOfHistories(all: readonly TimeHistory[]): TimeHistory {
  const [first] = all;
  if (!first) return { period: FINEST, had: [], passed: 0 };
  return { ...first, had: first.had.map((_, column) => all.reduce((sum, { had }) => sum + (had[column] ?? 0), 0)) };
}

/** What is wrong with columns at an instant: the first one that says more than its time, or of a time that has not come. */
export function wrongColumn(columns: Uint32Array, now: number): { column: number; most: number } | undefined {
  const { period, passed } = historyAt(columns, now);
  const last = newestAt(now, period);
  for (const [column, had] of columns.entries()) {
    const most = column === last % HISTORY_COLUMNS ? passed : column > last ? 0 : period;
    if (had > most) return { column, most };
  }
  return undefined;
}
