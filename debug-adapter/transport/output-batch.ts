import type { Host } from './host';

/** Characters that are kept while the client does not take them, and that one message holds at the most. */
const LIMIT = 65536;
/** Milliseconds between messages, so that what comes byte by byte does not make a message of each. */
const INTERVAL = 30;

/** Text on its way to the client: in batches, and never more than the client takes. */
export class OutputBatch {
  private text = '';
  private dropped = 0;
  private sentAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly host: Host,
    private readonly send: (text: string) => void,
  ) {}

  add(text: string): void {
    this.text += text;
    if (this.text.length <= 2 * LIMIT) return;
    this.dropped += this.text.length - LIMIT;
    this.text = this.text.slice(-LIMIT);
  }

  /** @param now however short ago the last message was, and however slow the client is */
  flush(now: boolean): void {
    if (this.text === '') return;
    if (!now && (this.host.now() - this.sentAt < INTERVAL || this.host.isCongested())) return;
    const left = Math.max(0, this.text.length - LIMIT);
    const dropped = this.dropped + left;
    const note = dropped > 0 ? `\n[${dropped} characters of output are left out]\n` : '';
    const text = note + this.text.slice(left);
    this.clear();
    this.sentAt = this.host.now();
    this.send(text);
  }

  clear(): void {
    this.text = '';
    this.dropped = 0;
  }
}
