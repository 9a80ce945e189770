import type { PlainRecord } from '../../schema/state/plain';
import type { AccessSize, DeviceClock, InterruptLine, MmioDevice, TimedDevice } from '../device';
import type { DmaSpace } from '../dma';
import { DESCRIPTOR_SIZE, type DescriptorChain, QueueError, Virtqueue } from './virtqueue';

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
  state(): PlainRecord;
  restore(state: PlainRecord): void;
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

/** A virtio-mmio slot, version 2. Without a backend it answers device id 0, as an empty slot of QEMU's `virt` does. */
export class VirtioTransport implements MmioDevice, TimedDevice, QueueService {
  readonly size = 0x1000;
  readonly accessSizes = { smallest: 1, largest: 8 } as const;
  readonly queues: readonly Virtqueue[];
  /** Why the device needs a reset, when it does: for views and logs. */
  failure: string | undefined;
  private status = 0;
  private interruptStatus = 0;
  private deviceFeaturesSel = 0;
  private driverFeaturesSel = 0;
  private queueSel = 0;
  private readonly driverFeatures = new Uint32Array(2);
  private notified = 0;
  /** Machine time before which the device is not visited again. */
  private busyUntil = 0;
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
  }

  read(offset: number, size: AccessSize): number | undefined {
    return this.peek(offset, size);
  }

  peek(offset: number, size: AccessSize): number | undefined {
    if (offset >= R.config) return this.readConfiguration(offset - R.config, size);
    if (size !== 4 || offset % 4 !== 0) return 0;
    const queue = this.queues[this.queueSel];
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
        return this.offered(this.deviceFeaturesSel);
      case R.queueNumMax:
        return queue?.maximumSize ?? 0;
      case R.queueReady:
        return queue?.ready ? 1 : 0;
      case R.interruptStatus:
        return this.interruptStatus;
      case R.status:
        return this.status;
      default:
        return 0;
    }
  }

  write(offset: number, size: AccessSize, value: number): boolean {
    if (!this.backend || size !== 4 || offset % 4 !== 0 || offset >= R.config) return true;
    const queue = this.queues[this.queueSel];
    switch (offset) {
      case R.deviceFeaturesSel:
        this.deviceFeaturesSel = value;
        break;
      case R.driverFeaturesSel:
        this.driverFeaturesSel = value;
        break;
      case R.driverFeatures:
        if (this.driverFeaturesSel < 2 && !(this.status & STATUS_FEATURES_OK))
          this.driverFeatures[this.driverFeaturesSel] = value;
        break;
      case R.queueSel:
        this.queueSel = value;
        break;
      case R.queueNotify:
        this.notify(value);
        break;
      case R.interruptAck:
        this.interruptStatus &= ~value;
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
    const notified = this.notified;
    this.notified = 0;
    this.movedNow = 0;
    const unfinished: number[] = [];
    for (const queue of this.queues) {
      if (!(notified & (1 << queue.index)) || !queue.ready || !this.backend) continue;
      try {
        if (!this.hasMovedEnough) this.backend.process(queue, this);
      } catch (error) {
        if (!(error instanceof QueueError)) throw error;
        this.needReset(`queue ${queue.index}: ${error.message}`);
        return;
      }
      if (this.hasMovedEnough) unfinished.push(queue.index);
    }
    this.busyUntil = this.clock.now() + this.movedNow;
    for (const queue of unfinished) this.notify(queue);
  }

  /** Something from outside waits in the backend for buffers of a queue. */
  serve(queue: number): void {
    this.notify(queue);
  }

  /** Whether a driver has taken the device. */
  get inUse(): boolean {
    return (this.status & STATUS_DRIVER_OK) !== 0;
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
    this.interruptStatus |= INTERRUPT_USED_BUFFER;
    this.updateInterrupt();
  }

  negotiated(feature: number): boolean {
    return (((this.driverFeatures[feature >>> 5] ?? 0) >>> (feature & 31)) & 1) !== 0;
  }

  state() {
    return {
      status: this.status,
      interruptStatus: this.interruptStatus,
      deviceFeaturesSel: this.deviceFeaturesSel,
      driverFeaturesSel: this.driverFeaturesSel,
      queueSel: this.queueSel,
      driverFeatures: [...this.driverFeatures],
      notified: this.notified,
      busyUntil: this.busyUntil,
      failure: this.failure ?? null,
      queues: this.queues.map((queue) => queue.state()),
      backend: this.backend?.state() ?? null,
    };
  }

  restore(state: ReturnType<VirtioTransport['state']>): void {
    this.status = state.status;
    this.interruptStatus = state.interruptStatus;
    this.deviceFeaturesSel = state.deviceFeaturesSel;
    this.driverFeaturesSel = state.driverFeaturesSel;
    this.queueSel = state.queueSel;
    this.driverFeatures.set(state.driverFeatures);
    this.notified = state.notified;
    this.busyUntil = state.busyUntil;
    this.failure = state.failure ?? undefined;
    for (const [index, queue] of this.queues.entries()) {
      const saved = state.queues[index];
      if (saved) queue.restore(saved);
    }
    if (state.backend) this.backend?.restore(state.backend);
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
        if (value > 0 && value <= queue.maximumSize && (value & (value - 1)) === 0) queue.size = value;
        break;
      case R.queueReady:
        queue.ready = (value & 1) !== 0;
        break;
      case R.queueDescLow:
        queue.descriptorTable = withLow(queue.descriptorTable, value);
        break;
      case R.queueDescHigh:
        queue.descriptorTable = withHigh(queue.descriptorTable, value);
        break;
      case R.queueDriverLow:
        queue.availableRing = withLow(queue.availableRing, value);
        break;
      case R.queueDriverHigh:
        queue.availableRing = withHigh(queue.availableRing, value);
        break;
      case R.queueDeviceLow:
        queue.usedRing = withLow(queue.usedRing, value);
        break;
      case R.queueDeviceHigh:
        queue.usedRing = withHigh(queue.usedRing, value);
        break;
    }
  }

  private notify(queue: number): void {
    if (!(this.status & STATUS_DRIVER_OK) || this.status & STATUS_NEEDS_RESET || !this.queues[queue]) return;
    if (this.notified === 0) this.clock.schedule(this.name, Math.max(this.clock.now() + SERVICE_TIME, this.busyUntil));
    this.notified |= 1 << queue;
  }

  private writeStatus(status: number): void {
    if (status === 0) {
      this.reset();
      return;
    }
    if (status & STATUS_FEATURES_OK && !(this.status & STATUS_FEATURES_OK)) {
      const refused = [0, 1].some((half) => ((this.driverFeatures[half] ?? 0) & ~this.offered(half)) !== 0);
      // 3.1.1, step 6. A driver that does not take VERSION_1 (xv6's) is served all the same, as by QEMU (6.2: the device MAY).
      if (refused) status &= ~STATUS_FEATURES_OK;
    }
    this.status = status | (this.status & STATUS_NEEDS_RESET);
  }

  private reset(): void {
    this.status = this.interruptStatus = this.notified = 0;
    this.deviceFeaturesSel = this.driverFeaturesSel = this.queueSel = 0;
    this.driverFeatures.fill(0);
    this.failure = undefined;
    this.backend?.reset?.();
    for (const queue of this.queues) queue.reset();
    this.clock.cancel(this.name);
    this.updateInterrupt();
  }

  private needReset(why: string): void {
    this.failure = why;
    this.status |= STATUS_NEEDS_RESET;
    if (this.status & STATUS_DRIVER_OK) this.interruptStatus |= INTERRUPT_CONFIGURATION; // 2.1.2
    this.updateInterrupt();
  }

  private updateInterrupt(): void {
    this.interrupt.setLevel(this.interruptStatus !== 0);
  }
}

const withLow = (address: number, low: number): number => Math.floor(address / TWO_32) * TWO_32 + (low >>> 0);
const withHigh = (address: number, high: number): number => (high >>> 0) * TWO_32 + (address % TWO_32);
