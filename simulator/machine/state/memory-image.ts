import type { Core } from '../../core/index';
import { FRAME } from '../../mmu/address';

/** What RAM held at a moment, by page; pages of zeros are absent. Images share the pages in which they are equal. */
export interface MemoryImage {
  readonly pages: readonly (Uint8Array | undefined)[];
}

/**
 * Takes images of RAM and puts them back. Only pages that were written since the last are looked at: they are known by number
 * (see `PhysicalMemory.dirtyPages`).
 */
export class MemoryImages {
  /** What RAM held when the last image was taken or put back. */
  private last: MemoryImage;

  constructor(private readonly core: Core) {
    const pages = new Array<Uint8Array | undefined>(core.ram.size / FRAME).fill(undefined);
    this.last = { pages };
  }

  take(): MemoryImage {
    const { ram } = this.core;
    const pages = [...this.last.pages];
    for (const page of ram.dirtyPages()) {
      const bytes = ram.peek(ram.base + page * FRAME, FRAME);
      pages[page] = isZero(bytes) ? undefined : bytes.slice();
    }
    return this.keep({ pages });
  }

  restore(image: MemoryImage): void {
    const { ram } = this.core;
    for (const [page, bytes] of image.pages.entries()) {
      if (!ram.isDirty(page) && this.last.pages[page] === bytes) continue;
      const address = ram.base + page * FRAME;
      if (bytes) ram.write(address, bytes);
      else ram.clear(address, FRAME);
    }
    this.keep(image);
  }

  private keep(image: MemoryImage): MemoryImage {
    this.core.cleanMemory();
    this.last = image;
    return image;
  }
}

function isZero(bytes: Uint8Array): boolean {
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  // A plain loop: this looks at all of a machine's memory.
  for (let i = 0; i < words.length; i++) if (words[i] !== 0) return false;
  return true;
}
