import type { PhysicalMemory } from '../core/index';
import type { DmaSpace } from '../devices/dma';

/** The bare machine's devices reach RAM by its machine addresses. */
export class MachineDma implements DmaSpace {
  constructor(private readonly ram: PhysicalMemory) {}

  read(address: number, length: number): Uint8Array | undefined {
    return this.ram.contains(address, length) ? this.ram.read(address, length) : undefined;
  }

  write(address: number, bytes: Uint8Array): boolean {
    if (!this.ram.contains(address, bytes.length)) return false;
    this.ram.write(address, bytes);
    return true;
  }

  /** All of its memory is there. */
  prepare(): boolean {
    return true;
  }

  hostPhysical(address: number): number | undefined {
    return this.ram.contains(address, 1) ? address : undefined;
  }
}
