import type { Timeline, TimelineMark, TimelineSpan } from '../protocol';
import { RequestError } from '../request-error';

/** Exits of which a timeline tells that is asked for no part of the run. */
const USUAL = 400;
/** Spans shorter than this part of the interval are told with their neighbours, where nobody asks for every one. */
const GRAIN = 4000;
const COLUMNS = 400;

/** What part of a run is asked for: where it is not said, that of the last exits. */
export interface AskedPart {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly everySpan?: boolean | undefined;
}

export interface Interval {
  readonly from: number;
  readonly to: number;
  /** What is shorter is told with what is before it. */
  readonly shortest: number;
}

/** Exits that are kept. */
interface KeptExits {
  readonly forgotten: number;
  sinceLast(count: number): number | undefined;
  clockOf(place: number): number;
}

/** @throws RequestError where it ends before it begins */
export function intervalOf(kept: KeptExits, asked: AskedPart, now: number): Interval {
  const from = asked.from ?? kept.sinceLast(USUAL) ?? 0;
  // What has just happened is seen too.
  const to = asked.to ?? now + 1;
  if (to <= from) throw new RequestError(`a part of the run from ${from} to ${to} ns ends before it begins`);
  return { from, to, shortest: asked.everySpan ? 0 : (to - from) / GRAIN };
}

/** The lanes that come first, of a VMM and of a hypervisor of the user's own. */
export function hartLanes(harts: readonly { readonly id: number }[]): Timeline['lanes'] {
  return harts.map(({ id }) => ({ name: `hart ${id}`, kind: 'hart' }));
}

/** Which part of what is kept is told. */
export function partOf(
  kept: KeptExits,
  { from, to }: Interval,
  now: number,
): Pick<Timeline, 'began' | 'now' | 'forgotten' | 'from' | 'to'> {
  return { began: kept.sinceLast(Number.POSITIVE_INFINITY) ?? 0, now, forgotten: kept.forgotten, from, to };
}

/** The last exits of an interval, and how many there are all over it. @param inside where those of the interval are kept, in their order */
export function marksOf(
  inside: readonly number[],
  most: number,
  { from, to }: Interval,
  kept: KeptExits,
  mark: (place: number) => TimelineMark,
): Pick<Timeline, 'marks' | 'omitted' | 'density'> {
  const density = new Array<number>(COLUMNS).fill(0);
  for (const place of inside) {
    const share = (kept.clockOf(place) - from) / (to - from);
    const column = Math.min(COLUMNS - 1, Math.floor(share * COLUMNS));
    density[column] = (density[column] ?? 0) + 1;
  }
  const told = inside.slice(-most);
  return { marks: told.map(mark), omitted: inside.length - told.length, density };
}

/** Spans of an interval, lane by lane: those that are too short to be seen are told with the ones before them. */
export class Spans {
  private readonly open = new Map<number, TimelineSpan>();
  private readonly done: TimelineSpan[] = [];

  constructor(private readonly interval: Interval) {}

  add(lane: number, from: number, to: number, state: TimelineSpan['state'], who?: string): void {
    const { shortest } = this.interval;
    const [begin, end] = [Math.max(from, this.interval.from), Math.min(to, this.interval.to)];
    if (end <= begin) return;
    const last = this.open.get(lane);
    const goesOn = last !== undefined && begin - last.to <= shortest;
    if (last && goesOn && ((last.state === state && last.who === who) || end - begin < shortest)) {
      last.to = end;
      return;
    }
    if (last) this.done.push(last);
    this.open.set(lane, { lane, from: begin, to: end, state, ...(who === undefined ? {} : { who }) });
  }

  told(): TimelineSpan[] {
    return [...this.done, ...this.open.values()].sort((a, b) => a.lane - b.lane || a.from - b.from);
  }
}
