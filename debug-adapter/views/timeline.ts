import { INTERRUPT_BIT } from '../../simulator/hypervisor/ledger/ledger';
import type { RunState } from '../../simulator/hypervisor/runnable';
import type { Running } from '../debugging';
import { hex, hexOfWords, valueOfWords } from '../format';
import type { PastExit, RunHistory } from '../inspect/run-history';
import type { SourceLine, Timeline, TimelineMark, TimelineSpan } from '../protocol';
import { RequestError } from '../request-error';

/** Exits of which a timeline tells that is asked for no part of the run. */
const USUAL = 400;
/** Spans shorter than this part of the interval are told with their neighbours, where nobody asks for every one. */
const GRAIN = 4000;
const COLUMNS = 400;

const stateNames: Readonly<Record<RunState, TimelineSpan['state']>> = {
  running: 'guest',
  runnable: 'ready',
  blocked: 'waiting',
  off: 'off',
};

interface Interval {
  readonly from: number;
  readonly to: number;
  /** What is shorter is told with what is before it. */
  readonly shortest: number;
}

/** What harts and virtual CPUs did in a part of the run. @throws RequestError where it ends before it begins */
export function timeline(
  running: Running,
  asked: {
    readonly from?: number | undefined;
    readonly to?: number | undefined;
    readonly everySpan?: boolean | undefined;
  },
  most: number,
): Timeline {
  const { history, machine } = running;
  const now = machine.system.machine.clock.now();
  const began = history.sinceLast(Number.POSITIVE_INFINITY) ?? 0;
  const from = asked.from ?? history.sinceLast(USUAL) ?? began;
  // What has just happened is seen too.
  const to = asked.to ?? now + 1;
  if (to <= from) throw new RequestError(`a part of the run from ${from} to ${to} ns ends before it begins`);
  const { harts } = machine.system.machine;
  const vcpus = history.vcpus;
  const hosted = machine.system.hypervisor !== undefined;
  const lanes: Timeline['lanes'] = hosted
    ? [
        ...harts.map(({ id }) => ({ name: `hart ${id}`, kind: 'hart' as const })),
        ...vcpus.map((vcpu) => ({ name: machine.nameOf(vcpu.cpu), kind: 'vCPU' as const })),
      ]
    : [];
  const around = history.exitsAround(from, to);
  const inside = around.filter((place) => history.clockOf(place) >= from);
  const density = new Array<number>(COLUMNS).fill(0);
  for (const place of inside) {
    const share = (history.clockOf(place) - from) / (to - from);
    const column = Math.min(COLUMNS - 1, Math.floor(share * COLUMNS));
    density[column] = (density[column] ?? 0) + 1;
  }
  const told = inside.slice(-most);
  const teller = new Teller(running, { from, to, shortest: asked.everySpan ? 0 : (to - from) / GRAIN });
  return {
    began,
    now,
    forgotten: history.forgotten,
    from,
    to,
    lanes,
    spans: [...teller.hartSpans(around), ...teller.vcpuSpans()],
    marks: told.map((place) => teller.mark(history.exitAt(place))),
    omitted: inside.length - told.length,
    density,
  };
}

/** Tells what is kept of an interval. */
class Teller {
  private readonly history: RunHistory;
  private readonly harts: number;
  private readonly names: readonly string[];
  private readonly places = new Map<string, SourceLine | undefined>();

  constructor(
    private readonly running: Running,
    private readonly interval: Interval,
  ) {
    const { history, machine } = running;
    this.history = history;
    this.harts = machine.system.machine.harts.length;
    this.names = history.vcpus.map(({ cpu }) => machine.nameOf(cpu));
  }

  mark(exit: PastExit): TimelineMark {
    const { number, hart, left, entered, clock, reason, cause, pcLow, pcHigh, valueLow, valueHigh, by, event } = exit;
    const isInterrupt = cause >= INTERRUPT_BIT;
    const source = this.sourceOf(left ?? entered, pcLow, pcHigh);
    const code = isInterrupt ? (1n << 63n) | BigInt(cause - INTERRUPT_BIT) : BigInt(cause);
    return {
      number,
      hart,
      ...(left === undefined ? {} : { vcpu: this.harts + left }),
      at: clock,
      kind: isInterrupt ? 'interrupt' : 'exit',
      reason,
      ...(left === entered ? {} : { entered: entered === undefined ? null : (this.names[entered] ?? null) }),
      pc: hexOfWords({ low: pcLow, high: pcHigh }),
      cause: hex(code),
      value: hexOfWords({ low: valueLow, high: valueHigh }),
      ...(source ? { source } : {}),
      ...(by === 0 ? {} : { by }),
      ...(event === undefined ? {} : { event }),
    };
  }

  /** Whose each hart was between its exits, and where the VMM's work takes time, that. */
  hartSpans(around: ReturnType<RunHistory['exitsAround']>): TimelineSpan[] {
    const spans = new Spans(this.interval);
    const since = new Map<number, { from: number; who: number | undefined }>();
    for (const place of around) {
      const { hart, clock, end, left, entered } = this.history.switchAt(place);
      // Of what was before the first exit that is kept, nothing is known where others are forgotten.
      const open = since.get(hart) ?? { from: this.history.forgotten > 0 ? clock : 0, who: left };
      spans.add(hart, open.from, clock, open.who === undefined ? 'idle' : 'guest', this.nameOf(open.who));
      spans.add(hart, clock, end, 'VMM');
      since.set(hart, { from: end, who: entered });
    }
    for (const [hart, { from, who }] of since)
      spans.add(hart, from, this.now, who === undefined ? 'idle' : 'guest', this.nameOf(who));
    return spans.told();
  }

  /** What each vCPU did. */
  vcpuSpans(): TimelineSpan[] {
    const spans = new Spans(this.interval);
    const since = new Map<number, { from: number; run: RunState }>();
    for (const { clock, vcpu, run } of this.history.stateChanges()) {
      const open = since.get(vcpu);
      if (open) spans.add(this.harts + vcpu, open.from, clock, stateNames[open.run]);
      since.set(vcpu, { from: clock, run });
    }
    for (const [vcpu, { from, run }] of since) spans.add(this.harts + vcpu, from, this.now, stateNames[run]);
    return spans.told();
  }

  private get now(): number {
    return Math.max(this.running.machine.system.machine.clock.now(), this.interval.from);
  }

  private nameOf(vcpu: number | undefined): string | undefined {
    return vcpu === undefined ? undefined : this.names[vcpu];
  }

  /** Where a guest's code comes from; a place that exits a million times is looked up once. */
  private sourceOf(vcpu: number | undefined, low: number, high: number): SourceLine | undefined {
    if (vcpu === undefined) return undefined;
    const key = `${vcpu} ${low} ${high}`;
    if (this.places.has(key)) return this.places.get(key);
    const { machine, sources } = this.running;
    const cpu = this.history.vcpus[vcpu]?.cpu;
    const debuggee = cpu && machine.guestOf(cpu);
    const line = debuggee?.lines.at(debuggee.loadMap.linked(valueOfWords({ low, high })));
    const found = line && { path: sources.guestPath(line.file), line: line.line + 1 };
    this.places.set(key, found);
    return found;
  }
}

/** Spans of an interval, lane by lane: those that are too short to be seen are told with the ones before them. */
class Spans {
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
