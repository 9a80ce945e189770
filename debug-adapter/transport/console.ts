import type { ByteSink } from '../../simulator/scenario/vm-consoles';
import type { Connection } from './connection';
import type { Host } from './host';
import { OutputBatch } from './output-batch';

/** The guest's console on its way to the client. */
export class GuestConsole implements ByteSink {
  /** In a terminal of the extension, or as the debug console's output. */
  target: 'terminal' | 'output' = 'output';
  private readonly batch: OutputBatch;
  private readonly bytes = new Uint8Array(4096);
  private length = 0;
  private decoder = new TextDecoder();

  constructor(connection: Connection, host: Host) {
    this.batch = new OutputBatch(host, (text) => {
      if (this.target === 'terminal') connection.ownEvent('hyperstep/console', { text });
      else connection.event('output', { category: 'stdout', output: text });
    });
  }

  write(byte: number): void {
    this.bytes[this.length++] = byte;
    if (this.length === this.bytes.length) this.decode();
  }

  /** Sends what has come, when it is time. @param now however short ago the last message was */
  flush(now = false): void {
    if (this.length > 0) this.decode();
    this.batch.flush(now);
  }

  /** Of a guest that is gone nothing more comes. */
  reset(): void {
    this.length = 0;
    this.batch.clear();
    this.decoder = new TextDecoder();
  }

  private decode(): void {
    this.batch.add(this.decoder.decode(this.bytes.subarray(0, this.length), { stream: true }));
    this.length = 0;
  }
}
