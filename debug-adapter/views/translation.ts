import { highWord, lowWord } from '../../simulator/core/index';
import type { GuestCpu } from '../../simulator/hypervisor/guest';
import { causeOf } from '../../simulator/isa/index';
import { Access, Privilege, Pte, tableIndex, virtualPage, type WalkStep } from '../../simulator/mmu/index';
import type { Debuggee } from '../debuggee';
import { hex } from '../format';
import type { Hex, TranslateArguments, Translation, Walk } from '../protocol';
import {
  isLeaf,
  isValid,
  type PageEntry,
  permissionsOf,
  rootLevelOf,
  showEntry,
  sizeOfLevel,
  targetOf,
} from './page-entries';
import { guestMemory, rootOf, satpOf, shadowView } from './page-table';
import { isInVirtualMode, stagesOf } from './stages';
import { showTlbEntry } from './tlb';

const SATP = 0x180;
const VSATP = 0x280;
const HGATP = 0x680;
const accesses = { read: Access.read, write: Access.write, execute: Access.execute } as const;
const PAGE_FAULTS: { readonly [access in keyof typeof accesses]: number } = { read: 13, write: 15, execute: 12 };
const neededBits = { read: Pte.R, write: Pte.W, execute: Pte.X } as const;

/** Where an access to an address leads: by the guest's tables, the P2M, the shadow tables and the TLB. No side effects. */
export function translation(
  debuggee: Debuggee,
  cpu: GuestCpu,
  address: bigint,
  access: TranslateArguments['access'],
): Translation {
  const guest = guestWalk(debuggee, cpu, address, access);
  const shadow = debuggee.system.full ? shadowWalk(debuggee, cpu, address, access) : undefined;
  const { vm } = debuggee.system;
  const stages = stagesOf(debuggee, cpu, address, accesses[access]);
  const gpa = 'address' in guest.outcome ? Number(guest.outcome.address) : undefined;
  const hpa = gpa === undefined ? undefined : guestMemory(debuggee, gpa);
  const tlb = tlbEntry(debuggee, cpu, address);
  return {
    guest,
    ...(vm && gpa !== undefined
      ? { p2m: { gpa: hex(gpa), ...(hpa === undefined ? {} : { hpa: hex(hpa) }), note: p2mNote(debuggee, gpa, hpa) } }
      : {}),
    ...(shadow ? { shadow } : {}),
    ...(stages ? { stages } : {}),
    ...(tlb ? { tlb: showTlbEntry(debuggee, cpu, tlb) } : {}),
    summary: summary(debuggee, hex(address), access, guest, shadow, gpa, hpa, tlb !== undefined),
  };
}

function guestWalk(debuggee: Debuggee, cpu: GuestCpu, address: bigint, access: keyof typeof accesses): Walk {
  const satp = satpOf(debuggee, cpu);
  const isBare = satp >> 60n === 0n || cpu.privilege === Privilege.machine;
  const found = cpu.peek(address, accesses[access]);
  // The hardware's answer may come from its TLB: the steps are those of a walk made now.
  const walked = isBare
    ? undefined
    : walkTables(debuggee, { root: rootOf(satp), rootLevel: rootLevelOf(satp) }, address, access, (gpa) =>
        guestMemory(debuggee, gpa),
      );
  const leaf =
    walked && 'address' in walked.outcome ? walked.outcome : { permissions: 'rwx', level: rootLevelOf(satp) };
  const outcome: Walk['outcome'] =
    'fault' in found ? { fault: causeOf(found.fault, false).name } : { ...leaf, address: hex(found.gpa) };
  return walked ? { ...walked, outcome } : { mode: 'bare', root: '0x0', steps: [], outcome };
}

function shadowWalk(
  debuggee: Debuggee,
  cpu: GuestCpu,
  address: bigint,
  access: keyof typeof accesses,
): Walk | undefined {
  const vcpu = debuggee.system.full?.vm.vcpus[cpu.id];
  const view = vcpu && shadowView(vcpu);
  return view && walkTables(debuggee, { root: view.table.root, rootLevel: 2 }, address, access, (hpa) => hpa);
}

/** A walk that asks of the leaf only whether it allows the access at all, and sets no bits. */
function walkTables(
  debuggee: Debuggee,
  { root, rootLevel }: { readonly root: number; readonly rootLevel: 2 | 3 },
  address: bigint,
  access: keyof typeof accesses,
  toMachine: (address: number) => number | undefined,
): Walk {
  const { ram } = debuggee.system.machine.core;
  const [low, high] = [lowWord(address), highWord(address)];
  const steps: Walk['steps'] = [];
  const fault: Walk['outcome'] = { fault: causeOf(PAGE_FAULTS[access], false).name };
  const walk = (outcome: Walk['outcome']): Walk => ({
    mode: rootLevel === 3 ? 'sv48' : 'sv39',
    root: hex(root),
    steps,
    outcome,
  });
  let table = root;
  for (let level: number = rootLevel; level >= 0; level--) {
    const at = table + tableIndex(low, high, level) * 8;
    const machine = toMachine(at);
    if (machine === undefined) return walk({ fault: 'the table is not in memory' });
    const entry = { low: ram.read32(machine), high: ram.read32(machine + 4) };
    steps.push(showStep({ level, address: at, ...entry }, address));
    if (!isValid(entry)) return walk(fault);
    if (isLeaf(entry)) {
      if (!(entry.low & neededBits[access])) return walk(fault);
      const offset = Number(address & BigInt(sizeOfLevel(level) - 1));
      return walk({ address: hex(targetOf(entry) + offset), permissions: permissionsOf(entry.low), level });
    }
    table = targetOf(entry);
  }
  return walk(fault);
}

function showStep(
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

function tlbEntry(debuggee: Debuggee, cpu: GuestCpu, address: bigint) {
  const { tlb } = cpu.hart;
  const page = virtualPage(lowWord(address), highWord(address));
  if (isInVirtualMode(debuggee, cpu)) {
    const vsatp = cpu.hart.csr(VSATP);
    const space = vsatp >> 60n === 0n ? undefined : Number((vsatp >> 44n) & 0xffffn);
    return tlb.lookupVirtual(Number((cpu.hart.csr(HGATP) >> 44n) & 0x3fffn), space, page);
  }
  const view = debuggee.system.full?.vm.vcpus[cpu.id];
  const shadow = view && shadowView(view);
  const satp = view ? undefined : (cpu.readCsr(SATP) ?? 0n);
  if (view && !shadow) return undefined;
  const asid = shadow ? shadow.asid : Number(((satp ?? 0n) >> 44n) & 0xffffn);
  return tlb.lookup(asid, page);
}

function p2mNote(debuggee: Debuggee, gpa: number, hpa: number | undefined): string {
  if (hpa !== undefined) {
    const block = gpa - (gpa % sizeOfLevel(1));
    return debuggee.system.vm?.p2m.isWholeBlock(block) ? 'in a whole block of 2 MiB' : 'a scattered frame of 4 KiB';
  }
  const device = debuggee.system.guest.board.find(gpa);
  return device ? `a register of ${device.name}` : 'outside the guest’s memory';
}

function summary(
  debuggee: Debuggee,
  text: Hex,
  access: keyof typeof accesses,
  guest: Walk,
  shadow: Walk | undefined,
  gpa: number | undefined,
  hpa: number | undefined,
  isCached: boolean,
): string {
  const what = `${access === 'execute' ? 'A fetch' : access === 'read' ? 'A load' : 'A store'} at ${text}`;
  if ('fault' in guest.outcome) return `${what} is the guest’s own fault: ${guest.outcome.fault}.`;
  if (hpa === undefined) {
    const device = gpa === undefined ? undefined : debuggee.system.guest.board.find(gpa);
    if (!device) return `${what} reaches no memory and no device: an access fault.`;
    return debuggee.system.vm ? `${what} exits: the VMM emulates ${device.name}.` : `${what} reaches ${device.name}.`;
  }
  if (debuggee.system.hardware && !debuggee.system.hardware.vm.stage.find(gpa ?? 0))
    return `${what} exits with a guest-page fault: the second stage has no entry for ${hex(gpa ?? 0)} yet.`;
  if (!debuggee.system.full) return `${what} reaches ${hex(hpa)}${isCached ? ', by the TLB' : ''}.`;
  if (!shadow || 'fault' in shadow.outcome)
    return `${what} enters the shadow pager: the shadow has no entry for it yet.`;
  if (shadow.outcome.address !== hex(hpa))
    return `${what} reaches ${shadow.outcome.address}, by a shadow entry that is stale.`;
  return `${what} reaches ${hex(hpa)} without an exit${isCached ? ', by the TLB' : ''}.`;
}
