import type { CpuState } from '../../simulator/hypervisor/cpu';
import type { Debuggee } from '../debuggee';
import { hex } from '../format';
import { hgatpOf } from '../inspect/worlds';
import type { PageTable, PageTableEntry } from '../protocol';
import { RequestError } from '../request-error';
import {
  firstGuestPhysical,
  isLeaf,
  modeOf,
  type PageEntry,
  rootLevelOf,
  rootOf,
  showEntry,
  sizeOfLevel,
  TableReader,
  targetOf,
  vmidOf,
} from './page-entries';
import { ENTRIES, ROOT_ENTRIES } from './table-sizes';
import { secondStageFlaw } from './walk-problem';

/**
 * One table of the second stage: of guest physical addresses, as hgatp says. It is the hypervisor's, and in machine memory.
 * @throws RequestError where a CPU's world has one stage only
 */
export function secondStageTable(debuggee: Debuggee, cpu: CpuState, path: readonly number[]): PageTable {
  const hgatp = hgatpOf(debuggee, cpu);
  if (hgatp === undefined) throw new RequestError('this mode has one stage of translation only');
  const rootLevel = rootLevelOf(hgatp);
  if (path.length > rootLevel || path.some((index, depth) => index >= (depth === 0 ? ROOT_ENTRIES : ENTRIES)))
    throw new RequestError(`there is no table at ${path.join('/')}`);
  const mode = modeOf(hgatp);
  const level = rootLevel - path.length;
  const common = { mode, stage: 'second' as const, level, space: spaceText(hgatp), shadowed: false };
  if (mode === 'bare') return { ...common, entries: [] };
  const { ram } = debuggee.system.machine.core;
  const reader = new TableReader(ram, (hpa) => (ram.contains(hpa, 8) ? hpa : undefined), rootLevel);
  const place = reader.place(rootOf(hgatp), path);
  const entries: PageTableEntry[] = [];
  for (let index = 0; index < (path.length === 0 ? ROOT_ENTRIES : ENTRIES); index++) {
    const entry = reader.entryAt(place, level, path, index);
    if (entry) entries.push(showRow(entry, [...path, index], rootLevel));
  }
  const where = place.kind === 'table' ? { guest: { gpa: hex(place.address) } } : {};
  return { ...common, ...where, entries };
}

function showRow(entry: PageEntry, path: readonly number[], rootLevel: 2 | 3): PageTableEntry {
  const first = firstGuestPhysical(path, rootLevel);
  const flaw = isLeaf(entry) ? secondStageFlaw(entry.low) : undefined;
  return {
    index: path.at(-1) ?? 0,
    first: hex(first),
    last: hex(first + BigInt(sizeOfLevel(rootLevel - path.length + 1)) - 1n),
    guest: showEntry(entry),
    state: flaw === undefined ? 'unshadowed' : 'refused',
    ...(isLeaf(entry) ? { expectedHpa: hex(targetOf(entry)) } : {}),
    ...(flaw === undefined ? {} : { reason: flaw }),
  };
}

function spaceText(hgatp: bigint): string {
  const scheme = modeOf(hgatp) === 'bare' ? 'hgatp Bare' : 'guest physical to machine';
  return `second stage, ${scheme}, VMID ${vmidOf(hgatp)}`;
}
