import type { Timeline, TimelineMark, TimelineSpan } from '../../../debug-adapter/protocol';

/** An event of the Trace Event Format, as Chrome's tracing and Perfetto read it. Times are in microseconds. */
export interface TraceEvent {
  readonly name: string;
  readonly ph: 'B' | 'E' | 'i' | 's' | 'f' | 'M';
  readonly pid: number;
  readonly tid: number;
  readonly ts?: number;
  readonly cat?: string;
  readonly id?: number;
  /** Of an instant event: that it is its thread's. */
  readonly s?: 't';
  /** Of the end of a flow: that it is bound to the slice around it. */
  readonly bp?: 'e';
  readonly args?: Readonly<Record<string, string | number>>;
}

/** Harts are one process, virtual CPUs another; guests of a hypervisor of the user's own a third. */
const processes = {
  hart: { pid: 1, name: 'harts' },
  vCPU: { pid: 2, name: 'virtual CPUs' },
  guest: { pid: 3, name: 'guests' },
} as const;

type Told = Pick<Timeline, 'lanes' | 'spans' | 'marks'>;

/** The timeline as Chrome Trace Event JSON. */
export function chromeTrace(told: Told): { traceEvents: TraceEvent[]; displayTimeUnit: 'ns' } {
  const { lanes, spans, marks } = told;
  const place = (lane: number): { pid: number; tid: number } => ({
    pid: processes[lanes[lane]?.kind ?? 'hart'].pid,
    tid: lane + 1,
  });
  const names = lanes.flatMap(({ name, kind }, lane): TraceEvent[] => [
    { name: 'process_name', ph: 'M', ...place(lane), args: { name: processes[kind].name } },
    { name: 'thread_name', ph: 'M', ...place(lane), args: { name } },
  ]);
  const slices = spans.flatMap((span): TraceEvent[] => {
    const name = nameOf(span);
    return [
      { name, cat: span.state, ph: 'B', ts: span.from / 1000, ...place(span.lane) },
      { name, cat: span.state, ph: 'E', ts: span.to / 1000, ...place(span.lane) },
    ];
  });
  const instants = marks.map((mark): TraceEvent => {
    const { number, pc, at, reason, kind } = mark;
    return {
      name: reason,
      cat: kind,
      ph: 'i',
      s: 't',
      ts: at / 1000,
      ...place(laneOf(mark)),
      args: { exit: number, pc },
    };
  });
  const timed = [...slices, ...instants, ...flows(marks, place)];
  // By time; at the same instant a slice ends before another one begins, so that they nest.
  timed.sort((a, b) => (a.ts ?? 0) - (b.ts ?? 0) || rank(a) - rank(b));
  return { traceEvents: [...names, ...timed], displayTimeUnit: 'ns' };
}

const rank = ({ ph }: TraceEvent): number => ({ E: 0, B: 1, i: 2, s: 3, f: 4, M: 5 })[ph];
const laneOf = ({ vcpu, hart }: TimelineMark): number => vcpu ?? hart;
const nameOf = ({ state, who }: TimelineSpan): string => (who === undefined ? state : `${who}: ${state}`);

/** An arrow from each exit to what it has caused, where both are told. */
function flows(marks: readonly TimelineMark[], place: (lane: number) => { pid: number; tid: number }): TraceEvent[] {
  const byNumber = new Map(marks.map((mark) => [mark.number, mark]));
  return marks.flatMap((to): TraceEvent[] => {
    const from = to.by === undefined ? undefined : byNumber.get(to.by);
    if (!from || from.at > to.at) return [];
    const flow = { name: 'caused', cat: 'cause', id: to.number };
    return [
      { ...flow, ph: 's', ts: from.at / 1000, ...place(laneOf(from)) },
      { ...flow, ph: 'f', bp: 'e', ts: to.at / 1000, ...place(laneOf(to)) },
    ];
  });
}

/**
 * The exits as the text of a trace of KVM's events has them (Linux, arch/riscv/kvm/trace.h), a line each: what an exit of KVM tells beside
 * SEPC, SCAUSE and STVAL is not kept. An entry has the pc at which its exit was.
 */
export function kvmTrace({ lanes, marks }: Told): string {
  return marks
    .map((mark) => {
      const { hart, at, pc, cause, value } = mark;
      const seconds = Math.floor(at / 1e9);
      const rest = String(Math.floor(at % 1e9)).padStart(9, '0');
      const task = (lanes[laneOf(mark)]?.name ?? '').replaceAll(' ', '-');
      const where = `${task.padStart(16)}-${laneOf(mark) + 1} [${String(hart).padStart(3, '0')}] ${seconds}.${rest}:`;
      return `${where} kvm_exit: SEPC:${pc}, SCAUSE:${cause}, STVAL:${value}\n`;
    })
    .join('');
}
