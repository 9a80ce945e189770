/** A header that never ends, or a length beyond reason, is not of this protocol. */
const LONGEST_HEADER = 4096;
const LONGEST_MESSAGE = 256 * 1024 * 1024;
const separator = '\r\n\r\n';

/** Takes a stream of bytes apart into DAP messages: `Content-Length: N`, an empty line, N bytes of JSON. */
export class MessageReader {
  private pieces: Buffer = Buffer.alloc(0);
  private length: number | undefined;

  /** @param receive is given each message; what is no JSON is left out */
  constructor(private readonly receive: (message: unknown) => void) {}

  /** @throws Error when the stream is not of this protocol: nothing after it can be understood */
  push(bytes: Buffer): void {
    this.pieces = this.pieces.length === 0 ? bytes : Buffer.concat([this.pieces, bytes]);
    for (;;) {
      if (this.length === undefined && !this.readHeader()) return;
      const { length } = this;
      if (length === undefined || this.pieces.length < length) return;
      const text = this.pieces.toString('utf8', 0, length);
      this.pieces = this.pieces.subarray(length);
      this.length = undefined;
      const message = parse(text);
      if (message !== undefined) this.receive(message);
    }
  }

  private readHeader(): boolean {
    const end = this.pieces.indexOf(separator);
    if (end < 0) {
      if (this.pieces.length > LONGEST_HEADER) throw new Error('a header of DAP is expected');
      return false;
    }
    const found = /content-length:\s*(\d+)/i.exec(this.pieces.toString('latin1', 0, end));
    const length = Number(found?.[1]);
    if (!found || length > LONGEST_MESSAGE) throw new Error('a Content-Length is expected');
    this.pieces = this.pieces.subarray(end + separator.length);
    this.length = length;
    return true;
  }
}

export function frame(message: object): Buffer {
  const body = Buffer.from(JSON.stringify(message));
  return Buffer.concat([Buffer.from(`Content-Length: ${body.length}${separator}`), body]);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
