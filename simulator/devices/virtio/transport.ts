import { type Component, component, type StateOf, stateSchema } from '../../schema/state/component';
import { bits, byte, instant, nullable, text, uint32s, word } from '../../schema/state/fields';
import type { AccessSize, DeviceClock, InterruptLine, MmioDevice, TimedDevice } from '../device';
import type { DmaSpace } from '../dma';
import type { QueueService, VirtioBackend } from './backend';
import { prepareWritable } from './chain-buffers';
import { writtenField } from './configuration';
import { COMMON_FEATURES, featureName } from './description';
import { Interrupt, Register, Status } from './registers';
import { DESCRIPTOR_SIZE, type DescriptorChain, isQueueSize, QueueError, Virtqueue } from './virtqueue';

const MAGIC = 0x74726976;
const VENDOR = 0x554d4551;
/** Machine nanoseconds from a notification to the requests' completion: a fast disk's order of magnitude, and the same in every engine. */
export const SERVICE_TIME = 10_000;
/**
 * Bytes that a device moves in one visit before the machine runs on. Each byte takes it a nanosecond of the machine's clock, in which it
 * is not visited again, so that no guest makes its host work for long without running on itself.
 */
const VISIT = 2 ** 18;
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
  stalled: 0,
  failure: null,
};

/** @param offered the features that the device offers, a half at a time */
const transportState = (queues: number, offered: (half: number) => number) =>
  stateSchema(
    'virtio-mmio',
    2,
    {
      status: byte,
      interruptStatus: bits(Interrupt.usedBuffer | Interrupt.configuration),
      deviceFeaturesSel: word,
      driverFeaturesSel: word,
      queueSel: word,
      driverFeatures: uint32s(2),
      /** The queues that are to be visited, a bit each. */
      notified: bits(2 ** queues - 1),
      /** The queues that wait for memory to write to, a bit each. */
      stalled: bits(2 ** queues - 1),
      /** Machine time before which the device is not visited again. */
      busyUntil: instant,
      /** Another one after each change of configuration space. */
      configGeneration: word,
      failure: nullable(text(LONGEST_FAILURE)),
    },
    ({ status, driverFeatures, failure }) => {
      const half = driverFeatures.findIndex((chosen, index) => (chosen & ~offered(index)) !== 0);
      if (status & Status.FEATURES_OK && half >= 0)
        return { path: ['driverFeatures', half], problem: 'must be of the features that the device offers' };
      if (failure !== null && !(status & Status.DEVICE_NEEDS_RESET))
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
    const described = backend?.description.queues ?? [];
    this.queues = described.map(({ size }, index) => new Virtqueue(index, size, memory));
    this.state = { ...RESET, driverFeatures: new Uint32Array(2), busyUntil: 0, configGeneration: 0 };
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
    if (offset >= Register.configuration) return this.readConfiguration(offset - Register.configuration, size);
    if (size !== 4 || offset % 4 !== 0) return 0;
    const queue = this.queues[this.state.queueSel];
    switch (offset) {
      case Register.magic:
        return MAGIC;
      case Register.version:
        return 2;
      case Register.deviceId:
        return this.backend?.description.deviceId ?? 0;
      case Register.vendorId:
        return VENDOR;
      case Register.deviceFeatures:
        return this.offered(this.state.deviceFeaturesSel);
      case Register.queueNumMax:
        return queue?.maximumSize ?? 0;
      case Register.queueReady:
        return queue?.state.ready ? 1 : 0;
      case Register.interruptStatus:
        return this.state.interruptStatus;
      case Register.status:
        return this.state.status;
      case Register.configGeneration:
        return this.state.configGeneration;
      default:
        return 0;
    }
  }

  write(offset: number, size: AccessSize, value: number): boolean {
    if (offset >= Register.configuration) this.writeConfiguration(offset - Register.configuration, size, value);
    else if (this.backend && size === 4 && offset % 4 === 0) this.writeRegister(offset, value);
    return true;
  }

  private writeRegister(offset: number, value: number): void {
    const queue = this.queues[this.state.queueSel];
    switch (offset) {
      case Register.deviceFeaturesSel:
        this.state.deviceFeaturesSel = value;
        break;
      case Register.driverFeaturesSel:
        this.state.driverFeaturesSel = value;
        break;
      case Register.driverFeatures:
        if (this.state.driverFeaturesSel < 2 && !(this.state.status & Status.FEATURES_OK))
          this.state.driverFeatures[this.state.driverFeaturesSel] = value;
        break;
      case Register.queueSel:
        this.state.queueSel = value;
        break;
      case Register.queueNotify:
        this.notify(value);
        break;
      case Register.interruptAck:
        this.state.interruptStatus &= ~value;
        this.updateInterrupt();
        break;
      case Register.status:
        this.writeStatus(value & 0xff);
        break;
      default:
        if (queue) this.writeQueueRegister(queue, offset, value);
    }
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

  /** The device has changed what is in its configuration space (2.5). */
  configurationChanged(): void {
    this.nextGeneration();
    if (!this.inUse) return;
    this.state.interruptStatus |= Interrupt.configuration;
    this.updateInterrupt();
  }

  /** Something from outside waits in the backend for buffers of a queue. */
  serve(queue: number): void {
    this.notify(queue);
  }

  /** There may be memory by now for what could not be written: queues that wait for it are visited again. */
  memoryCame(): void {
    const { stalled } = this.state;
    this.state.stalled = 0;
    for (const { index } of this.queues) if (stalled & (1 << index)) this.notify(index);
  }

  /** Whether it waits for memory to write to. */
  get isStalled(): boolean {
    return this.state.stalled !== 0;
  }

  /** Why the device needs a reset, when it does: for views and logs. */
  get failure(): string | undefined {
    return this.state.failure ?? undefined;
  }

  /** Whether a driver has taken the device. */
  get inUse(): boolean {
    return (this.state.status & Status.DRIVER_OK) !== 0;
  }

  next(queue: Virtqueue) {
    const chain = this.first(queue);
    if (chain) queue.skip();
    return chain;
  }

  first(queue: Virtqueue) {
    const chain = this.hasMovedEnough ? undefined : this.firstWithMemory(queue);
    this.moved((chain?.descriptors.length ?? 0) * DESCRIPTOR_SIZE);
    return chain;
  }

  /** The first chain, once there is memory for all that the device writes for it: else the queue stalls, and nothing of it is taken. */
  private firstWithMemory(queue: Virtqueue): DescriptorChain | undefined {
    let finds = queue.prepareUsedRing();
    const chain = finds ? queue.first(this.negotiated(COMMON_FEATURES.EVENT_IDX)) : undefined;
    if (chain) finds = prepareWritable(chain, this.memory);
    if (finds) return chain;
    this.stall(queue);
    return undefined;
  }

  stall({ index }: Virtqueue): void {
    this.state.stalled |= 1 << index;
  }

  moved(bytes: number): void {
    this.movedNow += bytes;
  }

  private get hasMovedEnough(): boolean {
    return this.movedNow >= VISIT;
  }

  finish(queue: Virtqueue, chain: DescriptorChain, written: number): void {
    if (!queue.push(chain, written, this.negotiated(COMMON_FEATURES.EVENT_IDX))) return;
    this.state.interruptStatus |= Interrupt.usedBuffer;
    this.updateInterrupt();
  }

  negotiated(feature: number): boolean {
    return (((this.state.driverFeatures[feature >>> 5] ?? 0) >>> (feature & 31)) & 1) !== 0;
  }

  /** Names of the features that device and driver have agreed on. */
  get negotiatedFeatures(): readonly string[] {
    const { backend } = this;
    return backend
      ? this.features.filter((bit) => this.negotiated(bit)).map((bit) => featureName(backend.description, bit))
      : [];
  }

  /** Names of the bits that are set in the device status. */
  get statusNames(): readonly string[] {
    return Object.entries(Status).flatMap(([name, bit]) => (this.state.status & bit ? [name] : []));
  }

  private offered(half: number): number {
    let bits = 0;
    for (const feature of this.features) if (feature >>> 5 === half) bits |= 1 << (feature & 31);
    return bits >>> 0;
  }

  /** The features that it offers: the device's own, and those of every device here. */
  private get features(): readonly number[] {
    const { INDIRECT_DESC, EVENT_IDX, VERSION_1 } = COMMON_FEATURES;
    return this.backend ? [...this.backend.features, INDIRECT_DESC, EVENT_IDX, VERSION_1] : [];
  }

  private readConfiguration(offset: number, size: AccessSize): number {
    const bytes = this.backend?.configuration() ?? new Uint8Array();
    let value = 0;
    for (let i = Math.min(size, 4) - 1; i >= 0; i--) value = value * 256 + (bytes[offset + i] ?? 0);
    return value;
  }

  private writeConfiguration(offset: number, size: AccessSize, value: number): void {
    const field = this.backend && writtenField(this.backend.description.configuration, offset, size);
    if (!field || (field.needs !== undefined && !this.negotiated(field.needs))) return;
    this.backend?.configure?.(field, value);
    this.nextGeneration();
  }

  /** So that a driver that reads several fields sees when they are not of one moment (2.5.1). */
  private nextGeneration(): void {
    this.state.configGeneration = (this.state.configGeneration + 1) >>> 0;
  }

  private writeQueueRegister(queue: Virtqueue, offset: number, value: number): void {
    switch (offset) {
      case Register.queueNum:
        // A size of 0, above the maximum or no power of two is a driver's error (2.7): the queue keeps its size.
        if (value <= queue.maximumSize && isQueueSize(value)) queue.state.size = value;
        break;
      case Register.queueReady:
        queue.state.ready = (value & 1) !== 0;
        break;
      case Register.queueDescLow:
        queue.state.descriptorTable[0] = value;
        break;
      case Register.queueDescHigh:
        queue.state.descriptorTable[1] = value;
        break;
      case Register.queueDriverLow:
        queue.state.availableRing[0] = value;
        break;
      case Register.queueDriverHigh:
        queue.state.availableRing[1] = value;
        break;
      case Register.queueDeviceLow:
        queue.state.usedRing[0] = value;
        break;
      case Register.queueDeviceHigh:
        queue.state.usedRing[1] = value;
        break;
    }
  }

  private notify(queue: number): void {
    if (!(this.state.status & Status.DRIVER_OK) || this.state.status & Status.DEVICE_NEEDS_RESET || !this.queues[queue])
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
    if (status & Status.FEATURES_OK && !(this.state.status & Status.FEATURES_OK)) {
      const refused = [0, 1].some((half) => ((this.state.driverFeatures[half] ?? 0) & ~this.offered(half)) !== 0);
      // 3.1.1, step 6. A driver that does not take VERSION_1 (xv6's) is served all the same, as by QEMU (6.2: the device MAY).
      if (refused) status &= ~Status.FEATURES_OK;
    }
    this.state.status = status | (this.state.status & Status.DEVICE_NEEDS_RESET);
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
    this.state.status |= Status.DEVICE_NEEDS_RESET;
    if (this.state.status & Status.DRIVER_OK) this.state.interruptStatus |= Interrupt.configuration; // 2.1.2
    this.updateInterrupt();
  }

  private updateInterrupt(): void {
    this.interrupt.setLevel(this.state.interruptStatus !== 0);
  }
}
