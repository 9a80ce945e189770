import { type Component, component, stateSchema } from '../../schema/state/component';
import { type DiskImage, SECTOR } from '../disk/disk-image';
import { buffersOf } from './chain-buffers';
import { FEATURE_EVENT_IDX, FEATURE_INDIRECT_DESC, type QueueService, type VirtioBackend } from './transport';
import { type DescriptorChain, QueueError, type Virtqueue } from './virtqueue';

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

const blockState = stateSchema('virtio-blk', 1, {});

/** A virtio block device over a disk image. */
export class VirtioBlock implements VirtioBackend {
  readonly deviceId = 2;
  readonly kind = 'block';
  readonly queueSizes = [QUEUE_SIZE];
  readonly features: readonly number[];
  readonly component: Component;

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
    this.component = component(blockState, {}, { parts: { disk: disk.component } });
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

  /** Serves one request. @returns the bytes written into the chain, status byte included. @throws QueueError */
  private serve(chain: DescriptorChain, transport: QueueService): number {
    const { readable, writable } = buffersOf(chain);
    if (readable.length < HEADER)
      throw new QueueError(`block request of ${readable.length} bytes has no header of ${HEADER}`);
    if (writable.length < 1) throw new QueueError('block request has no byte for its status');
    const header = readable.read(transport, 0, HEADER);
    const view = new DataView(header.buffer);
    const sector = view.getUint32(12, true) * 2 ** 32 + view.getUint32(8, true);
    const room = writable.length - 1;
    let written = 0;
    const finish = (status: number): number => {
      writable.write(transport, room, Uint8Array.of(status));
      return written + 1;
    };
    switch (view.getUint32(0, true)) {
      case TYPE_IN: {
        if (!this.within(sector, room)) return finish(STATUS_IO_ERROR);
        writable.write(transport, 0, this.disk.read(sector * SECTOR, room));
        written = room;
        return finish(STATUS_OK);
      }
      case TYPE_OUT: {
        const length = readable.length - HEADER;
        if (this.disk.readOnly || !this.within(sector, length)) return finish(STATUS_IO_ERROR);
        this.disk.write(sector * SECTOR, readable.read(transport, HEADER, length));
        return finish(STATUS_OK);
      }
      case TYPE_FLUSH:
        return finish(STATUS_OK);
      case TYPE_GET_ID: {
        const id = new Uint8Array(Math.min(ID_LENGTH, room));
        for (let i = 0; i < Math.min(id.length, this.serial.length); i++) id[i] = this.serial.charCodeAt(i);
        writable.write(transport, 0, id);
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
