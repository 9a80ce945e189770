import type { DmaSpace } from '../../simulator/devices/dma';
import { readU16, readU32 } from '../../simulator/devices/dma';
import type { VirtioBackend } from '../../simulator/devices/virtio/backend';
import type { VirtioDescription } from '../../simulator/devices/virtio/description';
import type { VirtioTransport } from '../../simulator/devices/virtio/transport';
import {
  type DescriptorChain as Chain,
  DESC_F_INDIRECT,
  DESC_F_NEXT,
  DESC_F_WRITE,
  QueueError,
  type Descriptor as RawDescriptor,
  type Virtqueue,
} from '../../simulator/devices/virtio/virtqueue';
import { INTERRUPTS } from '../../simulator/machine/memory-map';
import type { Debuggee } from '../debuggee';
import { hex } from '../format';
import type { Descriptor, DescriptorChain, GuestAddress, VirtioDevice, VirtQueue } from '../protocol';

const COUNTER = 0x10000;

/** The virtio devices of the guest with what is in their queues: rings, descriptors, and the chains that they make. */
export function virtioDevices(debuggee: Debuggee): VirtioDevice[] {
  return debuggee.guest.board.virtio.flatMap((transport, slot) =>
    transport.backend ? [showDevice(debuggee, transport, transport.backend, slot)] : [],
  );
}

function showDevice(
  debuggee: Debuggee,
  transport: VirtioTransport,
  { description }: VirtioBackend,
  slot: number,
): VirtioDevice {
  return {
    name: description.name,
    slot,
    gpa: hex(transport.base),
    interrupt: INTERRUPTS.virtioFirst + slot,
    status: [...transport.statusNames],
    features: [...transport.negotiatedFeatures],
    queues: description.queues.flatMap(({ name }, index) => {
      const queue = transport.queues[index];
      return queue ? [new QueueView(debuggee, transport, description, queue).show(name)] : [];
    }),
  };
}

/** A queue as memory has it now. A driver may have written anything there: what cannot be read is left out. */
class QueueView {
  constructor(
    private readonly debuggee: Debuggee,
    private readonly transport: VirtioTransport,
    private readonly description: VirtioDescription,
    private readonly queue: Virtqueue,
  ) {}

  private get memory(): DmaSpace {
    return this.transport.memory;
  }

  show(name: string): VirtQueue {
    const { index, descriptorTable, availableRing, usedRing } = this.queue;
    const { size, ready, lastAvailable } = this.queue.state;
    const available = this.lastAvailable();
    const used = this.lastUsed();
    const chains = ready ? this.chains(available, used) : [];
    const inChains = new Map(chains.flatMap(({ raw }) => raw.descriptors).map((each) => [each.index, each]));
    return {
      index,
      name,
      size,
      ready,
      descriptorTable: this.address(descriptorTable),
      availableRing: { ...this.address(availableRing), ...this.header(availableRing) },
      usedRing: { ...this.address(usedRing), ...this.header(usedRing) },
      taken: lastAvailable,
      descriptors: [...inChains.values()].sort((a, b) => a.index - b.index).map((each) => this.descriptor(each)),
      available: ready ? available : [],
      used: ready ? used : [],
      chains: chains.map(({ shown }) => shown),
    };
  }

  private lastAvailable(): VirtQueue['available'] {
    const { availableRing } = this.queue;
    const { size, lastAvailable } = this.queue.state;
    const waiting = (this.header(availableRing).next - lastAvailable + COUNTER) % COUNTER;
    return this.positions(this.header(availableRing).next).flatMap(({ position, fromEnd }) => {
      const head = readU16(this.memory, availableRing + 4 + 2 * (position % size));
      const state = fromEnd <= waiting ? ('waiting' as const) : ('taken' as const);
      return head === undefined ? [] : [{ position, head, state }];
    });
  }

  private lastUsed(): VirtQueue['used'] {
    const { usedRing } = this.queue;
    const { size } = this.queue.state;
    return this.positions(this.header(usedRing).next).flatMap(({ position }) => {
      const at = usedRing + 4 + 8 * (position % size);
      const [head, written] = [readU32(this.memory, at), readU32(this.memory, at + 4)];
      return head === undefined || written === undefined ? [] : [{ position, head, written }];
    });
  }

  /** The positions of the last entries of a ring whose index is `next`, oldest first. */
  private positions(next: number): { position: number; fromEnd: number }[] {
    const count = Math.min(next, this.queue.state.size);
    return Array.from({ length: count }, (_, i) => ({ position: next - count + i, fromEnd: count - i }));
  }

  /** A chain for each head of the available ring, as its descriptors are now; of a head that was used again only the last. */
  private chains(available: VirtQueue['available'], used: VirtQueue['used']): { raw: Chain; shown: DescriptorChain }[] {
    const latest = new Map(available.map((entry) => [entry.head, entry]));
    return [...latest.values()]
      .sort((a, b) => a.position - b.position)
      .flatMap(({ head, state, position }) => {
        const raw = this.chain(head);
        if (!raw) return [];
        const times = available.filter((each) => each.head === head && each.position <= position).length;
        const answers = used.filter((each) => each.head === head);
        const isUsed = state !== 'waiting' && answers.length >= times;
        const chainState = state === 'waiting' ? 'available' : isUsed ? 'used' : 'in flight';
        const request = this.description.describe({
          queue: this.queue.index,
          chain: raw,
          memory: this.memory,
          written: isUsed ? answers.at(-1)?.written : undefined,
          negotiated: (feature) => this.transport.negotiated(feature),
        });
        const descriptors = raw.descriptors.map(({ index }) => index);
        return [{ raw, shown: { head, descriptors, state: chainState, request } }];
      });
  }

  private chain(head: number): Chain | undefined {
    try {
      return this.queue.chain(head);
    } catch (error) {
      if (error instanceof QueueError) return undefined;
      throw error;
    }
  }

  private descriptor({ index, address, length, flags, next }: RawDescriptor): Descriptor {
    const names: Descriptor['flags'] = [
      ...(flags & DESC_F_NEXT ? (['next'] as const) : []),
      ...(flags & DESC_F_WRITE ? (['write'] as const) : []),
      ...(flags & DESC_F_INDIRECT ? (['indirect'] as const) : []),
    ];
    return { index, ...this.address(address), length, flags: names, ...(flags & DESC_F_NEXT ? { next } : {}) };
  }

  private address(gpa: number): GuestAddress {
    // Without a VMM the address is of the machine itself.
    const hpa = this.debuggee.vm && this.memory.hostPhysical(gpa);
    return { gpa: hex(gpa), ...(hpa === undefined ? {} : { hpa: hex(hpa) }) };
  }

  private header(ring: number): { next: number; flags: number } {
    return { flags: readU16(this.memory, ring) ?? 0, next: readU16(this.memory, ring + 2) ?? 0 };
  }
}
