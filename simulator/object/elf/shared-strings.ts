import { ByteWriter } from '../bytes/writer';

/** A string table in which a text that ends another one is kept in that one, as ld writes them. */
export class SharedStrings {
  readonly #texts = new Set<string>();
  #offsets: Map<string, number> | undefined;
  #bytes: Uint8Array | undefined;

  constructor(texts: Iterable<string>) {
    for (const text of texts) this.add(text);
  }

  /** All texts are added before anything is asked. */
  add(text: string): void {
    if (text !== '') this.#texts.add(text);
  }

  offsetOf(text: string): number {
    if (text === '') return 0;
    if (!this.#offsets) this.#build();
    return this.#offsets!.get(text)!;
  }

  get bytes(): Uint8Array {
    if (!this.#bytes) this.#build();
    return this.#bytes!;
  }

  #build(): void {
    const holders = this.#holders();
    const writer = new ByteWriter();
    writer.u8(0);
    const offsets = new Map<string, number>();
    const encoder = new TextEncoder();
    const ends = new Map<string, number>();
    for (const text of this.#texts) {
      if (holders.has(text)) continue;
      offsets.set(text, writer.length);
      writer.text(text);
      ends.set(text, writer.length - 1);
    }
    for (const [text, holder] of holders) offsets.set(text, ends.get(holder)! - encoder.encode(text).length);
    this.#offsets = offsets;
    this.#bytes = writer.bytes;
  }

  /** The text that each one is the end of: neighbours, when they are sorted from their ends. */
  #holders(): Map<string, string> {
    const reversed = [...this.#texts].map((text) => ({ text, key: [...text].reverse().join('') }));
    reversed.sort((a, b) => (a.key < b.key ? 1 : a.key > b.key ? -1 : 0));
    const holders = new Map<string, string>();
    let longest = reversed[0];
    for (const entry of reversed.slice(1)) {
      if (longest!.key.startsWith(entry.key)) holders.set(entry.text, longest!.text);
      else longest = entry;
    }
    return holders;
  }
}
