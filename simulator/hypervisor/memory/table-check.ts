import { FRAME } from '../../mmu/address';
import { Pte } from '../../mmu/index';
import type { FramePool } from './frame-pool';
import { pteAddress, type TableMemory } from './table-memory';

const ENTRIES = 512;
const hex = (address: number): string => `0x${address.toString(16)}`;

/** Refuses a part of a saved VMM. @throws RangeError with the reason, unless it holds */
export function ensure(holds: boolean, reason: string): asserts holds {
  if (!holds) throw new RangeError(reason);
}

/**
 * Whether each frame of a pool is either free or one table's. Tables out of a file that somebody has changed might share frames, so that
 * memory never comes back, or lie in the guest's memory. @throws RangeError that says which frame is not so
 */
export function checkPool(pool: FramePool, tables: readonly number[]): void {
  const seen = new Set<number>();
  for (const frame of [...pool.state().free, ...tables]) {
    ensure(pool.contains(frame) && frame % FRAME === 0, `${hex(frame)} is no frame of the VMM's tables`);
    ensure(!seen.has(frame), `the frame ${hex(frame)} of the VMM's tables is used twice`);
    seen.add(frame);
  }
  ensure(seen.size === pool.frames, `${pool.frames - seen.size} frames of the VMM's tables are lost`);
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
