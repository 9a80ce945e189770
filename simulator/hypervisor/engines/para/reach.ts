import { FRAME } from '../../../mmu/address';
import { Pte } from '../../../mmu/index';
import type { Reach } from '../../isolation';
import { pteAddress } from '../../memory/table-memory';
import { levelOf, ROOT_LEVEL, VMM_SLOT } from './direct-paging';
import type { PortedVm } from './ported';
import { ROOT_KINDS } from './roots';

const ENTRIES = 512;
const LEAF = Pte.R | Pte.W | Pte.X;

/** How often a frame is used, as counted from what is in tables. */
interface Uses {
  /** As a table, by level. */
  readonly tables: [number, number, number];
  writable: number;
  readable: number;
}

/**
 * What the tables of a guest lead to, entry by entry from pinned tables and roots in use, and whether the frame table's counts are those that come of
 * it. It knows nothing of how entries are checked when they are written.
 */
export function reachOfTables(
  { vm, vcpus, vmmTables, shared }: PortedVm,
  pinned: readonly (readonly [number, number])[],
  reach: Reach,
): void {
  const { ram } = vm.machine.core;
  const { frames } = vm.host;
  const uses = new Map<number, Uses>();
  const usesOf = (hpa: number): Uses => {
    const known = uses.get(hpa) ?? { tables: [0, 0, 0], writable: 0, readable: 0 };
    uses.set(hpa, known);
    return known;
  };
  const visited = new Set<string>();
  const useTable = (hpa: number, level: number, what: string): void => {
    const { tables } = usesOf(hpa);
    tables[level as 0 | 1 | 2]++;
    if (visited.has(`${level} ${hpa}`)) return;
    visited.add(`${level} ${hpa}`);
    if (frames.ownerOf(hpa) !== vm.id) {
      reach.flaw('page table', `${what} at ${hex(hpa)} is not of VM ${vm.id}`);
      return;
    }
    for (let index = 0; index < ENTRIES; index++) {
      const at = hpa + index * 8;
      const low = ram.read32(at);
      if (!(low & Pte.V)) continue;
      const target = pteAddress(low, ram.read32(at + 4));
      const entry = `entry ${index} of the table of level ${level} at ${hex(hpa)}`;
      if (level === ROOT_LEVEL && index === VMM_SLOT) {
        if (!vmmTables.tables.includes(target))
          reach.flaw('page table', `${entry} is the VMM's, and leads to ${hex(target)}`);
      } else if (!(low & LEAF)) {
        if (level === 0) reach.flaw('page table', `${entry} is no leaf`);
        else useTable(target, level - 1, entry);
      } else if (low & Pte.U) {
        reach.memory('page table', entry, target, FRAME);
        if (level > 0 || low & Pte.G) reach.flaw('page table', `${entry} is a leaf of level ${level}, or global`);
        if (low & Pte.W) usesOf(target).writable++;
        else usesOf(target).readable++;
      } else if (vm.board.find(target) === undefined) {
        reach.flaw('page table', `${entry} has U=0, and leads to no device`);
      }
    }
  };
  for (const [hpa, level] of pinned) useTable(hpa, level, 'a pinned table');
  for (const { id, roots } of vcpus)
    for (const kind of ROOT_KINDS) {
      const hpa = roots.hpa(kind);
      if (hpa === 0) continue;
      useTable(hpa, ROOT_LEVEL, `the ${kind} root of vCPU ${id}`);
      if (ram.read32(hpa + VMM_SLOT * 8) !== vmmTables.entry(kind).low)
        reach.flaw('page table', `the ${kind} root of vCPU ${id} has not the VMM's entry of such a one`);
    }
  if (shared) usesOf(shared.hpa).writable++;
  for (const [hpa, { tables, writable, readable }] of uses) {
    const info = frames.info(hpa);
    if (!info) continue;
    const asTable = tables.reduce((sum, count) => sum + count);
    if (asTable > 0 && writable > 0) reach.flaw('page table', `${hex(hpa)} is a page table that the guest may write`);
    if (tables.filter((count) => count > 0).length > 1)
      reach.flaw('page table', `${hex(hpa)} is a table of two levels`);
    const level = levelOf(info.type);
    const isRight =
      asTable > 0 ? level !== undefined && tables[level as 0 | 1 | 2] > 0 : writable === 0 || level === undefined;
    if (info.typeCount !== asTable + writable || info.references !== asTable + writable + readable || !isRight)
      reach.flaw(
        'page table',
        `${hex(hpa)} is ${info.type}, held ${info.typeCount} times as that and ${info.references} in all; by the tables ${asTable + writable} and ${asTable + writable + readable}`,
      );
  }
}

const hex = (address: number): string => `0x${address.toString(16)}`;
