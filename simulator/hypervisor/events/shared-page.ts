import { fromWords, highWord, lowWord, type PhysicalMemory } from '../../core/index';
import {
  type ByteWord,
  type DoubleWord,
  MASK_OFFSET,
  PENDING_OFFSET,
  sharedWords,
  wordsOffset,
} from '../../hypercalls/shared-page';
import { FIRMWARE_MEMORY, type MemoryRange, SHARED_PAGE } from '../../machine/memory-map';

/** What of a VM's RAM is the firmware's. @param isShared whether the last page of it is one that its guest shares with the VMM */
export function firmwareMemory(isShared: boolean): MemoryRange {
  const { base } = FIRMWARE_MEMORY;
  return isShared ? { base, size: SHARED_PAGE.base - base } : FIRMWARE_MEMORY;
}

/**
 * The page that a VM shares with the VMM, in its own memory: which ports are pending and masked, and the words of each vCPU. All of it the guest
 * may change at any instruction, to anything. Without memory behind it all reads as zero, and nothing is written.
 */
export class SharedPage {
  /** @param find the machine address of the page; undefined while it has no memory */
  constructor(
    private readonly ram: Pick<PhysicalMemory, 'read8' | 'write8' | 'read32' | 'writeWords'>,
    private readonly find: () => number | undefined,
  ) {}

  /** Its machine address; undefined while it has no memory. */
  get address(): number | undefined {
    return this.find();
  }

  isPending(port: number): boolean {
    return this.hasBit(PENDING_OFFSET, port);
  }

  isMasked(port: number): boolean {
    return this.hasBit(MASK_OFFSET, port);
  }

  /** @returns whether it was not pending */
  setPending(port: number): boolean {
    return this.changeBit(PENDING_OFFSET, port, true);
  }

  clearPending(port: number): void {
    this.changeBit(PENDING_OFFSET, port, false);
  }

  /** @returns whether it was masked */
  unmask(port: number): boolean {
    return this.changeBit(MASK_OFFSET, port, false);
  }

  /** Sets the bit of a port's doubleword in `pending_sel` of a vCPU. @returns whether it was clear */
  select(vcpu: number, port: number): boolean {
    return this.changeBit(wordsOffset(vcpu) + sharedWords.pendingSelector.offset, Math.floor(port / 64), true);
  }

  byte(vcpu: number, { offset }: ByteWord): number {
    const base = this.find();
    return base === undefined ? 0 : this.ram.read8(base + wordsOffset(vcpu) + offset);
  }

  setByte(vcpu: number, { offset }: ByteWord, value: number): void {
    const base = this.find();
    if (base !== undefined) this.ram.write8(base + wordsOffset(vcpu) + offset, value);
  }

  doubleword(vcpu: number, { offset }: DoubleWord): bigint {
    const base = this.find();
    if (base === undefined) return 0n;
    const at = base + wordsOffset(vcpu) + offset;
    return fromWords(this.ram.read32(at), this.ram.read32(at + 4));
  }

  setDoubleword(vcpu: number, { offset }: DoubleWord, value: bigint): void {
    const base = this.find();
    if (base !== undefined) this.ram.writeWords(base + wordsOffset(vcpu) + offset, lowWord(value), highWord(value));
  }

  /** Bits of doublewords side by side are, little-endian, those of bytes side by side. */
  private hasBit(offset: number, bit: number): boolean {
    const base = this.find();
    return base !== undefined && (this.ram.read8(base + offset + (bit >> 3)) & (1 << (bit & 7))) !== 0;
  }

  /** @returns whether it was otherwise */
  private changeBit(offset: number, bit: number, wanted: boolean): boolean {
    const base = this.find();
    if (base === undefined || this.hasBit(offset, bit) === wanted) return false;
    const at = base + offset + (bit >> 3);
    this.ram.write8(at, this.ram.read8(at) ^ (1 << (bit & 7)));
    return true;
  }
}
