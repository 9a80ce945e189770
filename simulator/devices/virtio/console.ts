import { component, type StateOf, stateSchema } from '../../schema/state/component';
import { byte, count, halfword, listOf } from '../../schema/state/fields';
import type { QueueService, VirtioBackend } from './backend';
import { buffersOf } from './chain-buffers';
import { type ConfigurationField, configurationBytes, readOnly, readWrite } from './configuration';
import { RECEIVE, type Request, receiveAndTransmit, type VirtioDescription } from './description';
import type { Virtqueue } from './virtqueue';
import { bytesInWords, lengthOf, textIn } from './words';

// virtio 1.2, section 5.3
const Feature = { SIZE: 0, MULTIPORT: 1, EMERG_WRITE: 2 } as const;

const fields = {
  cols: readOnly(0, 2),
  rows: readOnly(2, 2),
  max_nr_ports: readOnly(4, 4),
  /** For a character before there are queues, or features (5.3.4). */
  emerg_wr: readWrite(8, 4),
};

const QUEUE_SIZE = 128;
/** Bytes that are transmitted at once. */
const PORTION = 2 ** 14;

export const consoleDevice: VirtioDescription = {
  name: 'virtio-console',
  summary: 'a console, whose terminal is the UART’s',
  deviceId: 3,
  prefix: 'CONSOLE',
  features: Feature,
  queues: receiveAndTransmit(QUEUE_SIZE),
  configuration: fields,
  describe,
};

function describe(request: Request): string {
  if (request.queue === RECEIVE)
    return request.written === undefined
      ? `${bytesInWords(lengthOf(request, 'writable'))} of room for input`
      : `input ${textIn(request, 'writable', request.written)}`;
  return `print ${textIn(request, 'readable', lengthOf(request, 'readable'))}`;
}

const consoleState = stateSchema('virtio-console', 1, {
  /** What the driver has given no buffers for yet. */
  input: listOf(byte),
  /** Bytes of the first chain that have been transmitted already. */
  sent: count,
  columns: halfword,
  rows: halfword,
});

/** A virtio console with one port. What is typed waits here until the driver has buffers for it: nothing is lost. */
export class VirtioConsole implements VirtioBackend {
  readonly description = consoleDevice;
  readonly features = [Feature.SIZE, Feature.EMERG_WRITE];
  private readonly state: StateOf<typeof consoleState> = { input: [], sent: 0, columns: 80, rows: 25 };
  readonly component = component(consoleState, this.state);

  constructor(private readonly transmit: (byte: number) => void) {}

  /** Bytes from the console; the transport has to serve the receive queue then. */
  receive(bytes: Iterable<number>): number {
    for (const byte of bytes) this.state.input.push(byte & 0xff);
    return RECEIVE;
  }

  /** The terminal has a size, each below 2^16. @returns whether it is another one: the transport has to tell the driver then */
  resize(columns: number, rows: number): boolean {
    const { state } = this;
    if (columns === state.columns && rows === state.rows) return false;
    state.columns = columns;
    state.rows = rows;
    return true;
  }

  configuration(): Uint8Array {
    const { columns: cols, rows } = this.state;
    return configurationBytes(fields, { cols, rows, max_nr_ports: 1 });
  }

  configure(field: ConfigurationField, value: number): void {
    if (field === fields.emerg_wr) this.transmit(value & 0xff);
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
