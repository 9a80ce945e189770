import { Integer } from '@sinclair/typebox';
import { type Component, component, type StateOf, stateSchema } from '../../schema/state/component';
import { flag, halfword, uint32s } from '../../schema/state/fields';
import { type DmaSpace, readU16, readU32, readU64, writeU16, writeU32 } from '../dma';

export const DESCRIPTOR_SIZE = 16;
export const DESC_F_NEXT = 1;
export const DESC_F_WRITE = 2;
export const DESC_F_INDIRECT = 4;
const AVAIL_F_NO_INTERRUPT = 1;
/** Flags, index and the event of the other side, which are around the entries of a ring; and each of those (virtio 1.2, 2.7.6 and 2.7.8). */
const RING_ENDS = 6;
const AVAILABLE_ENTRY = 2;
const USED_ENTRY = 8;

export interface Descriptor {
  /** Index in the table that holds it (the queue's, or an indirect one). */
  readonly index: number;
  /** GPA of the buffer (HPA on the bare machine). */
  readonly address: number;
  readonly length: number;
  readonly flags: number;
  readonly next: number;
}

/** One request: its descriptors in order, those that the device reads before those that it writes (virtio 1.2, 2.7.4.2). */
export interface DescriptorChain {
  readonly head: number;
  readonly descriptors: readonly Descriptor[];
}

/** What the driver did wrong; the device then needs a reset (virtio 1.2, 2.1.2). */
export class QueueError extends Error {}

/** An address as the driver writes it: the low word, then the high one, in any order and as often as it likes. */
const address = uint32s(2);

const queueState = (maximumSize: number) =>
  stateSchema(
    'virtqueue',
    1,
    {
      /** Entries; the driver may choose fewer than the device has room for. */
      size: Integer({ minimum: 1, maximum: maximumSize }),
      ready: flag,
      descriptorTable: address,
      availableRing: address,
      usedRing: address,
      /** Next available entry that the device takes; runs modulo 2^16. */
      lastAvailable: halfword,
      /** Index of the next used entry that the device writes; runs modulo 2^16. */
      usedIndex: halfword,
    },
    ({ size }) => (isQueueSize(size) ? undefined : { path: ['size'], problem: 'must be a power of two' }),
  );

/** A queue that no driver has set up, beside its size and addresses. */
const EMPTY = { ready: false, lastAvailable: 0, usedIndex: 0 };

/** A split virtqueue's size is a power of two (2.7). */
export function isQueueSize(size: number): boolean {
  return size > 0 && (size & (size - 1)) === 0;
}

/** A split virtqueue (virtio 1.2, section 2.7) in memory that the device reaches through its DMA space. */
export class Virtqueue {
  readonly state: StateOf<ReturnType<typeof queueState>>;
  readonly component: Component;

  constructor(
    readonly index: number,
    readonly maximumSize: number,
    readonly memory: DmaSpace,
  ) {
    const nowhere = () => new Uint32Array(2);
    const places = { descriptorTable: nowhere(), availableRing: nowhere(), usedRing: nowhere() };
    this.state = { size: maximumSize, ...EMPTY, ...places };
    this.component = component(queueState(maximumSize), this.state);
  }

  reset(): void {
    const { state } = this;
    Object.assign(state, { size: this.maximumSize, ...EMPTY });
    for (const place of [state.descriptorTable, state.availableRing, state.usedRing]) place.fill(0);
  }

  get descriptorTable(): number {
    return addressOf(this.state.descriptorTable);
  }

  get availableRing(): number {
    return addressOf(this.state.availableRing);
  }

  get usedRing(): number {
    return addressOf(this.state.usedRing);
  }

  /** The device is going to give chains back: the used ring finds memory. @returns false where there is none now */
  prepareUsedRing(): boolean {
    return this.memory.prepare(this.usedRing, this.lengths.usedRing);
  }

  /** How long its parts are, in bytes. */
  get lengths(): { readonly descriptorTable: number; readonly availableRing: number; readonly usedRing: number } {
    const { size } = this.state;
    return {
      descriptorTable: DESCRIPTOR_SIZE * size,
      availableRing: RING_ENDS + AVAILABLE_ENTRY * size,
      usedRing: RING_ENDS + USED_ENTRY * size,
    };
  }

  /** The next available chain, if any, which stays there. @throws QueueError when ring or descriptors are malformed or out of memory. */
  first(eventIndex: boolean): DescriptorChain | undefined {
    const available = must(
      readU16(this.memory, this.availableRing + 2),
      `available ring at ${hex(this.availableRing)}`,
    );
    const waiting = (available - this.state.lastAvailable) & 0xffff;
    if (waiting === 0) {
      if (eventIndex) this.writeAvailableEvent(available);
      return undefined;
    }
    if (waiting > this.state.size)
      throw new QueueError(
        `available index ${available} is ${waiting} ahead, the queue has ${this.state.size} entries`,
      );
    const slot = this.availableRing + 4 + 2 * (this.state.lastAvailable % this.state.size);
    const head = must(readU16(this.memory, slot), `available ring entry at ${hex(slot)}`);
    return this.chain(head);
  }

  /** Takes the next available chain, which `first` gave. */
  skip(): void {
    this.state.lastAvailable = (this.state.lastAvailable + 1) & 0xffff;
  }

  /** Gives a chain back. `written` is the count of bytes that the device wrote into it. @returns whether the driver wants an interrupt. */
  push(chain: DescriptorChain, written: number, eventIndex: boolean): boolean {
    const slot = this.usedRing + 4 + 8 * (this.state.usedIndex % this.state.size);
    const before = this.state.usedIndex;
    const after = (before + 1) & 0xffff;
    const ok =
      writeU32(this.memory, slot, chain.head) &&
      writeU32(this.memory, slot + 4, written) &&
      writeU16(this.memory, this.usedRing + 2, after);
    if (!ok) throw new QueueError(`used ring at ${hex(this.usedRing)} is not in memory`);
    this.state.usedIndex = after;
    if (eventIndex) {
      const event = must(readU16(this.memory, this.availableRing + 4 + 2 * this.state.size), 'used_event');
      return ((after - event - 1) & 0xffff) < ((after - before) & 0xffff); // vring_need_event, 2.7.7.1
    }
    const flags = must(readU16(this.memory, this.availableRing), 'available ring flags');
    return (flags & AVAIL_F_NO_INTERRUPT) === 0;
  }

  /** The chain that starts at descriptor `head`, followed through an indirect table where there is one. @throws QueueError */
  chain(head: number): DescriptorChain {
    const descriptors: Descriptor[] = [];
    let table = this.descriptorTable;
    let entries = this.state.size;
    let index = head;
    let indirect = false;
    for (;;) {
      if (index >= entries) throw new QueueError(`descriptor ${index} is outside the table of ${entries}`);
      // Through an indirect table too (virtio 1.2, 2.7.5.2 and 2.7.5.3.1).
      if (descriptors.length >= this.state.size)
        throw new QueueError(
          `descriptor chain from ${head} is longer than the queue of ${this.state.size}, or has a loop`,
        );
      const descriptor = this.descriptor(table, index);
      if (descriptor.flags & DESC_F_INDIRECT) {
        if (indirect || descriptor.flags & DESC_F_NEXT || descriptors.length > 0)
          throw new QueueError(`descriptor ${index}: an indirect table must stand alone (virtio 1.2, 2.7.5.3)`);
        if (descriptor.length === 0 || descriptor.length % DESCRIPTOR_SIZE !== 0)
          throw new QueueError(`indirect table of ${descriptor.length} bytes is no multiple of ${DESCRIPTOR_SIZE}`);
        table = descriptor.address;
        entries = descriptor.length / DESCRIPTOR_SIZE;
        index = 0;
        indirect = true;
        continue;
      }
      const last = descriptors.at(-1);
      if (last && last.flags & DESC_F_WRITE && !(descriptor.flags & DESC_F_WRITE))
        throw new QueueError(`descriptor ${index} is device-readable after a device-writable one`);
      descriptors.push(descriptor);
      if (!(descriptor.flags & DESC_F_NEXT)) return { head, descriptors };
      index = descriptor.next;
    }
  }

  /** One entry of a descriptor table. @throws QueueError when it is outside memory. */
  descriptor(table: number, index: number): Descriptor {
    const at = table + index * DESCRIPTOR_SIZE;
    const where = `descriptor ${index} at ${hex(at)}`;
    const tail = must(readU32(this.memory, at + 12), where);
    return {
      index,
      address: must(readU64(this.memory, at), where),
      length: must(readU32(this.memory, at + 8), where),
      flags: tail & 0xffff,
      next: tail >>> 16,
    };
  }

  private writeAvailableEvent(index: number): void {
    if (!writeU16(this.memory, this.usedRing + 4 + 8 * this.state.size, index))
      throw new QueueError(`used ring at ${hex(this.usedRing)} is not in memory`);
  }
}

function must<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new QueueError(`${what} is not in memory`);
  return value;
}

const hex = (value: number): string => `0x${value.toString(16)}`;

/** Beyond 2^53 low bits are lost, which makes no difference: no memory is there. */
function addressOf(words: Uint32Array): number {
  return (words[1] ?? 0) * 2 ** 32 + (words[0] ?? 0);
}
