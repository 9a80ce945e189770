import type { CpuState } from '../../../simulator/hypervisor/cpu';
import { Csr } from '../../../simulator/isa/index';
import { Access, Privilege } from '../../../simulator/mmu/index';
import type { Debuggee } from '../../debuggee';
import type { Running } from '../../debugging';
import { hasRegisteredTables, inWorld, satpOf } from '../../inspect/worlds';
import type { MemoryMarkKind } from '../../protocol';
import { ENTRY_SIZE, isLeaf, isValid, modeOf, readEntry, rootLevelOf, rootOf, targetOf } from '../page-entries';
import { ENTRIES, ROOT_ENTRIES } from '../table-sizes';

/** The tables under a root, for whoever wants to know which memory is one of them. */
export interface TableTree {
  readonly kind: Extract<MemoryMarkKind, `${string} table`>;
  /** `the guest’s`, `VMID 3, root 0x80400000`. */
  readonly whose: string;
  readonly root: number;
  readonly rootLevel: 2 | 3;
  /** The machine address of one of its tables, whose own addresses are guest-physical where a guest has made it. */
  toMachine(address: number): number | undefined;
}

/** A table of a tree, and the indices that lead there. */
export interface FoundTable {
  readonly tree: TableTree;
  readonly level: number;
  readonly path: readonly number[];
  /** Where it is in machine memory. */
  readonly hpa: number;
  readonly entries: number;
}

/** Tables with pointers that are looked through: what has more is no tree that anybody made on purpose. */
const MOST_TABLES = 4096;

/** The trees by which addresses are translated now: of a guest's CPUs, of the VMM for them, of a hypervisor of the user's own. */
export function tableTrees(running: Running, debuggee: Debuggee): TableTree[] {
  const trees = debuggee.cpus.flatMap((cpu) => [...guestTrees(debuggee, cpu), ...hostTrees(debuggee, cpu)]);
  const own = running.ownGuests.all.flatMap(({ root, mode, name }): TableTree[] =>
    root === undefined
      ? []
      : [
          {
            kind: 'second-stage table',
            whose: name,
            root,
            rootLevel: mode === 'sv48' ? 3 : 2,
            toMachine: (hpa) => hpa,
          },
        ],
  );
  const all = [...trees, ...own];
  return all.filter(({ kind, root }, at) => all.findIndex((each) => each.kind === kind && each.root === root) === at);
}

/** Those that a guest's software has made. */
function guestTrees(debuggee: Debuggee, cpu: CpuState): TableTree[] {
  const { vm } = debuggee;
  const hart = debuggee.hartOf(cpu);
  const treeOf = (seen: CpuState, whose: string, toMachine: TableTree['toMachine']): TableTree[] => {
    const satp = satpOf(seen);
    if (modeOf(satp) === 'bare') return [];
    return [{ kind: 'guest table', whose, root: rootOf(satp), rootLevel: rootLevelOf(satp), toMachine }];
  };
  const own = inWorld(cpu, { privilege: Privilege.supervisor, virtual: false });
  if (vm)
    return treeOf(cpu, `of ${debuggee.machine.nameOf(cpu)}`, (address) =>
      hasRegisteredTables(debuggee) ? address : vm.memory.hostPhysical(address),
    );
  const supervisor = treeOf(own, `of hart ${cpu.id}`, (hpa) => debuggee.guest.toHost(hpa));
  if (!hart.options.hypervisor || hart.csr(Csr.hgatp.number) === 0n) return supervisor;
  const guest = inWorld(cpu, { privilege: Privilege.supervisor, virtual: true });
  const throughStage = (gpa: number): number | undefined => {
    const found = hart.peekSecondStage(gpa, Access.read);
    return 'fault' in found ? undefined : debuggee.guest.toHost(found.physical);
  };
  return [...supervisor, ...treeOf(guest, `of VMID ${hart.vmid} on hart ${cpu.id}`, throughStage)];
}

/** Those that the VMM has made for it. */
function hostTrees(debuggee: Debuggee, cpu: CpuState): TableTree[] {
  const tables = debuggee.vcpuOf(cpu)?.tables() ?? [];
  // Registered ones are the guest's.
  return tables
    .filter(({ role }) => role !== 'registered')
    .map(({ role, root }) => ({
      kind: role === 'shadow' ? 'shadow table' : 'second-stage table',
      whose: `for ${debuggee.machine.nameOf(cpu)}`,
      root,
      rootLevel: 2,
      toMachine: (hpa) => hpa,
    }));
}

/**
 * The tables of a tree that lie in wanted memory.
 * @param isWanted whether any byte from a machine address on, as many as a table has, is wanted
 * @returns the tables, and whether all of the tree was looked through
 */
export function tablesIn(
  { system }: Debuggee,
  tree: TableTree,
  isWanted: (hpa: number, bytes: number) => boolean,
): { readonly tables: FoundTable[]; readonly isWhole: boolean } {
  const { ram } = system.machine.core;
  const tables: FoundTable[] = [];
  const seen = new Set<number>();
  let isWhole = true;
  const visit = (address: number, level: number, path: readonly number[]): void => {
    const hpa = tree.toMachine(address);
    const entries = path.length === 0 && tree.kind === 'second-stage table' ? ROOT_ENTRIES : ENTRIES;
    if (hpa === undefined || !ram.contains(hpa, entries * ENTRY_SIZE)) return;
    if (isWanted(hpa, entries * ENTRY_SIZE)) tables.push({ tree, level, path, hpa, entries });
    // A table that is reached by two ways is looked through once: what leads in a circle ends so too.
    if (level === 0 || seen.has(hpa)) return;
    if (seen.size >= MOST_TABLES) {
      isWhole = false;
      return;
    }
    seen.add(hpa);
    for (let index = 0; index < entries; index++) {
      const entry = readEntry(ram, hpa + index * ENTRY_SIZE);
      if (isValid(entry) && !isLeaf(entry)) visit(targetOf(entry), level - 1, [...path, index]);
    }
  };
  visit(tree.root, tree.rootLevel, []);
  return { tables, isWhole };
}
