import { FRAME } from '../../mmu/address';

/** PPN is in bits 53:10 of an entry (manual, volume II, "Sv39: Page-Based 39-bit Virtual-Memory System"): so much of it is in the low word. */
const PPN_SHIFT = 10;
const PPN_LOW_BITS = 32 - PPN_SHIFT;
const PPN_HIGH = 0x3fffff;

/** Where tables lie: the machine's memory, by HPA. */
export interface TableMemory {
  read32(hpa: number): number;
  write32(hpa: number, value: number): void;
  /** Whole frames become zero. */
  clear(hpa: number, length: number): void;
}

/** The words of a page-table entry that leads to an address, a multiple of the frame size. */
export function pteOf(hpa: number, flags: number): { low: number; high: number } {
  const page = hpa / FRAME;
  return { low: (page << PPN_SHIFT) | flags, high: Math.floor(page / 2 ** PPN_LOW_BITS) };
}

/** The address in a page-table entry's PPN. */
export function pteAddress(low: number, high: number): number {
  return ((high & PPN_HIGH) * 2 ** PPN_LOW_BITS + (low >>> PPN_SHIFT)) * FRAME;
}
