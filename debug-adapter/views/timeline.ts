import { INTERRUPT_BIT } from '../../simulator/hypervisor/ledger/ledger';
import type { RunState } from '../../simulator/hypervisor/runnable';
import { causeValue } from '../../simulator/isa/index';
import type { Running } from '../debugging';
import { hex, hexOfWords, valueOfWords } from '../format';
import type { PastExit, RunHistory } from '../inspect/run-history';
import type { SourceLine, Timeline, TimelineMark, TimelineSpan } from '../protocol';
import { ownTimeline } from './own-timeline';
import { type AskedPart, hartLanes, type Interval, intervalOf, marksOf, partOf, Spans } from './timeline-parts';

const stateNames: Readonly<Record<RunState, TimelineSpan['state']>> = {
  running: 'guest',
  runnable: 'ready',
  blocked: 'waiting',
  off: 'off',
};

/** What harts and virtual CPUs did in a part of the run. @throws RequestError where it ends before it begins */
export function timeline(running: Running, asked: AskedPart, most: number): Timeline {
  const { history, machine } = running;
  if (!machine.system.hypervisor) return ownTimeline(running, asked, most);
  const now = machine.system.machine.clock.now();
  const interval = intervalOf(history, asked, now);
  const { from, to } = interval;
  const { harts } = machine.system.machine;
  const around = history.exitsAround(from, to);
  const inside = around.filter((place) => history.clockOf(place) >= from);
  const teller = new Teller(running, interval);
  return {
    ...partOf(history, interval, now),
    lanes: [
      ...hartLanes(harts),
      ...history.vcpus.map((vcpu) => ({ name: machine.nameOf(vcpu.cpu), kind: 'vCPU' as const })),
    ],
    spans: [...teller.hartSpans(around), ...teller.vcpuSpans()],
    ...marksOf(inside, most, interval, history, (place) => teller.mark(history.exitAt(place))),
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
    const code = isInterrupt ? cause - INTERRUPT_BIT : cause;
    return {
      number,
      hart,
      ...(left === undefined ? {} : { vcpu: this.harts + left }),
      at: clock,
      kind: isInterrupt ? 'interrupt' : 'exit',
      reason,
      ...(left === entered ? {} : { entered: entered === undefined ? null : (this.names[entered] ?? null) }),
      pc: hexOfWords({ low: pcLow, high: pcHigh }),
      cause: hex(causeValue(code, isInterrupt)),
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
