import type { AccessSize, MmioDevice } from './device';

/** Memory that is written before reset only; stores to it are lost, as on QEMU. */
export class Rom implements MmioDevice {
  readonly name = 'rom';
  readonly accessSizes = { smallest: 1, largest: 8 } as const;
  private readonly view: DataView;
  private contents = new Uint8Array();

  constructor(
    readonly base: number,
    readonly size: number,
  ) {
    this.view = new DataView(new ArrayBuffer(size));
  }

  /** What is in it from its start, before reset. */
  load(bytes: Uint8Array): void {
    this.contents = bytes.slice();
    for (const [offset, byte] of bytes.entries()) this.view.setUint8(offset, byte);
  }

  read(offset: number, size: AccessSize): number | undefined {
    return this.peek(offset, size);
  }

  peek(offset: number, size: AccessSize): number | undefined {
    if (offset + size > this.size) return undefined;
    if (size === 1) return this.view.getUint8(offset);
    return size === 2 ? this.view.getUint16(offset, true) : this.view.getUint32(offset, true);
  }

  write(): boolean {
    return true;
  }

  state() {
    return { contents: this.contents };
  }

  restore({ contents }: ReturnType<Rom['state']>): void {
    this.load(contents);
  }
}
