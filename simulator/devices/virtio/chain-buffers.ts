import type { DmaSpace } from '../dma';
import type { QueueService } from './backend';
import { DESC_F_WRITE, type Descriptor, type DescriptorChain, QueueError } from './virtqueue';

/** Who moves the bytes. */
type Mover = Pick<QueueService, 'memory' | 'moved'>;

/** What a device reads of a chain, or writes into it. */
export type Side = 'readable' | 'writable';

export function isWritable({ flags }: Descriptor): boolean {
  return (flags & DESC_F_WRITE) !== 0;
}

export function sideOf({ descriptors }: DescriptorChain, side: Side): Descriptor[] {
  return descriptors.filter((each) => isWritable(each) === (side === 'writable'));
}

/** What the device reads of a chain, and what it writes. @throws QueueError */
export function buffersOf(chain: DescriptorChain): { readonly [side in Side]: ChainBuffers } {
  return {
    readable: new ChainBuffers(sideOf(chain, 'readable')),
    writable: new ChainBuffers(sideOf(chain, 'writable')),
  };
}

/** So many bytes in memory, which are those from `at` up of a run of bytes over several descriptors. */
interface Piece {
  readonly address: number;
  readonly at: number;
  readonly count: number;
}

/** The pieces of a run of bytes that begins so far into the buffers of descriptors; they end where those do. */
export function* piecesOf(descriptors: readonly Descriptor[], from: number, length: number): Generator<Piece> {
  let skip = from;
  let at = 0;
  for (const descriptor of descriptors) {
    if (skip >= descriptor.length) {
      skip -= descriptor.length;
      continue;
    }
    const count = Math.min(descriptor.length - skip, length - at);
    if (count <= 0) return;
    yield { address: descriptor.address + skip, at, count };
    at += count;
    skip = 0;
  }
}

/** No driver has so much in one request: a length beyond is a driver's error, not a reason to run out of memory. */
const LONGEST = 2 ** 26;

/** What the device writes of a chain finds memory, as far as anybody can mean that. @returns false where there is none now */
export function prepareWritable(chain: DescriptorChain, memory: DmaSpace): boolean {
  const writable = sideOf(chain, 'writable');
  const length = writable.reduce((sum, descriptor) => sum + descriptor.length, 0);
  return length > LONGEST || writable.every((descriptor) => memory.prepare(descriptor.address, descriptor.length));
}

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
    for (const { address, at, count } of piecesOf(this.descriptors, from, length)) {
      const bytes = mover.memory.read(address, count);
      if (!bytes) throw notInMemory(address, count);
      result.set(bytes, at);
    }
    return result;
  }

  write(mover: Mover, from: number, bytes: Uint8Array): void {
    mover.moved(bytes.length);
    for (const { address, at, count } of piecesOf(this.descriptors, from, bytes.length))
      if (!mover.memory.write(address, bytes.subarray(at, at + count))) throw notInMemory(address, count);
  }
}

const notInMemory = (address: number, count: number): QueueError =>
  new QueueError(`buffer of ${count} bytes at 0x${address.toString(16)} is not in memory`);
