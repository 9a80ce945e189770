import { Integer, Object as ObjectOf, type Static } from '@sinclair/typebox';
import { type Hart, NANOSECONDS_PER_TICK } from '../core/index';
import { choice } from '../schema/schema';
import {
  type Component,
  componentOf,
  type FieldProblem,
  type StateHolder,
  type StateOf,
  stateSchema,
} from '../schema/state/component';
import { flag, instant, listOf } from '../schema/state/fields';

/** Nanoseconds that an epoch lasts at the most. */
export const DEFAULT_TURN = 10_000;

/** Whether a hart takes part: `started` harts run or wait; `stopped` ones wait for SBI HSM or a reset. */
export type HartLifecycle = 'started' | 'stopped';

/** Where a hart is in time. */
const slotState = ObjectOf({
  lifecycle: choice<HartLifecycle>(['started', 'stopped']),
  /** In WFI: time passes by it until an interrupt wakes it. */
  waiting: flag,
  /** Something has come for it while it waits, at its time: it goes on from there. */
  alerted: flag,
  /** It has gone as far as it can before those behind it have come up. */
  held: flag,
  /** It has trapped into software that is TypeScript, whose handler begins when nobody who runs is behind it. */
  trapped: flag,
  /** Its own time in nanoseconds, before the run of it that is under way. */
  time: instant,
});
type SlotState = Static<typeof slotState>;

/** Where a run is: who acts, in which epoch, and how far in it. */
export interface TimePosition {
  /** When the epoch began, in nanoseconds. */
  readonly epoch: number;
  /** Who is in the middle of its part; NOBODY between two parts. */
  readonly hart: number;
  /** Nanoseconds from there: of that hart, or of all who run. */
  readonly offset: number;
}

/** In a position, and in a saved state: no hart is in the middle of its part. */
export const NOBODY = -1;

const schedulerState = (harts: number, turn: number) =>
  stateSchema(
    'scheduler',
    1,
    {
      epoch: ObjectOf({ start: instant, end: instant }),
      current: Integer({ minimum: NOBODY, maximum: harts - 1 }),
      reached: instant,
      harts: listOf(slotState, { exactly: harts }),
    },
    ({ epoch, reached, harts }): FieldProblem | undefined => {
      const latest = epoch.start + turn;
      if (epoch.end > latest)
        return { path: ['epoch', 'end'], problem: `must be ${latest} at the most: no epoch is longer` };
      const stopped = harts.findIndex(({ lifecycle, trapped }) => lifecycle === 'stopped' && trapped);
      if (stopped >= 0)
        return { path: ['harts', stopped, 'trapped'], problem: 'must be false of a hart that takes no part' };
      const laggard = Math.min(...harts.filter(takesPart).map(({ time }) => time));
      if (laggard < Number.POSITIVE_INFINITY && reached < laggard)
        return { path: ['reached'], problem: `must be ${laggard} at least, which all who run have reached` };
      return undefined;
    },
  );

type SchedulerState = StateOf<ReturnType<typeof schedulerState>>;

/** A hart with its place in time. */
interface HartSlot extends SlotState {
  readonly hart: Hart;
}

/**
 * Harts run beside each other, in epochs: in each, every hart that can run spends as many nanoseconds as the epoch has, the laggard first,
 * and time passes by those that wait. Whose part is under way and how far each hart has come are machine state: the host's slices, steps
 * and breakpoints end no part and no epoch. An epoch ends where the next event is due; who has gone beyond, since the event was set after
 * its part, sits out until the others have come up.
 */
export class HartScheduler implements StateHolder<SchedulerState> {
  readonly component: Component;
  private readonly slots: readonly HartSlot[];
  private epoch: { readonly start: number; end: number } = { start: 0, end: 0 };
  private current = NOBODY;
  /** Nobody who runs was behind this instant. */
  private reached = 0;
  /** Who does something just now: its time is the time. */
  private acting: HartSlot | undefined;
  /** Whether the one who acts does so in the core, which counts what it executes. */
  private executing = false;
  /** An event at this instant is being dealt with: that is the time. */
  private instant: number | undefined;

  constructor(
    harts: readonly Hart[],
    private readonly turn: number,
  ) {
    this.slots = harts.map((hart) => ({
      hart,
      lifecycle: 'started',
      waiting: false,
      alerted: false,
      held: false,
      trapped: false,
      time: 0,
    }));
    this.component = componentOf(schedulerState(harts.length, turn), this);
  }

  /** The time of whoever acts; when nobody does, the instant that all who run have reached. Nanoseconds. */
  get now(): number {
    const { acting } = this;
    if (acting) return this.executing ? acting.time + acting.hart.executedThisRun : acting.time;
    return this.instant ?? this.frontier();
  }

  /** The time of a hart; by one that waits it passes as it does for all. */
  timeOf(hart: Hart): number {
    const slot = this.slot(hart);
    if (slot === this.acting) return this.now;
    return takesPart(slot) ? slot.time : Math.max(slot.time, this.now);
  }

  /**
   * The hart that is to go on, passing on from those whose part is over; undefined when none can run.
   * @param nextEvent when the next event is due, which no epoch outlasts; later than all who run have reached
   */
  next(nextEvent: number): Hart | undefined {
    const current = this.slots[this.current];
    if (current && takesPart(current) && current.time < this.partEnd) return current.hart;
    const laggard = this.laggard();
    this.current = laggard?.hart.id ?? NOBODY;
    if (!laggard) return undefined;
    laggard.held = false;
    if (laggard.time >= this.epoch.end)
      this.epoch = { start: laggard.time, end: Math.min(laggard.time + this.turn, nextEvent) };
    return laggard.hart;
  }

  /** Nanoseconds that are left of the part of the hart that `next` gave; none where that waits by now. */
  get partLeft(): number {
    const current = this.slots[this.current];
    // One that has begun to wait since has no part any more.
    return current && takesPart(current) ? Math.max(0, this.partEnd - current.time) : 0;
  }

  /** Whether a hart is in the middle of its part. */
  isCurrent({ id }: Hart): boolean {
    return this.current === id;
  }

  /** A hart does something from here on: executes instructions, or has software that is TypeScript work for it. */
  act(hart: Hart, executing: boolean): void {
    this.acting = this.slot(hart);
    this.executing = executing;
  }

  /** Nobody acts any more. */
  rest(): void {
    this.acting = undefined;
    this.executing = false;
  }

  /** What comes with an event happens at its instant. */
  during(instant: number, happens: () => void): void {
    this.reached = Math.max(this.reached, instant);
    this.instant = instant;
    happens();
    this.instant = undefined;
  }

  /** A hart's time goes on, by an instruction or otherwise. */
  spend(hart: Hart, nanoseconds: number): void {
    this.slot(hart).time += nanoseconds;
  }

  /**
   * A hart pauses: up to the next tick of mtime, or the end of its part. Who waits in a loop for something that comes with time then
   * sees the time of its coming, not one before (manual, volume I, "Zihintpause": the duration is bounded, and may be zero).
   */
  pause(hart: Hart): void {
    const slot = this.slot(hart);
    const tick = Math.ceil(slot.time / NANOSECONDS_PER_TICK) * NANOSECONDS_PER_TICK;
    slot.time = Math.max(slot.time, Math.min(tick, this.epoch.end));
  }

  /** An event is due before the epoch was to end: it ends there for those who have not gone beyond. */
  endEpochBy(instant: number): void {
    this.epoch.end = Math.min(this.epoch.end, instant);
  }

  /** Whether others who run are behind the one who acts: what tells of time has to wait until they have come up. */
  get isAhead(): boolean {
    const { acting, now } = this;
    for (const slot of this.slots) if (slot !== acting && takesPart(slot) && slot.time < now) return true;
    return false;
  }

  /** The part of a hart is interrupted until the others have come up. */
  letOthersComeUp(hart: Hart): void {
    this.slot(hart).held = true;
    if (this.isCurrent(hart)) this.current = NOBODY;
  }

  /** A hart has trapped, and its handler begins when the hart is to go on. */
  holdTrap(hart: Hart): void {
    const slot = this.slot(hart);
    if (slot.waiting) this.alert(hart);
    slot.trapped = true;
    slot.alerted = false;
  }

  /** Whether a handler waits for its hart to be the laggard. */
  hasTrapped(hart: Hart): boolean {
    return this.slot(hart).trapped;
  }

  /** The same; from now on it does not. */
  takeTrap(hart: Hart): boolean {
    const slot = this.slot(hart);
    const { trapped } = slot;
    slot.trapped = false;
    return trapped;
  }

  /** Nobody runs: time passes. */
  passTo(instant: number): void {
    this.reached = Math.max(this.reached, instant);
  }

  wait(hart: Hart): void {
    this.reached = this.frontier();
    this.slot(hart).waiting = true;
  }

  /** Something comes for a hart, which may be waiting for it: then it goes on from now, or from where it had come to, if that is later. */
  alert(hart: Hart): void {
    const slot = this.slot(hart);
    if (slot.alerted || takesPart(slot)) return;
    slot.time = this.timeOf(hart);
    slot.alerted = true;
  }

  /** A hart goes on, from when something has come for it. */
  wake(hart: Hart): void {
    this.alert(hart);
    const slot = this.slot(hart);
    slot.waiting = false;
    slot.alerted = false;
  }

  isWaiting(hart: Hart): boolean {
    return this.slot(hart).waiting;
  }

  start(hart: Hart): void {
    this.wake(hart);
    this.slot(hart).lifecycle = 'started';
  }

  stop(hart: Hart): void {
    this.reached = this.frontier();
    this.slot(hart).lifecycle = 'stopped';
  }

  lifecycle(hart: Hart): HartLifecycle {
    return this.slot(hart).lifecycle;
  }

  /** Whether some hart waits that can be woken. */
  get someWait(): boolean {
    for (const slot of this.slots) if (waits(slot)) return true;
    return false;
  }

  waitingHarts(): Hart[] {
    return this.slots.filter(waits).map(({ hart }) => hart);
  }

  /** Where the run is. */
  position(): TimePosition {
    const current = this.slots[this.current];
    return {
      epoch: this.epoch.start,
      hart: this.current,
      offset: (current?.time ?? this.frontier()) - this.epoch.start,
    };
  }

  state(): SchedulerState {
    return {
      epoch: { ...this.epoch },
      current: this.current,
      reached: this.frontier(),
      harts: this.slots.map(({ hart: _, ...slot }) => slot),
    };
  }

  restore({ epoch, current, reached, harts }: SchedulerState): void {
    this.epoch = { ...epoch };
    this.current = current;
    this.reached = reached;
    for (const [index, { lifecycle, waiting, alerted, held, trapped, time }] of harts.entries()) {
      const slot = this.slots[index];
      if (slot) Object.assign(slot, { lifecycle, waiting, alerted, held, trapped, time });
    }
    this.rest();
    this.instant = undefined;
  }

  /** The instant that all who run have reached. */
  private frontier(): number {
    const laggard = this.laggard();
    if (laggard) return Math.max(this.reached, laggard.time);
    // What was charged to one that has begun to wait has passed.
    return this.slots.filter(waits).reduce((latest, { time }) => Math.max(latest, time), this.reached);
  }

  /** Where a part ends: with the epoch, or where one is held to whom the others are to come up. */
  private get partEnd(): number {
    let end = this.epoch.end;
    for (const slot of this.slots) if (slot.held && takesPart(slot) && slot.time < end) end = slot.time;
    return end;
  }

  /** Who has come least far of those who can run; of several one that is held, or the lowest number. */
  private laggard(): HartSlot | undefined {
    let found: HartSlot | undefined;
    for (const slot of this.slots) {
      if (!takesPart(slot)) continue;
      if (!found || slot.time < found.time || (slot.time === found.time && slot.held && !found.held)) found = slot;
    }
    return found;
  }

  private slot(hart: Hart): HartSlot {
    const slot = this.slots[hart.id];
    if (!slot) throw new RangeError(`hart ${hart.id} is not of this machine`);
    return slot;
  }
}

const waits = ({ lifecycle, waiting }: SlotState): boolean => lifecycle === 'started' && waiting;

const takesPart = ({ lifecycle, waiting, trapped }: SlotState): boolean =>
  lifecycle === 'started' && (!waiting || trapped);
