import type { DmaSpace } from '../dma';
import type { ConfigurationFields } from './configuration';
import type { DescriptorChain } from './virtqueue';

/** What there is to say of a kind of virtio device: what its class, the registers, the views and the documentation take from here. */
export interface VirtioDescription {
  /** As Linux and QEMU call it: `virtio-blk`. */
  readonly name: string;
  /** What it is, in words. */
  readonly summary: string;
  /** Device type (virtio 1.2, section 5). */
  readonly deviceId: number;
  /** What the names of its features begin with in the specification, after `VIRTIO_`. */
  readonly prefix: string;
  /** Its feature bits by name, also those that the device does not offer. */
  readonly features: Features;
  readonly queues: readonly QueueDescription[];
  readonly configuration: ConfigurationFields;
  /** What a chain of one of its queues asks for, and how it ended, as far as memory tells now. */
  describe(request: Request): string;
}

export type Features = { readonly [name: string]: number };

export interface QueueDescription {
  readonly name: string;
  /** The most entries that a driver may choose. */
  readonly size: number;
}

/** The queue of those two into which the device writes what comes in. */
export const RECEIVE = 0;

/** The queues of a device through which bytes come and go (virtio 1.2, sections 5.1.2 and 5.3.2). */
export const receiveAndTransmit = (size: number): readonly QueueDescription[] => [
  { name: 'receive', size },
  { name: 'transmit', size },
];

/** A chain that somebody looks at. */
export interface Request {
  readonly queue: number;
  readonly chain: DescriptorChain;
  readonly memory: DmaSpace;
  /** Bytes that the device says it has written; undefined until it is through with the chain. */
  readonly written: number | undefined;
  /** Whether device and driver have agreed on a feature. */
  negotiated(feature: number): boolean;
}

/** Features that every device has from its transport and queues (virtio 1.2, section 6; the first two are of older drivers). */
export const COMMON_FEATURES = {
  NOTIFY_ON_EMPTY: 24,
  ANY_LAYOUT: 27,
  INDIRECT_DESC: 28,
  EVENT_IDX: 29,
  VERSION_1: 32,
  ACCESS_PLATFORM: 33,
  RING_PACKED: 34,
  IN_ORDER: 35,
  ORDER_PLATFORM: 36,
  SR_IOV: 37,
  NOTIFICATION_DATA: 38,
  NOTIF_CONFIG_DATA: 39,
  RING_RESET: 40,
} as const;

/** A feature bit of a device by its name in the specification, without `VIRTIO_` and `F_`: `BLK_RO`, `VERSION_1`. */
export function featureName({ prefix, features }: VirtioDescription, bit: number): string {
  const common = nameOf(COMMON_FEATURES, bit);
  if (common !== undefined) return common;
  const own = nameOf(features, bit);
  return own === undefined ? `feature ${bit}` : `${prefix}_${own}`;
}

function nameOf(features: Features, bit: number): string | undefined {
  return Object.keys(features).find((name) => features[name] === bit);
}
