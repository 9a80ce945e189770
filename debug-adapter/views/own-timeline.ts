import { causeOf, causeValue } from '../../simulator/isa/index';
import type { Running } from '../debugging';
import { hex } from '../format';
import type { PastStay } from '../inspect/own-history';
import { inWorld } from '../inspect/worlds';
import type { SourceLine, Timeline, TimelineMark, TimelineSpan } from '../protocol';
import { guestSource } from './address';
import { type AskedPart, hartLanes, type Interval, intervalOf, marksOf, partOf, Spans } from './timeline-parts';

/**
 * What harts executed for a hypervisor of the user's own: which guest, the hypervisor itself, M-mode; and each guest by itself, whichever hart had
 * it. Without a guest there are no lanes. @throws RequestError where the part ends before it begins
 */
export function ownTimeline(running: Running, asked: AskedPart, most: number): Timeline {
  const { machine, ownGuests } = running;
  const { all, history } = ownGuests;
  const { clock, harts } = machine.system.machine;
  const now = clock.now();
  const interval = intervalOf(history, asked, now);
  const guestLanes = new Map(all.map(({ id }, at) => [id, harts.length + at]));
  const lanes: Timeline['lanes'] = [
    ...hartLanes(harts),
    ...all.map(({ id, name, vmid }) => ({ name, kind: 'guest' as const, label: `${id}: VMID ${vmid}` })),
  ];
  return {
    ...partOf(history, interval, now),
    lanes: all.length === 0 ? [] : lanes,
    spans: spansOf(running, interval, guestLanes),
    ...marksOf(history.exitsIn(interval.from, interval.to), most, interval, history, marker(running, guestLanes)),
  };
}

/** Of harts what they executed; of each guest when any hart executed it. */
function spansOf(running: Running, interval: Interval, guestLanes: ReadonlyMap<number, number>): TimelineSpan[] {
  const { history } = running.ownGuests;
  const now = Math.max(running.machine.system.machine.clock.now(), interval.from);
  const spans = new Spans(interval);
  const stays = new Map<number, { from: number; to: number }[]>();
  const close = ({ hart, clock, state, guest }: PastStay, to: number): void => {
    spans.add(hart, clock, to, state, guest === undefined ? undefined : history.nameOf(guest));
    const lane = guest === undefined ? undefined : guestLanes.get(guest);
    if (lane === undefined) return;
    const known = stays.get(lane);
    if (known) known.push({ from: clock, to });
    else stays.set(lane, [{ from: clock, to }]);
  };
  const since = new Map<number, PastStay>();
  for (const change of history.changes()) {
    const open = since.get(change.hart);
    if (open) close(open, change.clock);
    since.set(change.hart, change);
  }
  for (const open of since.values()) close(open, now);
  for (const [lane, each] of stays) for (const { from, to } of united(each)) spans.add(lane, from, to, 'guest');
  return spans.told();
}

/** Intervals without what they have in common: several harts may execute one guest at once. */
function united(intervals: readonly { readonly from: number; readonly to: number }[]): { from: number; to: number }[] {
  const found: { from: number; to: number }[] = [];
  for (const { from, to } of [...intervals].sort((a, b) => a.from - b.from)) {
    const last = found.at(-1);
    if (last && from < last.to) last.to = Math.max(last.to, to);
    else found.push({ from, to });
  }
  return found;
}

/** Tells an exit of a place among those that are kept; where code comes from, a place that exits often is looked up once. */
function marker(running: Running, guestLanes: ReadonlyMap<number, number>): (place: number) => TimelineMark {
  const { machine, ownGuests } = running;
  const { history } = ownGuests;
  const debuggee = machine.firstGuest;
  const known = new Map<string, SourceLine | undefined>();
  return (place) => {
    const { number, hart, guest, entered, clock, cause, interrupt, mode, pc, value } = history.exitAt(place);
    const key = `${guest} ${mode.privilege} ${pc}`;
    const cpu = debuggee.cpus[hart];
    // What is at its address now: the hardware keeps no more of it.
    if (!known.has(key) && cpu) known.set(key, guestSource({ ...running, debuggee }, inWorld(cpu, mode), pc));
    const source = known.get(key);
    const lane = guestLanes.get(guest);
    return {
      number,
      hart,
      ...(lane === undefined ? {} : { vcpu: lane }),
      at: clock,
      kind: interrupt ? 'interrupt' : 'exit',
      reason: causeOf(cause, interrupt).id,
      ...(entered === undefined || entered === guest ? {} : { entered: history.nameOf(entered) }),
      pc: hex(pc),
      cause: hex(causeValue(cause, interrupt)),
      value: hex(value),
      ...(source ? { source } : {}),
    };
  };
}
