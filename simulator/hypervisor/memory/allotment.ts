import { Object as ObjectOf, type Static } from '@sinclair/typebox';
import { choice } from '../../schema/schema';
import { type Component, componentOf, type StateHolder, type StateOf, stateSchema } from '../../schema/state/component';
import { count, flag, instant, listOf } from '../../schema/state/fields';

/** A guest has frames beside those that it counts: so many below its target it may think that it has it. */
const NEARLY = 256;

/** So many of the last things that happened to a VM's memory are kept. */
const KEPT_EVENTS = 24;

/** What happens to a VM's memory, and what is said of it with a number of frames. */
export const MEMORY_EVENTS = {
  person: 'was set a target of',
  policy: 'was set a target by the host’s policy of',
  gave: 'gave back',
  took: 'took',
  lacked: 'wanted and did not get',
  began: 'began anew with',
} as const;
export type MemoryEventKind = keyof typeof MEMORY_EVENTS;

// Every kind is a key of them.
const kinds = Object.keys(MEMORY_EVENTS) as MemoryEventKind[];

const memoryEvent = ObjectOf({
  /** On the machine's clock; of what went on for a while, when it happened last. */
  at: instant,
  kind: choice(kinds),
  /** What it is about: the target, or how many frames it was. */
  frames: count,
  /** Frames that its guest had afterwards. */
  has: count,
});
export type MemoryEvent = Readonly<Static<typeof memoryEvent>>;

/** What goes on for a while is told once. */
const SUMMED: ReadonlySet<MemoryEventKind> = new Set(['gave', 'took', 'lacked']);

const allotmentSchema = (bounds: Bounds) =>
  stateSchema(
    'allotment',
    1,
    {
      /** Frames that its guest is to have. */
      target: count,
      /** Somebody has set that, and the host's policy leaves it. */
      fixed: flag,
      /** Frames that it wanted and has not got since the policy has looked. */
      lacking: count,
      history: listOf(memoryEvent, { most: KEPT_EVENTS }),
    },
    ({ target, history }) => {
      if (target < bounds.minimum || target > bounds.maximum)
        return { path: ['target'], problem: `must be from ${bounds.minimum} to ${bounds.maximum} frames` };
      const back = history.findIndex(({ at }, index) => at < (history[index - 1]?.at ?? 0));
      return back < 0 ? undefined : { path: ['history', back, 'at'], problem: 'must not be before the one before it' };
    },
  );
type AllotmentState = StateOf<ReturnType<typeof allotmentSchema>>;

/** Frames that a guest is to have at least, and may have at the most: the firmware's part of its memory is no frame of these. */
export interface Bounds {
  readonly minimum: number;
  readonly maximum: number;
}

/** Who is told of what happens to a VM's memory. */
export interface AllotmentListener {
  /** Its guest is to have another number of frames: devices and event channels tell it. */
  targetChanged(): void;
  /** It has wanted frames and has not got them, or has about all that it is to have. */
  wantsMore(): void;
}

/** How much memory a VM is to have, and how it came to what it has. */
export class Allotment implements StateHolder<AllotmentState> {
  readonly component: Component;
  private readonly listeners: AllotmentListener[] = [];
  private frames: number;
  private fixed = false;
  private missing = 0;
  private events: MemoryEvent[] = [];

  /**
   * @param has frames that its guest has now
   * @param now the machine's clock
   */
  constructor(
    readonly bounds: Bounds,
    private readonly has: () => number,
    private readonly now: () => number,
  ) {
    this.frames = bounds.maximum;
    this.component = componentOf(allotmentSchema(bounds), this);
  }

  /** Frames that its guest is to have. */
  get target(): number {
    return this.frames;
  }

  /** Whether somebody has set that, so that the policy leaves it. */
  get isFixed(): boolean {
    return this.fixed;
  }

  /** Frames that it wanted and has not got since the policy has looked. */
  get lacking(): number {
    return this.missing;
  }

  /** Whether its guest has about as many frames as it is to have, though it may have more. */
  get isUsedUp(): boolean {
    return this.frames < this.bounds.maximum && this.has() + NEARLY >= this.frames;
  }

  /** What happened last, the oldest first. */
  get history(): readonly MemoryEvent[] {
    return this.events;
  }

  listen(listener: AllotmentListener): void {
    this.listeners.push(listener);
  }

  /** Its guest is to have so many frames. @throws RangeError beyond its bounds */
  setTarget(frames: number, by: 'person' | 'policy'): void {
    const { minimum, maximum } = this.bounds;
    if (frames < minimum || frames > maximum)
      throw new RangeError(`a target is from ${minimum} to ${maximum} frames, not ${frames}`);
    // Whoever lets it have all has left it to the policy again.
    if (by === 'person') this.fixed = frames < maximum;
    const changes = frames !== this.frames;
    this.frames = frames;
    if (changes || by === 'person') this.note(by, frames);
    if (changes) for (const listener of this.listeners) listener.targetChanged();
  }

  /** Its guest has given frames back, or taken some, or begun anew with so many. */
  moved(kind: 'gave' | 'took' | 'began', frames: number): void {
    if (frames > 0) this.note(kind, frames);
    if (kind === 'took' && this.isUsedUp) for (const listener of this.listeners) listener.wantsMore();
  }

  /** It has wanted frames and has not got them. */
  lacked(frames: number): void {
    this.missing = Math.max(this.missing, frames);
    this.note('lacked', frames);
    for (const listener of this.listeners) listener.wantsMore();
  }

  /** The policy has looked at what it lacked. */
  lookedAt(): void {
    this.missing = 0;
  }

  state(): AllotmentState {
    return { target: this.frames, fixed: this.fixed, lacking: this.missing, history: this.events };
  }

  restore({ target, fixed, lacking, history }: AllotmentState): void {
    this.frames = target;
    this.fixed = fixed;
    this.missing = lacking;
    this.events = history;
  }

  private note(kind: MemoryEventKind, frames: number): void {
    const last = this.events.at(-1);
    const goesOn = last?.kind === kind && SUMMED.has(kind);
    // A person may act between two instants that harts have come to.
    const at = Math.max(this.now(), last?.at ?? 0);
    const sum = goesOn && kind !== 'lacked' ? last.frames + frames : frames;
    this.events = [
      ...(goesOn ? this.events.slice(0, -1) : this.events),
      { at, kind, frames: sum, has: this.has() },
    ].slice(-KEPT_EVENTS);
  }
}
