import type { PlainValue } from '../device';
import { type DiskImage, SECTOR } from '../disk';
import { FEATURE_EVENT_IDX, FEATURE_INDIRECT_DESC, type QueueService, type VirtioBackend } from './transport';
import { DESC_F_WRITE, type Descriptor, type DescriptorChain, QueueError, type Virtqueue } from './virtqueue';

// virtio 1.2, section 5.2
const FEATURE_SEG_MAX = 2;
const FEATURE_RO = 5;
const FEATURE_BLK_SIZE = 6;
const FEATURE_FLUSH = 9;
const TYPE_IN = 0;
const TYPE_OUT = 1;
const TYPE_FLUSH = 4;
const TYPE_GET_ID = 8;
const STATUS_OK = 0;
const STATUS_IO_ERROR = 1;
const STATUS_UNSUPPORTED = 2;
const HEADER = 16;
const ID_LENGTH = 20;
const QUEUE_SIZE = 256;

/** A virtio block device over a disk image. */
export class VirtioBlock implements VirtioBackend {
  readonly deviceId = 2;
  readonly kind = 'block';
  readonly queueSizes = [QUEUE_SIZE];
  readonly features: readonly number[];

  constructor(
    private readonly disk: DiskImage,
    private readonly serial: string,
  ) {
    this.features = [
      FEATURE_SEG_MAX,
      FEATURE_BLK_SIZE,
      FEATURE_FLUSH,
      FEATURE_INDIRECT_DESC,
      FEATURE_EVENT_IDX,
      ...(disk.readOnly ? [FEATURE_RO] : []),
    ];
  }

  configuration(): Uint8Array {
    const bytes = new Uint8Array(60);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, this.disk.sectors % 2 ** 32, true);
    view.setUint32(4, Math.floor(this.disk.sectors / 2 ** 32), true);
    view.setUint32(12, QUEUE_SIZE - 2, true);
    view.setUint32(20, SECTOR, true);
    return bytes;
  }

  process(queue: Virtqueue, transport: QueueService): void {
    for (let chain = transport.next(queue); chain; chain = transport.next(queue)) {
      transport.finish(queue, chain, this.serve(chain, transport));
    }
  }

  state(): { readonly [field: string]: PlainValue } {
    return {
      overlay: [...this.disk.overlay()].sort(([a], [b]) => a - b).map(([sector, bytes]) => ({ sector, bytes })),
    };
  }

  /** Serves one request. @returns the bytes written into the chain, status byte included. @throws QueueError */
  private serve(chain: DescriptorChain, { memory }: QueueService): number {
    const readable = new Buffers(chain.descriptors.filter((d) => !(d.flags & DESC_F_WRITE)));
    const writable = new Buffers(chain.descriptors.filter((d) => d.flags & DESC_F_WRITE));
    if (readable.length < HEADER)
      throw new QueueError(`block request of ${readable.length} bytes has no header of ${HEADER}`);
    if (writable.length < 1) throw new QueueError('block request has no byte for its status');
    const header = readable.read(memory, 0, HEADER);
    const view = new DataView(header.buffer);
    const sector = view.getUint32(12, true) * 2 ** 32 + view.getUint32(8, true);
    const room = writable.length - 1;
    let written = 0;
    const finish = (status: number): number => {
      writable.write(memory, room, Uint8Array.of(status));
      return written + 1;
    };
    switch (view.getUint32(0, true)) {
      case TYPE_IN: {
        if (!this.within(sector, room)) return finish(STATUS_IO_ERROR);
        writable.write(memory, 0, this.disk.read(sector * SECTOR, room));
        written = room;
        return finish(STATUS_OK);
      }
      case TYPE_OUT: {
        const length = readable.length - HEADER;
        if (this.disk.readOnly || !this.within(sector, length)) return finish(STATUS_IO_ERROR);
        this.disk.write(sector * SECTOR, readable.read(memory, HEADER, length));
        return finish(STATUS_OK);
      }
      case TYPE_FLUSH:
        return finish(STATUS_OK);
      case TYPE_GET_ID: {
        const id = new Uint8Array(Math.min(ID_LENGTH, room));
        for (let i = 0; i < Math.min(id.length, this.serial.length); i++) id[i] = this.serial.charCodeAt(i);
        writable.write(memory, 0, id);
        written = id.length;
        return finish(STATUS_OK);
      }
      default:
        return finish(STATUS_UNSUPPORTED);
    }
  }

  private within(sector: number, length: number): boolean {
    return length % SECTOR === 0 && sector + length / SECTOR <= this.disk.sectors;
  }
}

/** The bytes of several descriptors as one run. */
class Buffers {
  readonly length: number;

  constructor(private readonly descriptors: readonly Descriptor[]) {
    this.length = descriptors.reduce((sum, { length }) => sum + length, 0);
  }

  read(memory: QueueService['memory'], from: number, length: number): Uint8Array {
    const result = new Uint8Array(length);
    this.each(from, length, (address, at, count) => {
      const bytes = memory.read(address, count);
      if (!bytes) throw new QueueError(`buffer of ${count} bytes at 0x${address.toString(16)} is not in memory`);
      result.set(bytes, at);
    });
    return result;
  }

  write(memory: QueueService['memory'], from: number, bytes: Uint8Array): void {
    this.each(from, bytes.length, (address, at, count) => {
      if (!memory.write(address, bytes.subarray(at, at + count)))
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
