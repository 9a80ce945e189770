import { type Component, withoutState } from '../../schema/state/component';
import { SeededRandom } from '../seeded-random';
import type { QueueService, VirtioBackend } from './backend';
import { buffersOf } from './chain-buffers';
import type { VirtioDescription } from './description';
import type { Virtqueue } from './virtqueue';
import { bytesInWords, lengthOf } from './words';

const QUEUE_SIZE = 8;
/** The most that one request gets; a driver that wants more asks again (virtio 1.2, 5.4.6.1). */
const MOST_BYTES = 65536;

export const entropyDevice: VirtioDescription = {
  name: 'virtio-rng',
  summary: 'a source of random numbers, the same in every run',
  deviceId: 4,
  prefix: 'RNG',
  features: {},
  queues: [{ name: 'requests', size: QUEUE_SIZE }],
  configuration: {},
  describe: (request) =>
    request.written === undefined
      ? `${bytesInWords(lengthOf(request, 'writable'))} of random numbers`
      : `${bytesInWords(request.written)} of random numbers given`,
};

/**
 * A virtio entropy device (virtio 1.2, section 5.4). Its numbers come from a seed: good for a guest that has to be
 * the same in every run, never for secrets.
 */
export class VirtioRng implements VirtioBackend {
  readonly description = entropyDevice;
  readonly features = [];
  readonly component: Component;
  private readonly random: SeededRandom;

  constructor(seed: number) {
    this.random = new SeededRandom(seed);
    this.component = withoutState('virtio-rng', { parts: { random: this.random.component } });
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
