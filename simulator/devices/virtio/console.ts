import { component, type StateOf, stateSchema } from '../../schema/state/component';
import { byte, count, listOf } from '../../schema/state/fields';
import { buffersOf } from './chain-buffers';
import { FEATURE_EVENT_IDX, FEATURE_INDIRECT_DESC, type QueueService, type VirtioBackend } from './transport';
import type { Virtqueue } from './virtqueue';

// virtio 1.2, section 5.3
const FEATURE_SIZE = 0;
const RECEIVE = 0;
const QUEUE_SIZE = 128;
const COLUMNS = 80;
const ROWS = 25;
/** Bytes that are transmitted at once. */
const PORTION = 2 ** 14;

const consoleState = stateSchema('virtio-console', 1, {
  /** What the driver has given no buffers for yet. */
  input: listOf(byte),
  /** Bytes of the first chain that have been transmitted already. */
  sent: count,
});

/** A virtio console with one port. What is typed waits here until the driver has buffers for it: nothing is lost. */
export class VirtioConsole implements VirtioBackend {
  readonly deviceId = 3;
  readonly kind = 'console';
  readonly queueSizes = [QUEUE_SIZE, QUEUE_SIZE];
  readonly features = [FEATURE_SIZE, FEATURE_INDIRECT_DESC, FEATURE_EVENT_IDX];
  private readonly state: StateOf<typeof consoleState> = { input: [], sent: 0 };
  readonly component = component(consoleState, this.state);

  constructor(private readonly transmit: (byte: number) => void) {}

  /** Bytes from the console; the transport has to serve the receive queue then. */
  receive(bytes: Iterable<number>): number {
    for (const byte of bytes) this.state.input.push(byte & 0xff);
    return RECEIVE;
  }

  configuration(): Uint8Array {
    const bytes = new Uint8Array(12);
    const view = new DataView(bytes.buffer);
    view.setUint16(0, COLUMNS, true);
    view.setUint16(2, ROWS, true);
    view.setUint32(4, 1, true);
    return bytes;
  }

  process(queue: Virtqueue, transport: QueueService): void {
    if (queue.index === RECEIVE) this.deliver(queue, transport);
    else this.send(queue, transport);
  }

  reset(): void {
    this.state.sent = 0;
  }

  private deliver(queue: Virtqueue, transport: QueueService): void {
    while (this.state.input.length > 0) {
      const chain = transport.next(queue);
      if (!chain) return;
      const { writable } = buffersOf(chain);
      const bytes = Uint8Array.from(this.state.input.splice(0, writable.length));
      writable.write(transport, 0, bytes);
      transport.finish(queue, chain, bytes.length);
    }
  }

  private send(queue: Virtqueue, transport: QueueService): void {
    for (let chain = transport.first(queue); chain; chain = transport.first(queue)) {
      const { readable } = buffersOf(chain);
      // The driver may have changed the chain since.
      const length = Math.min(PORTION, Math.max(0, readable.length - this.state.sent));
      for (const byte of readable.read(transport, this.state.sent, length)) this.transmit(byte);
      this.state.sent += length;
      if (this.state.sent < readable.length) continue;
      this.state.sent = 0;
      queue.skip();
      transport.finish(queue, chain, 0);
    }
  }
}
