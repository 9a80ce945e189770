import { component, type StateOf, stateSchema } from '../../schema/state/component';
import { bytes, listOf } from '../../schema/state/fields';
import type { QueueService, VirtioBackend } from './backend';
import { buffersOf } from './chain-buffers';
import { configurationBytes, readOnly } from './configuration';
import { COMMON_FEATURES, RECEIVE, type Request, receiveAndTransmit, type VirtioDescription } from './description';
import { QueueError, type Virtqueue } from './virtqueue';
import { bytesAt, bytesInWords, lengthOf } from './words';

// virtio 1.2, section 5.1; GSO and CTRL_RX_EXTRA are of older drivers.
const Feature = {
  CSUM: 0,
  GUEST_CSUM: 1,
  CTRL_GUEST_OFFLOADS: 2,
  MTU: 3,
  MAC: 5,
  GSO: 6,
  GUEST_TSO4: 7,
  GUEST_TSO6: 8,
  GUEST_ECN: 9,
  GUEST_UFO: 10,
  HOST_TSO4: 11,
  HOST_TSO6: 12,
  HOST_ECN: 13,
  HOST_UFO: 14,
  MRG_RXBUF: 15,
  STATUS: 16,
  CTRL_VQ: 17,
  CTRL_RX: 18,
  CTRL_VLAN: 19,
  CTRL_RX_EXTRA: 20,
  GUEST_ANNOUNCE: 21,
  MQ: 22,
  CTRL_MAC_ADDR: 23,
  NOTF_COAL: 53,
  GUEST_USO4: 54,
  GUEST_USO6: 55,
  HOST_USO: 56,
  HASH_REPORT: 57,
  GUEST_HDRLEN: 59,
  RSS: 60,
  RSC_EXT: 61,
  STANDBY: 62,
  SPEED_DUPLEX: 63,
} as const;

const fields = {
  mac: readOnly(0, 1, 6),
  status: readOnly(6, 2),
  max_virtqueue_pairs: readOnly(8, 2),
  mtu: readOnly(10, 2),
  speed: readOnly(12, 4),
  duplex: readOnly(16, 1),
  rss_max_key_size: readOnly(17, 1),
  rss_max_indirection_table_length: readOnly(18, 2),
  supported_hash_types: readOnly(20, 4),
};

const STATUS_LINK_UP = 1;
const QUEUE_SIZE = 256;
/** struct virtio_net_hdr: VERSION_1 has num_buffers at its end (5.1.6). */
const HEADER = 12;
const LEGACY_HEADER = 10;
/** The longest frame: a packet of 64 KiB, whose checksum and segmentation the device could be left with, and its Ethernet header. */
const LONGEST_FRAME = 65550;
/** Frames that wait for the driver's buffers; more are lost, as on a real link. */
const MOST_WAITING = 256;

export const networkDevice: VirtioDescription = {
  name: 'virtio-net',
  summary: 'a network device',
  deviceId: 1,
  prefix: 'NET',
  features: Feature,
  queues: receiveAndTransmit(QUEUE_SIZE),
  configuration: fields,
  describe,
};

function describe(request: Request): string {
  const header = headerOf(request);
  const isIncoming = request.queue === RECEIVE;
  const side = isIncoming ? 'writable' : 'readable';
  if (isIncoming && request.written === undefined)
    return `${bytesInWords(lengthOf(request, side))} of room for a frame`;
  const length = (isIncoming ? (request.written ?? 0) : lengthOf(request, side)) - header;
  if (length < 0) return isIncoming ? 'a frame that had no room' : 'a packet without a header';
  const [to, from] = [bytesAt(request, side, header, 6), bytesAt(request, side, header + 6, 6)];
  return `frame of ${bytesInWords(length)} from ${macText(from)} to ${macText(to)}`;
}

const macText = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(':');

const networkState = stateSchema('virtio-net', 1, {
  /** Frames that the driver has given no buffers for yet. */
  waiting: listOf(bytes(), { most: MOST_WAITING }),
});

/** A virtio network device. Frames go out to `transmit`; those from outside come by `receive`. */
export class VirtioNetwork implements VirtioBackend {
  readonly description = networkDevice;
  readonly features = [Feature.MAC, Feature.STATUS];
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
    return configurationBytes(fields, { mac: this.mac, status: STATUS_LINK_UP, max_virtqueue_pairs: 1 });
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

function headerOf(service: Pick<Request, 'negotiated'>): number {
  return service.negotiated(COMMON_FEATURES.VERSION_1) ? HEADER : LEGACY_HEADER;
}

/** The address that QEMU gives its first network device; a slot's number is added to its end. */
const FIRST_MAC = [0x52, 0x54, 0x00, 0x12, 0x34, 0x56] as const;

export function macOfSlot(slot: number): number[] {
  return FIRST_MAC.map((byte, index) => (index === FIRST_MAC.length - 1 ? (byte + slot) & 0xff : byte));
}
