import { type Component, component, type StateOf, stateSchema } from '../../schema/state/component';
import { bits, byte, instant, nullable, text, uint32s, word } from '../../schema/state/fields';
import type { AccessSize, DeviceClock, InterruptLine, MmioDevice, TimedDevice } from '../device';
import type { DmaSpace } from '../dma';
import { DESCRIPTOR_SIZE, type DescriptorChain, isQueueSize, QueueError, Virtqueue } from './virtqueue';

/** Feature bits by number (virtio 1.2, section 6). */
export const FEATURE_INDIRECT_DESC = 28;
export const FEATURE_EVENT_IDX = 29;
export const FEATURE_VERSION_1 = 32;

const STATUS_DRIVER_OK = 4;
const STATUS_FEATURES_OK = 8;
const STATUS_NEEDS_RESET = 64;
const INTERRUPT_USED_BUFFER = 1;
const INTERRUPT_CONFIGURATION = 2;

/** What is behind a transport: a block device, a console. */
export interface VirtioBackend {
  /** Device type (virtio 1.2, section 5): 2 is block. */
  readonly deviceId: number;
  readonly kind: string;
  readonly features: readonly number[];
  readonly queueSizes: readonly number[];
  /** Configuration space. */
  configuration(): Uint8Array;
  /** Processes what is available in a queue, as far as the transport gives it. @throws QueueError */
  process(queue: Virtqueue, transport: QueueService): void;
  /** The driver begins anew: what was under way is forgotten. */
  reset?(): void;
  readonly component: Component;
}

/** What a backend may ask of its transport. */
export interface QueueService {
  readonly memory: DmaSpace;
  /** Whether device and driver have agreed on a feature. */
  negotiated(feature: number): boolean;
  /** Takes the next chain; undefined when there is none, or when the device has moved enough for this visit: then it is visited again. */
  next(queue: Virtqueue): DescriptorChain | undefined;
  /** The same chain, which is taken with `queue.skip` when the device is through with it. */
  first(queue: Virtqueue): DescriptorChain | undefined;
  /** The device moves bytes between memory and itself. */
  moved(bytes: number): void;
  finish(queue: Virtqueue, chain: DescriptorChain, written: number): void;
}

// Register offsets of the MMIO transport (virtio 1.2, section 4.2.2).
const R = {
  magic: 0x00,
  version: 0x04,
  deviceId: 0x08,
  vendorId: 0x0c,
  deviceFeatures: 0x10,
  deviceFeaturesSel: 0x14,
  driverFeatures: 0x20,
  driverFeaturesSel: 0x24,
  queueSel: 0x30,
  queueNumMax: 0x34,
  queueNum: 0x38,
  queueReady: 0x44,
  queueNotify: 0x50,
  interruptStatus: 0x60,
  interruptAck: 0x64,
  status: 0x70,
  queueDescLow: 0x80,
  queueDescHigh: 0x84,
  queueDriverLow: 0x90,
  queueDriverHigh: 0x94,
  queueDeviceLow: 0xa0,
  queueDeviceHigh: 0xa4,
  configGeneration: 0xfc,
  config: 0x100,
} as const;

const MAGIC = 0x74726976;
const VENDOR = 0x554d4551;
/** Machine nanoseconds from a notification to the requests' completion: a fast disk's order of magnitude, and the same in every engine. */
export const SERVICE_TIME = 10_000;
/**
 * Bytes that a device moves in one visit before the machine runs on. Each byte takes it a nanosecond of the machine's clock, in which it
 * is not visited again, so that no guest makes its host work for long without running on itself.
 */
const VISIT = 2 ** 18;
const TWO_32 = 2 ** 32;
/** Characters of why a device needs a reset. */
const LONGEST_FAILURE = 200;

/** What a driver finds after a reset, beside the features that it has not chosen yet. */
const RESET = {
  status: 0,
  interruptStatus: 0,
  deviceFeaturesSel: 0,
  driverFeaturesSel: 0,
  queueSel: 0,
  notified: 0,
  failure: null,
};

/** @param offered the features that the device offers, a half at a time */
const transportState = (queues: number, offered: (half: number) => number) =>
  stateSchema(
    'virtio-mmio',
    1,
    {
      status: byte,
      interruptStatus: bits(INTERRUPT_USED_BUFFER | INTERRUPT_CONFIGURATION),
      deviceFeaturesSel: word,
      driverFeaturesSel: word,
      queueSel: word,
      driverFeatures: uint32s(2),
      /** The queues that are to be visited, a bit each. */
      notified: bits(2 ** queues - 1),
      /** Machine time before which the device is not visited again. */
      busyUntil: instant,
      failure: nullable(text(LONGEST_FAILURE)),
    },
    ({ status, driverFeatures, failure }) => {
      const half = driverFeatures.findIndex((chosen, index) => (chosen & ~offered(index)) !== 0);
      if (status & STATUS_FEATURES_OK && half >= 0)
        return { path: ['driverFeatures', half], problem: 'must be of the features that the device offers' };
      if (failure !== null && !(status & STATUS_NEEDS_RESET))
        return {
          path: ['failure'],
          problem: 'must be null while the status does not say that the device needs a reset',
        };
      return undefined;
    },
  );

/** A virtio-mmio slot, version 2. Without a backend it answers device id 0, as an empty slot of QEMU's `virt` does. */
export class VirtioTransport implements MmioDevice, TimedDevice, QueueService {
  readonly size = 0x1000;
  readonly accessSizes = { smallest: 1, largest: 8 } as const;
  readonly queues: readonly Virtqueue[];
  private readonly state: StateOf<ReturnType<typeof transportState>>;
  readonly component: Component;
  /** Bytes moved in this visit. */
  private movedNow = 0;

  constructor(
    readonly name: string,
    readonly base: number,
    readonly memory: DmaSpace,
    private readonly interrupt: InterruptLine,
    private readonly clock: DeviceClock,
    readonly backend: VirtioBackend | undefined,
  ) {
    this.queues = (backend?.queueSizes ?? []).map((size, index) => new Virtqueue(index, size, memory));
    this.state = { ...RESET, driverFeatures: new Uint32Array(2), busyUntil: 0 };
    const queues = this.queues.map(({ index, component }) => [`queue${index}`, component] as const);
    this.component = component(
      transportState(queues.length, (half) => this.offered(half)),
      this.state,
      { parts: { ...Object.fromEntries(queues), ...(backend && { backend: backend.component }) } },
    );
  }

  read(offset: number, size: AccessSize): number | undefined {
    return this.peek(offset, size);
  }

  peek(offset: number, size: AccessSize): number | undefined {
    if (offset >= R.config) return this.readConfiguration(offset - R.config, size);
    if (size !== 4 || offset % 4 !== 0) return 0;
    const queue = this.queues[this.state.queueSel];
    switch (offset) {
      case R.magic:
        return MAGIC;
      case R.version:
        return 2;
      case R.deviceId:
        return this.backend?.deviceId ?? 0;
      case R.vendorId:
        return VENDOR;
      case R.deviceFeatures:
        return this.offered(this.state.deviceFeaturesSel);
      case R.queueNumMax:
        return queue?.maximumSize ?? 0;
      case R.queueReady:
        return queue?.state.ready ? 1 : 0;
      case R.interruptStatus:
        return this.state.interruptStatus;
      case R.status:
        return this.state.status;
      default:
        return 0;
    }
  }

  write(offset: number, size: AccessSize, value: number): boolean {
    if (!this.backend || size !== 4 || offset % 4 !== 0 || offset >= R.config) return true;
    const queue = this.queues[this.state.queueSel];
    switch (offset) {
      case R.deviceFeaturesSel:
        this.state.deviceFeaturesSel = value;
        break;
      case R.driverFeaturesSel:
        this.state.driverFeaturesSel = value;
        break;
      case R.driverFeatures:
        if (this.state.driverFeaturesSel < 2 && !(this.state.status & STATUS_FEATURES_OK))
          this.state.driverFeatures[this.state.driverFeaturesSel] = value;
        break;
      case R.queueSel:
        this.state.queueSel = value;
        break;
      case R.queueNotify:
        this.notify(value);
        break;
      case R.interruptAck:
        this.state.interruptStatus &= ~value;
        this.updateInterrupt();
        break;
      case R.status:
        this.writeStatus(value & 0xff);
        break;
      default:
        if (queue) this.writeQueueRegister(queue, offset, value);
    }
    return true;
  }

  wake(): void {
    const notified = this.state.notified;
    this.state.notified = 0;
    this.movedNow = 0;
    const unfinished: number[] = [];
    for (const queue of this.queues) {
      if (!(notified & (1 << queue.index)) || !queue.state.ready || !this.backend) continue;
      try {
        if (!this.hasMovedEnough) this.backend.process(queue, this);
      } catch (error) {
        if (!(error instanceof QueueError)) throw error;
        this.needReset(`queue ${queue.index}: ${error.message}`);
        return;
      }
      if (this.hasMovedEnough) unfinished.push(queue.index);
    }
    this.state.busyUntil = this.clock.now() + this.movedNow;
    for (const queue of unfinished) this.notify(queue);
  }

  /** Something from outside waits in the backend for buffers of a queue. */
  serve(queue: number): void {
    this.notify(queue);
  }

  /** Why the device needs a reset, when it does: for views and logs. */
  get failure(): string | undefined {
    return this.state.failure ?? undefined;
  }

  /** Whether a driver has taken the device. */
  get inUse(): boolean {
    return (this.state.status & STATUS_DRIVER_OK) !== 0;
  }

  next(queue: Virtqueue) {
    const chain = this.first(queue);
    if (chain) queue.skip();
    return chain;
  }

  first(queue: Virtqueue) {
    const chain = this.hasMovedEnough ? undefined : queue.first(this.negotiated(FEATURE_EVENT_IDX));
    this.moved((chain?.descriptors.length ?? 0) * DESCRIPTOR_SIZE);
    return chain;
  }

  moved(bytes: number): void {
    this.movedNow += bytes;
  }

  private get hasMovedEnough(): boolean {
    return this.movedNow >= VISIT;
  }

  finish(queue: Virtqueue, chain: DescriptorChain, written: number): void {
    if (!queue.push(chain, written, this.negotiated(FEATURE_EVENT_IDX))) return;
    this.state.interruptStatus |= INTERRUPT_USED_BUFFER;
    this.updateInterrupt();
  }

  negotiated(feature: number): boolean {
    return (((this.state.driverFeatures[feature >>> 5] ?? 0) >>> (feature & 31)) & 1) !== 0;
  }

  private offered(half: number): number {
    let bits = 0;
    for (const feature of [...(this.backend?.features ?? []), FEATURE_VERSION_1])
      if (feature >>> 5 === half) bits |= 1 << (feature & 31);
    return this.backend ? bits >>> 0 : 0;
  }

  private readConfiguration(offset: number, size: AccessSize): number {
    const bytes = this.backend?.configuration() ?? new Uint8Array();
    let value = 0;
    for (let i = Math.min(size, 4) - 1; i >= 0; i--) value = value * 256 + (bytes[offset + i] ?? 0);
    return value;
  }

  private writeQueueRegister(queue: Virtqueue, offset: number, value: number): void {
    switch (offset) {
      case R.queueNum:
        // A size of 0, above the maximum or no power of two is a driver's error (2.7): the queue keeps its size.
        if (value <= queue.maximumSize && isQueueSize(value)) queue.state.size = value;
        break;
      case R.queueReady:
        queue.state.ready = (value & 1) !== 0;
        break;
      case R.queueDescLow:
        queue.state.descriptorTable = withLow(queue.state.descriptorTable, value);
        break;
      case R.queueDescHigh:
        queue.state.descriptorTable = withHigh(queue.state.descriptorTable, value);
        break;
      case R.queueDriverLow:
        queue.state.availableRing = withLow(queue.state.availableRing, value);
        break;
      case R.queueDriverHigh:
        queue.state.availableRing = withHigh(queue.state.availableRing, value);
        break;
      case R.queueDeviceLow:
        queue.state.usedRing = withLow(queue.state.usedRing, value);
        break;
      case R.queueDeviceHigh:
        queue.state.usedRing = withHigh(queue.state.usedRing, value);
        break;
    }
  }

  private notify(queue: number): void {
    if (!(this.state.status & STATUS_DRIVER_OK) || this.state.status & STATUS_NEEDS_RESET || !this.queues[queue])
      return;
    if (this.state.notified === 0)
      this.clock.schedule(this.name, Math.max(this.clock.now() + SERVICE_TIME, this.state.busyUntil));
    this.state.notified |= 1 << queue;
  }

  private writeStatus(status: number): void {
    if (status === 0) {
      this.reset();
      return;
    }
    if (status & STATUS_FEATURES_OK && !(this.state.status & STATUS_FEATURES_OK)) {
      const refused = [0, 1].some((half) => ((this.state.driverFeatures[half] ?? 0) & ~this.offered(half)) !== 0);
      // 3.1.1, step 6. A driver that does not take VERSION_1 (xv6's) is served all the same, as by QEMU (6.2: the device MAY).
      if (refused) status &= ~STATUS_FEATURES_OK;
    }
    this.state.status = status | (this.state.status & STATUS_NEEDS_RESET);
  }

  private reset(): void {
    Object.assign(this.state, RESET);
    this.state.driverFeatures.fill(0);
    this.backend?.reset?.();
    for (const queue of this.queues) queue.reset();
    this.clock.cancel(this.name);
    this.updateInterrupt();
  }

  private needReset(why: string): void {
    this.state.failure = why;
    this.state.status |= STATUS_NEEDS_RESET;
    if (this.state.status & STATUS_DRIVER_OK) this.state.interruptStatus |= INTERRUPT_CONFIGURATION; // 2.1.2
    this.updateInterrupt();
  }

  private updateInterrupt(): void {
    this.interrupt.setLevel(this.state.interruptStatus !== 0);
  }
}

const withLow = (address: number, low: number): number => Math.floor(address / TWO_32) * TWO_32 + (low >>> 0);
const withHigh = (address: number, high: number): number => (high >>> 0) * TWO_32 + (address % TWO_32);
