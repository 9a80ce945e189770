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

/** A virtio console with one port. What is typed waits here until the driver has buffers for it: nothing is lost. */
export class VirtioConsole implements VirtioBackend {
  readonly deviceId = 3;
  readonly kind = 'console';
  readonly queueSizes = [QUEUE_SIZE, QUEUE_SIZE];
  readonly features = [FEATURE_SIZE, FEATURE_INDIRECT_DESC, FEATURE_EVENT_IDX];
  private readonly input: number[] = [];
  /** Bytes of the first chain that have been transmitted already. */
  private sent = 0;

  constructor(private readonly transmit: (byte: number) => void) {}

  /** Bytes from the console; the transport has to serve the receive queue then. */
  receive(bytes: Iterable<number>): number {
    for (const byte of bytes) this.input.push(byte & 0xff);
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
    this.sent = 0;
  }

  state() {
    return { input: [...this.input], sent: this.sent };
  }

  restore({ input, sent }: ReturnType<VirtioConsole['state']>): void {
    this.sent = sent;
    this.input.splice(0, this.input.length, ...input);
  }

  private deliver(queue: Virtqueue, transport: QueueService): void {
    while (this.input.length > 0) {
      const chain = transport.next(queue);
      if (!chain) return;
      const { writable } = buffersOf(chain);
      const bytes = Uint8Array.from(this.input.splice(0, writable.length));
      writable.write(transport, 0, bytes);
      transport.finish(queue, chain, bytes.length);
    }
  }

  private send(queue: Virtqueue, transport: QueueService): void {
    for (let chain = transport.first(queue); chain; chain = transport.first(queue)) {
      const { readable } = buffersOf(chain);
      // The driver may have changed the chain since.
      const length = Math.min(PORTION, Math.max(0, readable.length - this.sent));
      for (const byte of readable.read(transport, this.sent, length)) this.transmit(byte);
      this.sent += length;
      if (this.sent < readable.length) continue;
      this.sent = 0;
      queue.skip();
      transport.finish(queue, chain, 0);
    }
  }
}
