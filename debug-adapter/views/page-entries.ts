import { pteAddress, pteOf, type TableMemory } from '../../simulator/hypervisor/memory/table-memory';
import { Csr, PagingMode, valueOfField } from '../../simulator/isa/index';
import { FRAME } from '../../simulator/mmu/address';
import { Pte, permissionsOf } from '../../simulator/mmu/index';
import { hex } from '../format';
import type { Pte as ShownPte } from '../protocol';

const pagingOf = (satp: bigint): number => Number(valueOfField(Csr.satp, 'MODE', satp));

/** Level of the root table: 2 in Sv39 (and while paging is off), 3 in Sv48. */
export const rootLevelOf = (satp: bigint): 2 | 3 => (pagingOf(satp) === PagingMode.sv48 ? 3 : 2);

/** The scheme that a CSR of satp's form names. */
export function modeOf(satp: bigint): 'bare' | 'sv39' | 'sv48' {
  return pagingOf(satp) === PagingMode.bare ? 'bare' : rootLevelOf(satp) === 3 ? 'sv48' : 'sv39';
}

/** Physical address of the root table in a CSR of satp's form. */
export const rootOf = (satp: bigint): number => Number(valueOfField(Csr.satp, 'PPN', satp)) * FRAME;

export const asidOf = (satp: bigint): number => Number(valueOfField(Csr.satp, 'ASID', satp));

/** The VMID in hgatp, where two bits less are its. */
export const vmidOf = (hgatp: bigint): number => Number(valueOfField(Csr.hgatp, 'VMID', hgatp));

/** A page-table entry as it is in memory. */
export interface PageEntry {
  readonly low: number;
  readonly high: number;
}

/** In bytes (manual, "Sv39: Page-Based 39-bit Virtual-Memory System": PTESIZE). */
export const ENTRY_SIZE = 8;

/** @param address of the machine */
export function readEntry(memory: Pick<TableMemory, 'read32'>, address: number): PageEntry {
  return { low: memory.read32(address), high: memory.read32(address + 4) };
}

/** First guest-virtual address of what the indices of a way map; sign-extended as the scheme wants. */
export function firstAddress(path: readonly number[], rootLevel: 2 | 3): bigint {
  return BigInt.asUintN(64, BigInt.asIntN(rootLevel === 3 ? 48 : 39, firstGuestPhysical(path, rootLevel)));
}

/** The same of a second stage, whose addresses are guest-physical. */
export function firstGuestPhysical(path: readonly number[], rootLevel: 2 | 3): bigint {
  return path.reduce((sum, index, depth) => sum + BigInt(index) * BigInt(sizeOfLevel(rootLevel - depth)), 0n);
}

/** Where a table is, or the larger page that stands where it would be, or nothing. */
export type TablePlace =
  | { readonly kind: 'table'; readonly address: number }
  | { readonly kind: 'page'; readonly entry: PageEntry; readonly level: number }
  | { readonly kind: 'none' };

const leafBits = Pte.R | Pte.W | Pte.X;

export const isValid = ({ low }: PageEntry): boolean => (low & Pte.V) !== 0;
export const isLeaf = ({ low }: PageEntry): boolean => (low & leafBits) !== 0;
export const sizeOfLevel = (level: number): number => FRAME * 512 ** level;

/** The physical address in an entry. */
export const targetOf = ({ low, high }: PageEntry): number => pteAddress(low, high);

export function showEntry(entry: PageEntry): ShownPte {
  const value = hex((BigInt(entry.high >>> 0) << 32n) | BigInt(entry.low >>> 0));
  const target = hex(targetOf(entry));
  if (!isLeaf(entry)) return { value, kind: 'table', permissions: '', target };
  return { value, kind: 'leaf', permissions: permissionsOf(entry.low), target };
}

/** The tables of one address space, as far as they can be read: guest's or shadow, whose addresses are in different spaces. */
export class TableReader {
  constructor(
    private readonly memory: TableMemory,
    /** The machine address of a table; undefined where it is not in memory. */
    private readonly toMachine: (address: number) => number | undefined,
    private readonly rootLevel: 2 | 3,
  ) {}

  /** What is found under a way of indices from a root. */
  place(root: number, path: readonly number[]): TablePlace {
    let address = root;
    for (const [depth, index] of path.entries()) {
      const entry = this.entry(address, index);
      if (!entry || !isValid(entry)) return { kind: 'none' };
      const level = this.rootLevel - depth;
      if (isLeaf(entry)) return { kind: 'page', entry, level };
      address = targetOf(entry);
    }
    return this.toMachine(address) === undefined ? { kind: 'none' } : { kind: 'table', address };
  }

  /** An entry of a table; below a larger page, the part of that page. Undefined when it is not valid. */
  entryAt(place: TablePlace, level: number, path: readonly number[], index: number): PageEntry | undefined {
    if (place.kind === 'none') return undefined;
    if (place.kind === 'page') return partOf(place, level, path.slice(this.rootLevel - place.level + 1), index);
    const entry = this.entry(place.address, index);
    return entry && isValid(entry) ? entry : undefined;
  }

  private entry(table: number, index: number): PageEntry | undefined {
    const address = this.toMachine(table + index * ENTRY_SIZE);
    return address === undefined ? undefined : readEntry(this.memory, address);
  }
}

/** The part of a large page that an index of a table below it, found by a way of indices, would map. */
function partOf(
  { entry, level: pageLevel }: Extract<TablePlace, { kind: 'page' }>,
  level: number,
  way: readonly number[],
  index: number,
): PageEntry {
  const below = [...way, index];
  const offset = below.reduce((sum, each, depth) => sum + each * sizeOfLevel(pageLevel - 1 - depth), 0);
  const flags = entry.low & 0x3ff;
  return level < 0 ? entry : pteOf(targetOf(entry) + offset, flags);
}
