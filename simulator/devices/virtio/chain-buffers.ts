import type { QueueService } from './backend';
import { DESC_F_WRITE, type Descriptor, type DescriptorChain, QueueError } from './virtqueue';

/** Who moves the bytes. */
type Mover = Pick<QueueService, 'memory' | 'moved'>;

/** What the device reads of a chain, and what it writes. @throws QueueError */
export function buffersOf({ descriptors }: DescriptorChain): { readable: ChainBuffers; writable: ChainBuffers } {
  return {
    readable: new ChainBuffers(descriptors.filter(({ flags }) => !(flags & DESC_F_WRITE))),
    writable: new ChainBuffers(descriptors.filter(({ flags }) => flags & DESC_F_WRITE)),
  };
}

/** No driver has so much in one request: a length beyond is a driver's error, not a reason to run out of memory. */
const LONGEST = 2 ** 26;

/** The bytes of several descriptors as one run. Buffers that are not in memory are a QueueError. */
export class ChainBuffers {
  readonly length: number;

  /** @throws QueueError when nobody can mean so much */
  constructor(private readonly descriptors: readonly Descriptor[]) {
    this.length = descriptors.reduce((sum, { length }) => sum + length, 0);
    if (this.length > LONGEST) throw new QueueError(`a request of ${this.length} bytes is longer than any`);
  }

  read(mover: Mover, from: number, length: number): Uint8Array {
    mover.moved(length);
    const result = new Uint8Array(length);
    this.each(from, length, (address, at, count) => {
      const bytes = mover.memory.read(address, count);
      if (!bytes) throw new QueueError(`buffer of ${count} bytes at 0x${address.toString(16)} is not in memory`);
      result.set(bytes, at);
    });
    return result;
  }

  write(mover: Mover, from: number, bytes: Uint8Array): void {
    mover.moved(bytes.length);
    this.each(from, bytes.length, (address, at, count) => {
      if (!mover.memory.write(address, bytes.subarray(at, at + count)))
        throw new QueueError(`buffer of ${count} bytes at 0x${address.toString(16)} is not in memory`);
    });
  }

  private each(from: number, length: number, visit: (address: number, at: number, count: number) => void): void {
    let skip = from;
    let at = 0;
    for (const descriptor of this.descriptors) {
      if (skip >= descriptor.length) {
        skip -= descriptor.length;
        continue;
      }
      const count = Math.min(descriptor.length - skip, length - at);
      if (count <= 0) return;
      visit(descriptor.address + skip, at, count);
      at += count;
      skip = 0;
    }
  }
}
