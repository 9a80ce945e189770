import { highWord, lowWord, Status } from '../../simulator/core/index';
import type { CpuState } from '../../simulator/hypervisor/cpu';
import { Csr, causeOf, pageFaultOf } from '../../simulator/isa/index';
import {
  Access,
  Privilege,
  Pte,
  permissionsOf,
  tableIndex,
  virtualPage,
  type WalkStep,
} from '../../simulator/mmu/index';
import type { Debuggee } from '../debuggee';
import { hex } from '../format';
import { hasRegisteredTables, hasTwoStages, hgatpOf, modeName, satpOf } from '../inspect/worlds';
import type { Translation, Walk } from '../protocol';
import {
  asidOf,
  ENTRY_SIZE,
  isLeaf,
  isValid,
  modeOf,
  type PageEntry,
  readEntry,
  rootLevelOf,
  rootOf,
  showEntry,
  sizeOfLevel,
  targetOf,
  vmidOf,
} from './page-entries';
import { guestMemory, judgeAddress } from './page-table';
import { showStages, walkBoth } from './stages';
import { showTlbEntry } from './tlb';
import { accessText, bareSummary, type Found, faultSummary, hostedSummary, servedSummary } from './translation-summary';
import { type AccessRights, hasFailed, neededBits, problemOf } from './walk-problem';

const accesses = { read: Access.read, write: Access.write, execute: Access.execute } as const;
type AccessName = keyof typeof accesses;

/**
 * Where an access to an address leads, in the world of a CPU: by the guest's tables, the P2M, the second stage, the shadow tables and the
 * TLB. No side effects.
 */
export function translation(debuggee: Debuggee, cpu: CpuState, address: bigint, access: AccessName): Translation {
  const { vm } = debuggee;
  const rights = rightsOf(cpu, accesses[access]);
  const walked = findTranslation(debuggee, cpu, address, rights.access, true);
  const guest = guestWalk(debuggee, cpu, address, rights, walked);
  const shadow = vm?.engine.translation === 'shadow' ? shadowWalk(debuggee, cpu, address, access) : undefined;
  const both = !hasTwoStages(debuggee, cpu)
    ? undefined
    : vm
      ? walkOnHart(debuggee, cpu, address, rights.access)
      : walked;
  const tlb = tlbEntry(debuggee, cpu, address);
  const symbol = debuggee.describe(cpu, address);
  const composed = judgeAddress(debuggee, cpu, address);
  const common = {
    address: hex(address),
    ...(symbol === undefined ? {} : { symbol }),
    ...(composed ? { composed } : {}),
    world: modeName(debuggee, cpu),
    guest,
    ...(shadow ? { shadow } : {}),
    ...(both ? { stages: showStages(both, rights) } : {}),
    ...(tlb ? { tlb: showTlbEntry(debuggee, cpu, tlb) } : {}),
  };
  const subject = { debuggee, cpu, what: accessText(debuggee, cpu, address, access), rights };
  if (!vm) {
    const found = tlb ? findTranslation(debuggee, cpu, address, rights.access, false) : walked;
    return { ...common, ...bareSummary(subject, found, walked, tlb !== undefined) };
  }
  const reached = 'address' in guest.outcome ? Number(guest.outcome.address) : undefined;
  const gpa = reached !== undefined && hasRegisteredTables(debuggee) ? vm.toGuest(reached) : reached;
  const hpa = gpa === undefined ? undefined : guestMemory(debuggee, gpa);
  const p2m =
    gpa === undefined
      ? {}
      : { p2m: { gpa: hex(gpa), ...(hpa === undefined ? {} : { hpa: hex(hpa) }), note: p2mNote(debuggee, gpa, hpa) } };
  if ('fault' in walked) {
    const served = shadow && debuggee.hasHart(cpu) ? servedBy(shadow, tlb, address, rights.access) : undefined;
    if (served) return { ...common, summary: servedSummary(subject, walked, served.place, served.by) };
    return { ...common, ...faultSummary(subject, walked) };
  }
  return { ...common, ...p2m, summary: hostedSummary(subject, common, gpa, hpa, tlb !== undefined) };
}

/** As whom software in the mode of a CPU makes an access. */
function rightsOf(cpu: CpuState, access: Access): AccessRights {
  const status = Number((cpu.readCsr((cpu.virtual ? Csr.vsstatus : Csr.sstatus).number) ?? 0n) & 0xffff_ffffn);
  const { privilege } = cpu;
  return { access, privilege, sum: (status & Status.SUM) !== 0 };
}

/** The hardware's walk by both stages, where it is this CPU's tables that the hart walks. */
function walkOnHart(debuggee: Debuggee, cpu: CpuState, address: bigint, access: Access): Found | undefined {
  return debuggee.hasHart(cpu) ? walkBoth(debuggee.hartOf(cpu), cpu, address, access, true) : undefined;
}

/** Where an address leads, by the tables that translate it: with the steps of the walk. @param pastTlb walk the tables whatever the TLB has */
export function findTranslation(
  debuggee: Debuggee,
  cpu: CpuState,
  address: bigint,
  access: Access,
  pastTlb: boolean,
): Found {
  if (cpu.virtual) return walkBoth(debuggee.hartOf(cpu), cpu, address, access, pastTlb);
  const found = cpu.peek(address, access, cpu, pastTlb);
  return 'fault' in found ? found : { physical: found.gpa, steps: found.steps };
}

/** The walk of the guest's own tables: of two stages the first one. */
function guestWalk(debuggee: Debuggee, cpu: CpuState, address: bigint, rights: AccessRights, walked: Found): Walk {
  const satp = satpOf(cpu);
  const isBare = satp >> 60n === 0n || cpu.privilege === Privilege.machine;
  const steps = walked.steps.filter(({ stage }) => stage !== 'g');
  const leaf = steps.at(-1);
  const physical = cpu.virtual ? walked.guestPhysical : 'fault' in walked ? undefined : walked.physical;
  // What a guest has registered leads to machine addresses.
  const target = physical !== undefined && hasRegisteredTables(debuggee) ? guestMemory(debuggee, physical) : physical;
  // Whatever the second stage then says, the first one has led somewhere.
  const isDone = leaf ? leaf.outcome === 'page' : isBare && (cpu.virtual || !('fault' in walked));
  const pageInfo = leaf
    ? { permissions: permissionsOf(leaf.low), level: leaf.level }
    : { permissions: 'rwx', level: rootLevelOf(satp) };
  const outcome: Walk['outcome'] =
    isDone && target !== undefined
      ? { address: hex(target), ...pageInfo }
      : { fault: 'fault' in walked ? causeOf(walked.fault, false).name : 'the walk has no end' };
  if (isBare) return { mode: 'bare', root: '0x0', steps: [], outcome };
  return {
    mode: modeOf(satp),
    root: hex(rootOf(satp)),
    steps: steps.map((step) => showStep(step, address, rights)),
    outcome,
  };
}

/** What the hardware would have for an access whatever the guest's tables say: an entry of the TLB, or of the shadow table. */
function servedBy(
  shadow: Walk,
  tlb: ReturnType<typeof tlbEntry>,
  address: bigint,
  access: Access,
): { readonly place: string; readonly by: string } | undefined {
  if (tlb) {
    if (!(tlb.flags & Pte.V) || !(tlb.flags & neededBits[access]) || !(tlb.flags & Pte.U)) return undefined;
    const offset = Number(address & BigInt(sizeOfLevel(tlb.level) - 1));
    return { place: hex(tlb.physical + offset), by: 'an entry of the TLB' };
  }
  return 'address' in shadow.outcome ? { place: shadow.outcome.address, by: 'the shadow table' } : undefined;
}

function shadowWalk(debuggee: Debuggee, cpu: CpuState, address: bigint, access: AccessName): Walk | undefined {
  const table = debuggee.shadowOf(cpu);
  return table && walkTables(debuggee, { root: table.root, rootLevel: 2 }, address, access, (hpa) => hpa);
}

/** A walk that asks of the leaf only whether it allows the access at all, and sets no bits. */
function walkTables(
  debuggee: Debuggee,
  { root, rootLevel }: { readonly root: number; readonly rootLevel: 2 | 3 },
  address: bigint,
  access: AccessName,
  toMachine: (address: number) => number | undefined,
): Walk {
  const { ram } = debuggee.system.machine.core;
  const [low, high] = [lowWord(address), highWord(address)];
  const steps: Walk['steps'] = [];
  const fault: Walk['outcome'] = { fault: causeOf(pageFaultOf(access), false).name };
  const walk = (outcome: Walk['outcome']): Walk => ({
    mode: rootLevel === 3 ? 'sv48' : 'sv39',
    root: hex(root),
    steps,
    outcome,
  });
  let table = root;
  for (let level: number = rootLevel; level >= 0; level--) {
    const at = table + tableIndex(low, high, level) * ENTRY_SIZE;
    const machine = toMachine(at);
    if (machine === undefined) return walk({ fault: 'the table is not in memory' });
    const entry = readEntry(ram, machine);
    steps.push(showPlainStep({ level, address: at, ...entry }, address));
    if (!isValid(entry)) return walk(fault);
    if (isLeaf(entry)) {
      if (!(entry.low & neededBits[accesses[access]])) return walk(fault);
      const offset = Number(address & BigInt(sizeOfLevel(level) - 1));
      return walk({ address: hex(targetOf(entry) + offset), permissions: permissionsOf(entry.low), level });
    }
    table = targetOf(entry);
  }
  return walk(fault);
}

function showStep(step: WalkStep, virtual: bigint, rights: AccessRights): Walk['steps'][number] {
  const shown = showPlainStep(step, virtual);
  if (!hasFailed(step)) return shown;
  const isThere = isValid(step) && step.outcome !== 'unmapped' && step.outcome !== 'unreachable';
  return { ...shown, note: isThere ? `${shown.note}: ${problemOf(step, rights)}` : problemOf(step, rights) };
}

function showPlainStep(
  { level, address, low, high }: Pick<WalkStep, 'level' | 'address' | 'low' | 'high'>,
  virtual: bigint,
): Walk['steps'][number] {
  const entry = { low, high };
  return {
    level,
    index: tableIndex(lowWord(virtual), highWord(virtual), level),
    pteAddress: hex(address),
    pte: showEntry(entry).value,
    note: noteOf(entry),
  };
}

function noteOf(entry: PageEntry): string {
  if (!isValid(entry)) return 'not valid';
  const target = hex(targetOf(entry));
  return isLeaf(entry) ? `leaf ${permissionsOf(entry.low)}, page ${target}` : `pointer to ${target}`;
}

function tlbEntry(debuggee: Debuggee, cpu: CpuState, address: bigint) {
  const hart = debuggee.hartOf(cpu);
  const { tlb } = hart;
  const page = virtualPage(lowWord(address), highWord(address));
  if (hasTwoStages(debuggee, cpu)) {
    const vsatp = debuggee.registersOf(cpu).csr(Csr.vsatp.number);
    const isBare = vsatp >> 60n === 0n;
    const space = isBare ? undefined : asidOf(vsatp);
    const asked = isBare ? Number(address >> 12n) : page;
    const vmid = debuggee.hasHart(cpu) ? hart.vmid : vmidOf(hgatpOf(debuggee, cpu) ?? 0n);
    return tlb.lookupVirtual(vmid, space, asked);
  }
  if (debuggee.vm) {
    const tag = debuggee.tagOf(cpu);
    return tag === undefined ? undefined : tlb.lookup(tag, page);
  }
  const satp = satpOf(cpu);
  // Without paging no access asks it.
  if (satp >> 60n === 0n || cpu.privilege === Privilege.machine) return undefined;
  return tlb.lookup(asidOf(satp), page);
}

function p2mNote(debuggee: Debuggee, gpa: number, hpa: number | undefined): string {
  if (hpa !== undefined) {
    const block = gpa - (gpa % sizeOfLevel(1));
    return debuggee.vm?.p2m.isWholeBlock(block) ? 'in a whole block of 2 MiB' : 'a scattered frame of 4 KiB';
  }
  return noMemoryText(debuggee, gpa);
}

/** What is at a guest-physical address that has no frame of memory. */
export function noMemoryText(debuggee: Debuggee, gpa: number): string {
  if (debuggee.vm?.memory.isHole(gpa)) return 'memory that nobody has touched yet: it gets a frame when somebody does';
  const device = debuggee.guest.board.find(gpa);
  return device ? `a register of ${device.name}` : 'outside the guest’s memory';
}
