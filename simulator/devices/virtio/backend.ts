import type { Component } from '../../schema/state/component';
import type { DmaSpace } from '../dma';
import type { ConfigurationField } from './configuration';
import type { VirtioDescription } from './description';
import type { DescriptorChain, Virtqueue } from './virtqueue';

/** What is behind a transport: a block device, a console. */
export interface VirtioBackend {
  readonly description: VirtioDescription;
  /** Those of its own features that it offers, by bit. */
  readonly features: readonly number[];
  readonly component: Component;
  /** Configuration space as it is now. */
  configuration(): Uint8Array;
  /** The driver writes a field that it may write. */
  configure?(field: ConfigurationField, value: number): void;
  /** Processes what is available in a queue, as far as the transport gives it. @throws QueueError */
  process(queue: Virtqueue, transport: QueueService): void;
  /** The driver begins anew: what was under way is forgotten. */
  reset?(): void;
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
  /** There is no memory for what the first chain of a queue needs: the queue is visited again when there may be. */
  stall(queue: Virtqueue): void;
  finish(queue: Virtqueue, chain: DescriptorChain, written: number): void;
}
