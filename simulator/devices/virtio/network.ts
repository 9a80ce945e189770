import { component, type StateOf, stateSchema } from '../../schema/state/component';
import { bytes, listOf } from '../../schema/state/fields';
import { buffersOf } from './chain-buffers';
import {
  FEATURE_EVENT_IDX,
  FEATURE_INDIRECT_DESC,
  FEATURE_VERSION_1,
  type QueueService,
  type VirtioBackend,
} from './transport';
import { QueueError, type Virtqueue } from './virtqueue';

// virtio 1.2, section 5.1
const FEATURE_MAC = 5;
const FEATURE_STATUS = 16;
const STATUS_LINK_UP = 1;
const RECEIVE = 0;
const QUEUE_SIZE = 256;
/** struct virtio_net_hdr: VERSION_1 has num_buffers at its end (5.1.6). */
const HEADER = 12;
const LEGACY_HEADER = 10;
/** The longest frame: a packet of 64 KiB, whose checksum and segmentation the device could be left with, and its Ethernet header. */
const LONGEST_FRAME = 65550;
/** Frames that wait for the driver's buffers; more are lost, as on a real link. */
const MOST_WAITING = 256;

const networkState = stateSchema('virtio-net', 1, {
  /** Frames that the driver has given no buffers for yet. */
  waiting: listOf(bytes(), { most: MOST_WAITING }),
});

/** A virtio network device. Frames go out to `transmit`; those from outside come by `receive`. */
export class VirtioNetwork implements VirtioBackend {
  readonly deviceId = 1;
  readonly kind = 'network';
  readonly queueSizes = [QUEUE_SIZE, QUEUE_SIZE];
  readonly features = [FEATURE_MAC, FEATURE_STATUS, FEATURE_INDIRECT_DESC, FEATURE_EVENT_IDX];
  private readonly state: StateOf<typeof networkState> = { waiting: [] };
  readonly component = component(networkState, this.state);

  /** @param mac six bytes */
  constructor(
    private readonly mac: readonly number[],
    private readonly transmit: (frame: Uint8Array) => void,
  ) {}

  /** An Ethernet frame from the network. @returns the queue that the transport has to serve then */
  receive(frame: Uint8Array): number {
    if (this.state.waiting.length < MOST_WAITING) this.state.waiting.push(frame.slice());
    return RECEIVE;
  }

  configuration(): Uint8Array {
    const space = new Uint8Array(12);
    space.set(this.mac);
    const view = new DataView(space.buffer);
    view.setUint16(6, STATUS_LINK_UP, true);
    view.setUint16(8, 1, true);
    return space;
  }

  process(queue: Virtqueue, transport: QueueService): void {
    if (queue.index === RECEIVE) this.deliver(queue, transport);
    else this.send(queue, transport);
  }

  private deliver(queue: Virtqueue, transport: QueueService): void {
    for (let frame = this.state.waiting[0]; frame; frame = this.state.waiting[0]) {
      const chain = transport.next(queue);
      if (!chain) return;
      this.state.waiting.shift();
      const { writable } = buffersOf(chain);
      // Without MRG_RXBUF every buffer takes a whole frame (5.1.6.3.1); one that is too small loses it.
      const header = headerOf(transport);
      const fits = writable.length >= header + frame.length;
      if (fits) {
        const packet = new Uint8Array(header + frame.length);
        if (header === HEADER) packet[10] = 1; // num_buffers
        packet.set(frame, header);
        writable.write(transport, 0, packet);
      }
      transport.finish(queue, chain, fits ? header + frame.length : 0);
    }
  }

  private send(queue: Virtqueue, transport: QueueService): void {
    for (let chain = transport.next(queue); chain; chain = transport.next(queue)) {
      const { readable } = buffersOf(chain);
      const header = headerOf(transport);
      if (readable.length < header)
        throw new QueueError(`packet of ${readable.length} bytes has no header of ${header}`);
      // What is longer than any frame is lost, as on a real link.
      const length = readable.length - header;
      if (length <= LONGEST_FRAME) this.transmit(readable.read(transport, header, length));
      transport.finish(queue, chain, 0);
    }
  }
}

const headerOf = (transport: QueueService): number =>
  transport.negotiated(FEATURE_VERSION_1) ? HEADER : LEGACY_HEADER;
