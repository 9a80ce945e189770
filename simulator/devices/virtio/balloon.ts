import { Integer } from '@sinclair/typebox';
import { FRAME } from '../../mmu/address';
import { type Component, component, type StateOf, stateSchema } from '../../schema/state/component';
import { count, flag, listOf, nullable, word } from '../../schema/state/fields';
import type { QueueService, VirtioBackend } from './backend';
import { buffersOf } from './chain-buffers';
import { type ConfigurationField, configurationBytes, readOnly, readWrite } from './configuration';
import type { Request, VirtioDescription } from './description';
import type { Virtqueue } from './virtqueue';
import { bytesAt, lengthOf } from './words';

// virtio 1.2, section 5.5
const Feature = {
  MUST_TELL_HOST: 0,
  STATS_VQ: 1,
  DEFLATE_ON_OOM: 2,
  FREE_PAGE_HINT: 3,
  PAGE_POISON: 4,
  REPORTING: 5,
} as const;

const fields = {
  /** Pages that the host wants. */
  num_pages: readOnly(0, 4),
  /** Pages that the driver says it has given. */
  actual: readWrite(4, 4),
  free_page_hint_cmd_id: readOnly(8, 4),
  poison_val: readOnly(12, 4),
};

const INFLATE = 0;
const DEFLATE = 1;
const STATISTICS = 2;
const QUEUE_SIZE = 128;

/** Numbers of pages are of 4 KiB, whatever pages the guest has (5.5.6), and have four bytes. */
const NUMBER_BYTES = 4;
/** Bytes of a chain that are looked at in one go. */
const PORTION = 4096;
/** Bytes that a page counts as, of which a device moves so many before the machine runs on: the host has its tables to change. */
const PAGE_WORK = 256;

/** Tags of statistics by their numbers (5.5.6.4), with the words for them. */
const STATISTICS_NAMES = [
  'swapped in',
  'swapped out',
  'major faults',
  'minor faults',
  'free',
  'total',
  'available',
  'caches',
  'huge pages given',
  'huge pages refused',
] as const;
const [FREE_TAG, TOTAL_TAG, AVAILABLE_TAG] = [4, 5, 6];
/** Of a statistic: a tag of two bytes and a value of eight, packed. */
const STATISTIC_BYTES = 10;
const MOST_STATISTICS = 64;

export const balloonDevice: VirtioDescription = {
  name: 'virtio-balloon',
  summary: 'a balloon, by which its host gets memory of the guest’s and gives it back',
  deviceId: 5,
  prefix: 'BALLOON',
  features: Feature,
  queues: [
    { name: 'inflate', size: QUEUE_SIZE },
    { name: 'deflate', size: QUEUE_SIZE },
    { name: 'statistics', size: QUEUE_SIZE },
  ],
  configuration: fields,
  describe,
};

/** What a guest says of its memory, in bytes; what it does not say is absent. */
export interface MemoryStatistics {
  readonly free?: number;
  readonly total?: number;
  /** What programs could have without swapping. */
  readonly available?: number;
}

/** Who has the memory behind the guest's, to whom its pages go and from whom they come. */
export interface BalloonHost {
  /** Pages that it wants of the guest now. */
  readonly wanted: number;
  /**
   * Pages are the host's to take, as far as they can go.
   * @param pages addresses of 4 KiB each, of which the guest may have written any
   * @param isTold whether the driver says it before it uses one again
   */
  inflate(pages: readonly number[], isTold: boolean): void;
  /** The guest uses pages again. @returns whether there is memory for all of them; else it is to be asked again when there may be */
  deflate(pages: readonly number[]): boolean;
}

/** On the bare machine nobody wants the guest's memory. */
const NOBODY: BalloonHost = { wanted: 0, inflate: () => undefined, deflate: () => true };

const balloonState = stateSchema('virtio-balloon', 1, {
  actual: word,
  /** Of the first chain of inflate and deflate: bytes that have been dealt with already. */
  dealt: listOf(count, { exactly: 2 }),
  /** By tag; null of what the driver has not told. */
  statistics: listOf(nullable(Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })), {
    exactly: STATISTICS_NAMES.length,
  }),
  /** The first chain with statistics has been read, and is kept until others are wanted. */
  isRead: flag,
  /** Others are wanted. */
  isAsked: flag,
});

const nothingTold = (): null[] => STATISTICS_NAMES.map(() => null);

/** A virtio memory balloon: the driver gives pages that it does not use, as many as are wanted, and takes them back. */
export class VirtioBalloon implements VirtioBackend {
  readonly description = balloonDevice;
  readonly features = [Feature.MUST_TELL_HOST, Feature.STATS_VQ, Feature.DEFLATE_ON_OOM];
  readonly component: Component;
  private readonly state: StateOf<typeof balloonState> = {
    actual: 0,
    dealt: [0, 0],
    statistics: nothingTold(),
    isRead: false,
    isAsked: false,
  };
  private host = NOBODY;

  constructor() {
    this.component = component(balloonState, this.state);
  }

  /** Whose memory it is. */
  connect(host: BalloonHost): void {
    this.host = host;
  }

  /** Pages that the driver says it has given. */
  get actual(): number {
    return this.state.actual;
  }

  /** What the guest has told of its memory last; undefined where it has not. */
  get statistics(): MemoryStatistics | undefined {
    const { statistics } = this.state;
    const [free, total, available] = [statistics[FREE_TAG], statistics[TOTAL_TAG], statistics[AVAILABLE_TAG]];
    if (free == null && total == null && available == null) return undefined;
    return {
      ...(free != null && { free }),
      ...(total != null && { total }),
      ...(available != null && { available }),
    };
  }

  /** The guest is to tell of its memory anew. @returns the queue that the transport has to serve then */
  ask(): number {
    this.state.isAsked = true;
    return STATISTICS;
  }

  configuration(): Uint8Array {
    return configurationBytes(fields, { num_pages: this.host.wanted, actual: this.state.actual });
  }

  configure(field: ConfigurationField, value: number): void {
    if (field === fields.actual) this.state.actual = value >>> 0;
  }

  process(queue: Virtqueue, transport: QueueService): void {
    if (queue.index === STATISTICS) this.readStatistics(queue, transport);
    else this.movePages(queue, transport);
  }

  reset(): void {
    Object.assign(this.state, { actual: 0, dealt: [0, 0], statistics: nothingTold(), isRead: false, isAsked: false });
  }

  private movePages(queue: Virtqueue, transport: QueueService): void {
    const { dealt } = this.state;
    const isTold = transport.negotiated(Feature.MUST_TELL_HOST);
    for (let chain = transport.first(queue); chain; chain = transport.first(queue)) {
      const { readable } = buffersOf(chain);
      const from = dealt[queue.index] ?? 0;
      // The driver may have changed the chain since.
      const length = Math.min(PORTION, Math.max(0, readable.length - from));
      const pages = pagesIn(readable.read(transport, from, length));
      transport.moved(pages.length * PAGE_WORK);
      if (queue.index === INFLATE) this.host.inflate(pages, isTold);
      else if (!this.host.deflate(pages)) {
        transport.stall(queue);
        return;
      }
      dealt[queue.index] = from + length;
      if (from + length < readable.length) continue;
      dealt[queue.index] = 0;
      queue.skip();
      transport.finish(queue, chain, 0);
    }
  }

  /**
   * A chain with statistics stays with the device until it wants others: that is how it asks (5.5.6.3). One that is read only then may be old: a
   * driver that gives its first before it is ready, as Linux's, is not heard.
   */
  private readStatistics(queue: Virtqueue, transport: QueueService): void {
    for (let chain = transport.first(queue); chain; chain = transport.first(queue)) {
      if (!this.state.isRead) {
        const { readable } = buffersOf(chain);
        const length = Math.min(readable.length, MOST_STATISTICS * STATISTIC_BYTES);
        this.state.statistics = statisticsIn(readable.read(transport, 0, length));
        this.state.isRead = true;
      }
      if (!this.state.isAsked) return;
      this.state.isAsked = false;
      this.state.isRead = false;
      queue.skip();
      transport.finish(queue, chain, 0);
    }
  }
}

/** The addresses of pages, by their numbers; what is no whole number is none. */
function pagesIn(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Math.floor(bytes.length / NUMBER_BYTES);
  return Array.from({ length }, (_, index) => view.getUint32(index * NUMBER_BYTES, true) * FRAME);
}

function statisticsIn(bytes: Uint8Array): (number | null)[] {
  const told: (number | null)[] = nothingTold();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + STATISTIC_BYTES <= bytes.length; at += STATISTIC_BYTES) {
    const tag = view.getUint16(at, true);
    // Beyond what a number counts exactly no memory is.
    if (tag < told.length) told[tag] = Math.min(Number(view.getBigUint64(at + 2, true)), Number.MAX_SAFE_INTEGER);
  }
  return told;
}

function describe(request: Request): string {
  if (request.queue === STATISTICS) {
    const told = statisticsIn(bytesAt(request, 'readable', 0, MOST_STATISTICS * STATISTIC_BYTES));
    const words = told.flatMap((value, tag) => (value === null ? [] : [`${STATISTICS_NAMES[tag]} ${value}`]));
    const text = words.length === 0 ? 'no statistics' : words.join(', ');
    return request.written === undefined ? `${text}; kept until others are wanted` : text;
  }
  const pages = Math.floor(lengthOf(request, 'readable') / NUMBER_BYTES);
  const [first] = pagesIn(bytesAt(request, 'readable', 0, NUMBER_BYTES));
  const from = first === undefined ? '' : ` from 0x${first.toString(16)}`;
  const what = `${pages} ${pages === 1 ? 'page' : 'pages'}${from}`;
  return request.queue === DEFLATE ? `use ${what} again` : `give ${what} to the host`;
}
