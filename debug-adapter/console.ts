import type { Connection } from './connection';
import type { Host } from './host';

/** Characters that are kept while the client does not take them, and that one message holds at the most. */
const LIMIT = 65536;
/** Milliseconds between messages, so that a guest that writes byte by byte does not make a message of each. */
const INTERVAL = 30;

/** The guest's console on its way to the client: in batches, and never more than the client takes. */
export class GuestConsole {
  /** In a terminal of the extension, or as the debug console's output. */
  target: 'terminal' | 'output' = 'output';
  private bytes = new Uint8Array(4096);
  private length = 0;
  private text = '';
  private dropped = 0;
  private sentAt = Number.NEGATIVE_INFINITY;
  private decoder = new TextDecoder();

  constructor(
    private readonly connection: Connection,
    private readonly host: Host,
  ) {}

  write(byte: number): void {
    this.bytes[this.length++] = byte;
    if (this.length === this.bytes.length) this.decode();
  }

  /** Sends what has come, when it is time. @param now however short ago the last message was */
  flush(now = false): void {
    if (this.length === 0 && this.text === '') return;
    if (!now && (this.host.now() - this.sentAt < INTERVAL || this.host.isCongested())) return;
    this.decode();
    if (this.text === '') return;
    const note = this.dropped > 0 ? `\n[${this.dropped} characters of the guest's output are left out]\n` : '';
    const text = note + this.text;
    this.text = '';
    this.dropped = 0;
    this.sentAt = this.host.now();
    if (this.target === 'terminal') this.connection.ownEvent('hyperstep/console', { text });
    else this.connection.event('output', { category: 'stdout', output: text });
  }

  /** Of a guest that is gone nothing more comes. */
  reset(): void {
    this.length = 0;
    this.text = '';
    this.decoder = new TextDecoder();
  }

  private decode(): void {
    this.text += this.decoder.decode(this.bytes.subarray(0, this.length), { stream: true });
    this.length = 0;
    if (this.text.length <= LIMIT) return;
    this.dropped += this.text.length - LIMIT;
    this.text = this.text.slice(-LIMIT);
  }
}
