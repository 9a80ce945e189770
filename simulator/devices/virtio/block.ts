import { type Component, component, type StateOf, stateSchema } from '../../schema/state/component';
import { flag } from '../../schema/state/fields';
import { type DiskImage, SECTOR } from '../disk/disk-image';
import type { QueueService, VirtioBackend } from './backend';
import { describeBlockRequest, REQUEST_HEADER, RequestStatus, RequestType } from './block-request';
import { buffersOf } from './chain-buffers';
import { type ConfigurationField, configurationBytes, readOnly, readWrite } from './configuration';
import type { VirtioDescription } from './description';
import { type DescriptorChain, QueueError, type Virtqueue } from './virtqueue';

// virtio 1.2, section 5.2; BARRIER and SCSI are of older drivers.
const Feature = {
  BARRIER: 0,
  SIZE_MAX: 1,
  SEG_MAX: 2,
  GEOMETRY: 4,
  RO: 5,
  BLK_SIZE: 6,
  SCSI: 7,
  FLUSH: 9,
  TOPOLOGY: 10,
  CONFIG_WCE: 11,
  MQ: 12,
  DISCARD: 13,
  WRITE_ZEROES: 14,
  LIFETIME: 15,
  SECURE_ERASE: 16,
} as const;

const fields = {
  capacity: readOnly(0, 8),
  size_max: readOnly(8, 4),
  seg_max: readOnly(12, 4),
  cylinders: readOnly(16, 2),
  heads: readOnly(18, 1),
  sectors: readOnly(19, 1),
  blk_size: readOnly(20, 4),
  physical_block_exp: readOnly(24, 1),
  alignment_offset: readOnly(25, 1),
  min_io_size: readOnly(26, 2),
  opt_io_size: readOnly(28, 4),
  writeback: readWrite(32, 1, Feature.CONFIG_WCE),
  num_queues: readOnly(34, 2),
  max_discard_sectors: readOnly(36, 4),
  max_discard_seg: readOnly(40, 4),
  discard_sector_alignment: readOnly(44, 4),
  max_write_zeroes_sectors: readOnly(48, 4),
  max_write_zeroes_seg: readOnly(52, 4),
  write_zeroes_may_unmap: readOnly(56, 1),
  max_secure_erase_sectors: readOnly(60, 4),
  max_secure_erase_seg: readOnly(64, 4),
  secure_erase_sector_alignment: readOnly(68, 4),
};

const ID_LENGTH = 20;
const QUEUE_SIZE = 256;

export const blockDevice: VirtioDescription = {
  name: 'virtio-blk',
  summary: 'a disk',
  deviceId: 2,
  prefix: 'BLK',
  features: Feature,
  queues: [{ name: 'requests', size: QUEUE_SIZE }],
  configuration: fields,
  describe: describeBlockRequest,
};

const blockState = stateSchema('virtio-blk', 1, {
  /** Whether the driver lets writes stay in a cache until it flushes. There is none: it is what the driver has chosen, and nothing more. */
  writeback: flag,
});

/** A virtio block device over a disk image. */
export class VirtioBlock implements VirtioBackend {
  readonly description = blockDevice;
  readonly features: readonly number[];
  readonly component: Component;
  private readonly state: StateOf<typeof blockState> = { writeback: true };

  constructor(
    private readonly disk: DiskImage,
    private readonly serial: string,
  ) {
    const { SEG_MAX, BLK_SIZE, FLUSH, CONFIG_WCE, RO } = Feature;
    this.features = [SEG_MAX, BLK_SIZE, FLUSH, CONFIG_WCE, ...(disk.readOnly ? [RO] : [])];
    this.component = component(blockState, this.state, { parts: { disk: disk.component } });
  }

  configuration(): Uint8Array {
    return configurationBytes(fields, {
      capacity: this.disk.sectors,
      seg_max: QUEUE_SIZE - 2,
      blk_size: SECTOR,
      writeback: Number(this.state.writeback),
    });
  }

  configure(field: ConfigurationField, value: number): void {
    if (field === fields.writeback) this.state.writeback = value !== 0;
  }

  process(queue: Virtqueue, transport: QueueService): void {
    for (let chain = transport.next(queue); chain; chain = transport.next(queue)) {
      transport.finish(queue, chain, this.serve(chain, transport));
    }
  }

  reset(): void {
    this.state.writeback = true;
  }

  /** Serves one request. @returns the bytes written into the chain, status byte included. @throws QueueError */
  private serve(chain: DescriptorChain, transport: QueueService): number {
    const { readable, writable } = buffersOf(chain);
    if (readable.length < REQUEST_HEADER)
      throw new QueueError(`block request of ${readable.length} bytes has no header of ${REQUEST_HEADER}`);
    if (writable.length < 1) throw new QueueError('block request has no byte for its status');
    const header = readable.read(transport, 0, REQUEST_HEADER);
    const view = new DataView(header.buffer);
    const sector = view.getUint32(12, true) * 2 ** 32 + view.getUint32(8, true);
    const room = writable.length - 1;
    let written = 0;
    const finish = (status: number): number => {
      writable.write(transport, room, Uint8Array.of(status));
      return written + 1;
    };
    switch (view.getUint32(0, true)) {
      case RequestType.in: {
        if (!this.within(sector, room)) return finish(RequestStatus.ioError);
        writable.write(transport, 0, this.disk.read(sector * SECTOR, room));
        written = room;
        return finish(RequestStatus.ok);
      }
      case RequestType.out: {
        const length = readable.length - REQUEST_HEADER;
        if (this.disk.readOnly || !this.within(sector, length)) return finish(RequestStatus.ioError);
        this.disk.write(sector * SECTOR, readable.read(transport, REQUEST_HEADER, length));
        return finish(RequestStatus.ok);
      }
      case RequestType.flush:
        return finish(RequestStatus.ok);
      case RequestType.getId: {
        const id = new Uint8Array(Math.min(ID_LENGTH, room));
        for (let i = 0; i < Math.min(id.length, this.serial.length); i++) id[i] = this.serial.charCodeAt(i);
        writable.write(transport, 0, id);
        written = id.length;
        return finish(RequestStatus.ok);
      }
      default:
        return finish(RequestStatus.unsupported);
    }
  }

  private within(sector: number, length: number): boolean {
    return length % SECTOR === 0 && sector + length / SECTOR <= this.disk.sectors;
  }
}
