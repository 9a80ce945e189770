import { type Component, component, stateSchema } from '../../schema/state/component';
import { SeededRandom } from '../seeded-random';
import { buffersOf } from './chain-buffers';
import { FEATURE_EVENT_IDX, FEATURE_INDIRECT_DESC, type QueueService, type VirtioBackend } from './transport';
import type { Virtqueue } from './virtqueue';

const QUEUE_SIZE = 8;
/** The most that one request gets; a driver that wants more asks again (virtio 1.2, 5.4.6.1). */
const MOST_BYTES = 65536;

const rngState = stateSchema('virtio-rng', 1, {});

/**
 * A virtio entropy device (virtio 1.2, section 5.4). Its numbers come from a seed: good for a guest that has to be
 * the same in every run, never for secrets.
 */
export class VirtioRng implements VirtioBackend {
  readonly deviceId = 4;
  readonly kind = 'rng';
  readonly queueSizes = [QUEUE_SIZE];
  readonly features = [FEATURE_INDIRECT_DESC, FEATURE_EVENT_IDX];
  readonly component: Component;
  private readonly random: SeededRandom;

  constructor(seed: number) {
    this.random = new SeededRandom(seed);
    this.component = component(rngState, {}, { parts: { random: this.random.component } });
  }

  configuration(): Uint8Array {
    return new Uint8Array();
  }

  process(queue: Virtqueue, transport: QueueService): void {
    for (let chain = transport.next(queue); chain; chain = transport.next(queue)) {
      const { writable } = buffersOf(chain);
      const bytes = new Uint8Array(Math.min(writable.length, MOST_BYTES));
      for (let i = 0; i < bytes.length; i++) bytes[i] = this.random.next() >>> 24;
      writable.write(transport, 0, bytes);
      transport.finish(queue, chain, bytes.length);
    }
  }
}
