import { readU32, writeU32, writeU64 } from '../devices/dma';
import { STEAL_TIME_BYTES } from '../firmware/port';
import { type Narration, step } from '../machine/narration';
import { FRAME, Gpa } from '../mmu/address';
import { type Component, componentOf, type StateHolder, type StateOf, stateSchema } from '../schema/state/component';
import { count, instant, nullable } from '../schema/state/fields';
import type { TimeAccount } from './measures';
import type { GuestMemory } from './memory/guest-memory';
import { ensure } from './memory/table-check';

/** The fields of the shared memory by their offsets (SBI 3.0, table "STA Shared Memory Structure"); what else there is stays zero. */
const SEQUENCE = 0;
const STEAL = 8;
const PREEMPTED = 16;

const stealTimeSchema = (memory: GuestMemory) =>
  stateSchema(
    'steal-time',
    1,
    {
      /** Where in its memory the guest wants to be told; null: nowhere. */
      address: nullable(count),
      /** What had been stolen when it asked for that. */
      since: instant,
    },
    ({ address, since }) => {
      if (address === null)
        return since === 0 ? undefined : { path: ['since'], problem: 'must be 0 of a guest that is told nothing' };
      return address % STEAL_TIME_BYTES === 0 && memory.contains(address, STEAL_TIME_BYTES)
        ? undefined
        : { path: ['address'], problem: `must be ${STEAL_TIME_BYTES} bytes of the guest's memory, aligned to that` };
    },
  );
type StealTimeState = StateOf<ReturnType<typeof stealTimeSchema>>;

/**
 * What the guest of a vCPU is told of the time that it wanted and others had (SBI 3.0, chapter 16), in memory that it shares: its own, of
 * which it may make anything meanwhile.
 */
export class StealTime implements StateHolder<StealTimeState> {
  readonly component: Component;
  private address: number | null = null;
  private since = 0;

  constructor(
    private readonly memory: GuestMemory,
    private readonly account: TimeAccount,
  ) {
    this.component = componentOf(stealTimeSchema(memory), this);
  }

  /** Where the guest is told; undefined while it does not want to be. */
  get sharedMemory(): Gpa | undefined {
    return this.address === null ? undefined : new Gpa(this.address);
  }

  /** Whether that is in the frame of an address. */
  isIn(gpa: number): boolean {
    return this.address !== null && Math.floor(this.address / FRAME) === Math.floor(gpa / FRAME);
  }

  /** Nanoseconds that were stolen since the guest has asked to be told. */
  get stolen(): number {
    return this.address === null ? 0 : this.account.stolen - this.since;
  }

  /** From now on the guest is told, at an address of its memory; or nowhere. */
  report(address: number | undefined): void {
    this.address = address ?? null;
    this.since = address === undefined ? 0 : this.account.stolen;
  }

  /** The vCPU comes back, and the guest is told what was stolen meanwhile. */
  *update(): Narration {
    const { address, memory, sharedMemory, stolen } = this;
    if (address === null) return;
    yield step`the guest shares ${sharedMemory} to be told of stolen time: preempted = 0 there, since the vCPU is about to run`;
    memory.write(address + PREEMPTED, Uint8Array.of(0));
    const odd = oddAfter(readU32(memory, address + SEQUENCE) ?? 0);
    yield step`sequence = ${odd}, an odd number: whoever reads now is to read again`;
    writeU32(memory, address + SEQUENCE, odd);
    yield step`steal = ${stolen} ns: so long it wanted to run since it shares this, and others ran`;
    writeU64(memory, address + STEAL, stolen);
    const even = (odd + 1) >>> 0;
    yield step`sequence = ${even}, an even number: steal can be read`;
    writeU32(memory, address + SEQUENCE, even);
  }

  /** The vCPU goes off its hart, though it wants to run on: advice for its siblings, which may spin for a lock that it has. */
  *preempted(): Narration {
    const { address, sharedMemory } = this;
    if (address === null) return;
    yield step`the vCPU would run on: preempted = 1 in the memory that its guest shares at ${sharedMemory}`;
    this.memory.write(address + PREEMPTED, Uint8Array.of(1));
  }

  state(): StealTimeState {
    return { address: this.address, since: this.since };
  }

  /** @throws RangeError where more had been stolen before than there is by now */
  restore({ address, since }: StealTimeState): void {
    ensure(since <= this.account.stolen, `${since} ns were stolen of a vCPU before, and ${this.account.stolen} by now`);
    this.address = address;
    this.since = since;
  }
}

/** The next odd number of 32 bits: a guest may have written any. */
const oddAfter = (sequence: number): number => (sequence + 1 + (sequence & 1)) >>> 0;
