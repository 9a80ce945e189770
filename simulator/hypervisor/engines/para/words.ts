import type { PhysicalMemory } from '../../../core/index';
import { type SharedWord, sharedWords, WORDS_BYTES, WORDS_OFFSET } from '../../../hypercalls/shared-page';

/** The words of a vCPU in the shared page. */
export class VcpuWords {
  /** @param page the machine address of the shared page, once there is one */
  constructor(
    private readonly ram: PhysicalMemory,
    private readonly vcpu: number,
    private readonly page: () => number | undefined,
  ) {}

  /** From the begin of the page, in bytes. */
  get offset(): number {
    return WORDS_OFFSET + this.vcpu * WORDS_BYTES;
  }

  read({ offset, size }: SharedWord): bigint {
    const page = this.page();
    if (page === undefined) return 0n;
    const bytes = this.ram.peek(page + this.offset + offset, size);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return size === 8 ? view.getBigUint64(0, true) : BigInt(view.getUint8(0));
  }

  write({ offset, size }: SharedWord, value: bigint): void {
    const page = this.page();
    if (page === undefined) return;
    const bytes = new Uint8Array(size);
    const view = new DataView(bytes.buffer);
    if (size === 8) view.setBigUint64(0, BigInt.asUintN(64, value), true);
    else view.setUint8(0, Number(value & 0xffn));
    this.ram.write(page + this.offset + offset, bytes);
  }

  /** Whether upcalls may come. */
  get interruptEnable(): boolean {
    return this.read(sharedWords.interruptEnable) !== 0n;
  }

  get upcallPending(): boolean {
    return this.read(sharedWords.upcallPending) !== 0n;
  }
}
