import { FRAME } from '../../mmu/address';

/** Where tables lie: the machine's memory, by HPA. */
export interface TableMemory {
  read32(hpa: number): number;
  write32(hpa: number, value: number): void;
  fill(hpa: number, length: number, value: number): void;
}

/** The address in a page-table entry's PPN. */
export function pteAddress(low: number, high: number): number {
  return ((high & 0x3fffff) * 2 ** 22 + (low >>> 10)) * FRAME;
}
