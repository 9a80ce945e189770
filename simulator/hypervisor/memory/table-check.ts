import { Pte } from '../../mmu/index';
import { pteAddress, type TableMemory } from './table-memory';

const ENTRIES = 512;
const hex = (address: number): string => `0x${address.toString(16)}`;

/** Refuses a part of a saved VMM. @throws RangeError with the reason, unless it holds */
export function ensure(holds: boolean, reason: string): asserts holds {
  if (!holds) throw new RangeError(reason);
}

/**
 * Whether the entries of a tree lead to tables of its own, each of them from one place, so that a walk of it ends.
 * @param frames of the tables below the root
 * @throws RangeError that says which entry does not
 */
export function checkTree(
  memory: TableMemory,
  root: { readonly address: number; readonly entries: number; readonly level: number },
  frames: readonly number[],
): void {
  const unvisited = new Set(frames);
  const visit = (table: number, entries: number, level: number): void => {
    for (let entry = table; entry < table + entries * 8; entry += 8) {
      const low = memory.read32(entry);
      if (!(low & Pte.V) || low & (Pte.R | Pte.W | Pte.X)) continue;
      const below = pteAddress(low, memory.read32(entry + 4));
      const leads = level > 0 && unvisited.delete(below);
      ensure(leads, `the VMM's table entry at ${hex(entry)} leads to no table of its own: ${hex(below)}`);
      visit(below, ENTRIES, level - 1);
    }
  };
  visit(root.address, root.entries, root.level);
}
