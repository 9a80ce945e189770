import { highWord, lowWord } from '../../simulator/core/index';
import type { CpuState } from '../../simulator/hypervisor/cpu';
import { pteOf } from '../../simulator/hypervisor/memory/table-memory';
import type { TranslationTable, Vcpu } from '../../simulator/hypervisor/vcpu';
import { Csr } from '../../simulator/isa/index';
import { Access, Privilege, Pte, permissionsOf, tableIndex } from '../../simulator/mmu/index';
import type { Debuggee } from '../debuggee';
import { hex } from '../format';
import { hasRegisteredTables, hasTwoStages, modeName, satpOf } from '../inspect/worlds';
import type { EntryState, PageTable, PageTableEntry } from '../protocol';
import { RequestError } from '../request-error';
import {
  asidOf,
  firstAddress,
  isLeaf,
  modeOf,
  type PageEntry,
  rootLevelOf,
  rootOf,
  showEntry,
  sizeOfLevel,
  TableReader,
  targetOf,
} from './page-entries';
import { ENTRIES } from './table-sizes';

/** What a guest without paging may do anywhere. */
const IDENTITY = Pte.V | Pte.R | Pte.W | Pte.X | Pte.U | Pte.A | Pte.D;

/**
 * One table of the guest, or of whoever the CPU's world belongs to, entry by entry beside the shadow table that the hardware walks.
 * @throws RequestError
 */
export function pageTable(debuggee: Debuggee, cpu: CpuState, path: readonly number[]): PageTable {
  const satp = satpOf(cpu);
  const rootLevel = rootLevelOf(satp);
  if (path.length > rootLevel || path.some((index) => index >= ENTRIES))
    throw new RequestError(`there is no table at ${path.join('/')}`);
  const vcpu = debuggee.vm?.engine.translation === 'shadow' ? debuggee.vcpuOf(cpu) : undefined;
  const { ram } = debuggee.system.machine.core;
  // M-mode has no paging, whatever satp says.
  const isBare = modeOf(satp) === 'bare' || cpu.privilege === Privilege.machine;
  const level = rootLevel - path.length;
  const toMachine = (address: number): number | undefined => physicalMemory(debuggee, cpu, address);
  const guestReader = new TableReader(ram, toMachine, rootLevel);
  const shadowReader = new TableReader(ram, (hpa) => hpa, rootLevel);
  const table = debuggee.shadowOf(cpu);
  const guestPlace = isBare ? { kind: 'none' as const } : guestReader.place(rootOf(satp), path);
  const shadowPlace = table ? shadowReader.place(table.root, path) : { kind: 'none' as const };

  const entries: PageTableEntry[] = [];
  for (let index = 0; index < ENTRIES; index++) {
    const shadow = shadowPlace.kind === 'table' ? shadowReader.entryAt(shadowPlace, level, path, index) : undefined;
    const first = firstAddress([...path, index], rootLevel);
    const guest = isBare ? shadow && identity(first, shadow) : guestReader.entryAt(guestPlace, level, path, index);
    if (!guest && !shadow) continue;
    const judgement: Judgement = vcpu
      ? judge({ debuggee, vcpu, table }, guest, shadow)
      : { state: 'unshadowed', ...(cpu.virtual && guest ? throughSecondStage(debuggee, cpu, guest) : {}) };
    const label = debuggee.symbols.within(first, BigInt(sizeOfLevel(level)));
    entries.push({
      index,
      first: hex(first),
      last: hex(first + BigInt(sizeOfLevel(level)) - 1n),
      ...(guest ? { guest: showEntry(guest) } : {}),
      ...(shadow ? { shadow: showEntry(shadow) } : {}),
      ...judgement,
      ...(guest ? registered(debuggee, targetOf(guest)) : {}),
      ...(label === undefined ? {} : { label }),
    });
  }
  const hpa = guestPlace.kind === 'table' ? toMachine(guestPlace.address) : undefined;
  return {
    mode: isBare ? 'bare' : modeOf(satp),
    stage: hasTwoStages(debuggee, cpu) ? 'first' : 'only',
    space: spaceText(debuggee, cpu, vcpu, isBare ? 0n : satp),
    level,
    ...(guestPlace.kind === 'table' ? { guest: placeText(debuggee, guestPlace.address, hpa) } : {}),
    ...(shadowPlace.kind === 'table' ? { shadow: { hpa: hex(shadowPlace.address) } } : {}),
    shadowed: vcpu !== undefined,
    entries,
  };
}

/** Where a table of the guest's is. */
function placeText(debuggee: Debuggee, address: number, hpa: number | undefined): NonNullable<PageTable['guest']> {
  const gpa = hasRegisteredTables(debuggee) ? debuggee.guest.toGuest(address) : address;
  return { ...(gpa === undefined ? {} : { gpa: hex(gpa) }), ...(hpa === undefined ? {} : { hpa: hex(hpa) }) };
}

/** What the frame is, of a guest that has registered its tables, to which an entry leads. */
function registered(debuggee: Debuggee, hpa: number): Pick<PageTableEntry, 'frame'> {
  const { vm } = debuggee;
  const info = vm && hasRegisteredTables(debuggee) ? vm.host.frames.info(hpa) : undefined;
  if (!info || !vm) return {};
  const gpa = vm.toGuest(hpa);
  if (gpa === undefined) return { frame: { use: "the VMM's" } };
  const { type, typeCount, references, isPinned } = info;
  const use = `${type} × ${typeCount}, ${references} references${isPinned ? ', pinned' : ''}`;
  return { frame: { gpa: hex(gpa), use } };
}

/** Machine memory of the guest's own, behind a guest-physical address. */
export function guestMemory(debuggee: Debuggee, gpa: number): number | undefined {
  const { vm, guest } = debuggee;
  return vm ? vm.memory.hostPhysical(gpa) : guest.toHost(gpa);
}

/** Machine memory behind a physical address as the tables of a CPU's world have it: with V = 1 the second stage is between. */
function physicalMemory(debuggee: Debuggee, cpu: CpuState, address: number): number | undefined {
  if (hasRegisteredTables(debuggee)) return debuggee.system.machine.core.ram.contains(address, 1) ? address : undefined;
  if (!cpu.virtual) return guestMemory(debuggee, address);
  const found = debuggee.hartOf(cpu).peekSecondStage(address, Access.read);
  return 'fault' in found ? undefined : guestMemory(debuggee, found.physical);
}

/** Where the second stage leads what an entry of the first one points to. */
function throughSecondStage(debuggee: Debuggee, cpu: CpuState, entry: PageEntry): Omit<Judgement, 'state'> {
  const gpa = targetOf(entry);
  const found = debuggee.hartOf(cpu).peekSecondStage(gpa, Access.read);
  if ('fault' in found) return { reason: `the second stage refuses GPA ${hex(gpa)}` };
  const hpa = guestMemory(debuggee, found.physical);
  return hpa === undefined ? {} : { expectedHpa: hex(hpa) };
}

interface Judgement {
  readonly state: EntryState;
  readonly reason?: string;
  readonly expectedHpa?: ReturnType<typeof hex>;
}

/** A CPU whose addresses the hardware translates by a shadow table. */
interface Shadowed {
  readonly debuggee: Debuggee;
  readonly vcpu: Vcpu;
  readonly table: TranslationTable | undefined;
}

/** How the shadow's entry for an address relates to the guest's entry times P2M; undefined where there are no shadow tables. */
export function judgeAddress(debuggee: Debuggee, cpu: CpuState, address: bigint): Judgement | undefined {
  const vcpu = debuggee.vm?.engine.translation === 'shadow' ? debuggee.vcpuOf(cpu) : undefined;
  const table = debuggee.shadowOf(cpu);
  if (!vcpu || !table) return undefined;
  const satp = satpOf(cpu);
  const rootLevel = rootLevelOf(satp);
  const isBare = modeOf(satp) === 'bare';
  const { ram } = debuggee.system.machine.core;
  const guests = new TableReader(ram, (at) => physicalMemory(debuggee, cpu, at), rootLevel);
  const shadows = new TableReader(ram, (hpa) => hpa, rootLevel);
  const path: number[] = [];
  for (let level: number = rootLevel; level >= 0; level--) {
    const index = tableIndex(lowWord(address), highWord(address), level);
    const shadow = shadows.entryAt(shadows.place(table.root, path), level, path, index);
    const first = firstAddress([...path, index], rootLevel);
    const guest = isBare
      ? shadow && identity(first, shadow)
      : guests.entryAt(guests.place(rootOf(satp), path), level, path, index);
    const judgement = judge({ debuggee, vcpu, table }, guest, shadow);
    // A table on both sides, or a large page that is shadowed piece by piece.
    if (judgement.state !== 'table' || level === 0) return judgement;
    path.push(index);
  }
  return undefined;
}

/** How a shadow entry relates to the guest's entry times P2M. */
function judge(shadowed: Shadowed, guest: PageEntry | undefined, shadow: PageEntry | undefined): Judgement {
  if (guest && !isLeaf(guest)) {
    if (!shadow) return { state: 'unfilled' };
    if (!isLeaf(shadow)) return { state: 'table' };
    return { state: 'stale', reason: 'the guest has put a table where a large page was, and has not fenced' };
  }
  const { debuggee, vcpu } = shadowed;
  const hpa = guest && guestMemory(debuggee, targetOf(guest));
  const expected = hpa === undefined ? {} : { expectedHpa: hex(hpa) };
  if (!shadow) return { state: 'unfilled', ...expected, ...reasonToBeEmpty(vcpu, guest, hpa) };
  if (!isLeaf(shadow))
    return guest
      ? { state: 'table', reason: 'a large page of the guest, filled piece by piece' }
      : { state: 'table', reason: 'the guest has no table here' };
  return { ...expected, ...judgeLeaf(shadowed, guest, shadow, hpa) };
}

function judgeLeaf(
  { debuggee, vcpu, table }: Shadowed,
  guest: PageEntry | undefined,
  shadow: PageEntry,
  hpa: number | undefined,
): Judgement {
  const target = targetOf(shadow);
  if (debuggee.guest.toGuest(target) === undefined)
    return { state: 'wrong', reason: 'the shadow entry leads to a frame that is not the guest’s' };
  if (!(shadow.low & Pte.U) || shadow.low & Pte.G)
    return { state: 'wrong', reason: 'a shadow entry is for U-mode, and never global' };
  if (!guest) return { state: 'stale', reason: 'the guest has taken its entry away, and has not fenced' };
  if (target !== hpa) return { state: 'stale', reason: 'the guest’s entry leads elsewhere, and it has not fenced' };
  const rwx = Pte.R | Pte.W | Pte.X;
  if (!mayUse(vcpu, guest)) return { state: 'stale', reason: notUsable(vcpu) };
  // Whatever the pager that runs thinks of it: some are there to be found wrong.
  if (shadow.low & Pte.W && !(guest.low & Pte.D))
    return { state: 'stale', reason: 'it can be written, and D of the guest’s leaf is 0: stores are not noted there' };
  const allowed = table?.permissions(guest.low & 0xff) ?? 0;
  if (shadow.low & rwx & ~allowed)
    return { state: 'stale', reason: 'the guest has taken permissions away, and has not fenced' };
  const missing = guest.low & rwx & ~shadow.low;
  if (missing === 0) return { state: 'same' };
  return { state: 'narrower', reason: whyNarrower(missing, guest) };
}

function whyNarrower(missing: number, guest: PageEntry): string {
  if (missing & Pte.X && guest.low & Pte.U)
    return 'the guest’s S-mode never executes pages of its U-mode, whatever SUM says';
  if (missing & Pte.W && !(guest.low & Pte.D)) return 'W is withheld until the guest’s D bit is set';
  return `${permissionsOf(missing)} is given by the next access that needs it`;
}

/** Whether the guest's mode may touch the page at all. */
function mayUse(vcpu: Vcpu, guest: PageEntry): boolean {
  if (!vcpu.paging) return true;
  if (vcpu.user) return (guest.low & Pte.U) !== 0;
  return !(guest.low & Pte.U) || vcpu.sum;
}

/** Of a shadow entry for a page that the guest's mode may not touch: that SUM changes needs no fence, that U does. */
function notUsable({ user }: Vcpu): string {
  return user
    ? 'a page of the guest’s kernel, and its program can use it'
    : 'a page of U-mode, and the guest’s kernel can use it with SUM=0';
}

function reasonToBeEmpty(
  vcpu: Vcpu,
  guest: PageEntry | undefined,
  hpa: number | undefined,
): { readonly reason?: string } {
  if (!guest) return {};
  if (!mayUse(vcpu, guest))
    return { reason: vcpu.user ? 'a page of the guest’s kernel' : 'a page of U-mode, and SUM=0' };
  return hpa === undefined ? { reason: 'no memory: devices are emulated access by access' } : {};
}

/** Without paging the guest's side is what the shadow's page would be for itself. */
function identity(first: bigint, shadow: PageEntry): PageEntry {
  return pteOf(Number(first), isLeaf(shadow) ? IDENTITY : Pte.V);
}

function spaceText(debuggee: Debuggee, cpu: CpuState, vcpu: Vcpu | undefined, satp: bigint): string {
  const mode = modeName(debuggee, cpu);
  const { name } = cpu.virtual ? Csr.vsatp : Csr.satp;
  if (cpu.privilege === Privilege.machine) return `${mode}, which has no paging`;
  const vmid = cpu.virtual ? `, VMID ${debuggee.hartOf(cpu).vmid}` : '';
  if (modeOf(satp) === 'bare') return `${mode}, ${name} Bare${vmid}`;
  const sum = vcpu && cpu.privilege === Privilege.supervisor ? `, SUM=${vcpu.sum ? 1 : 0}` : '';
  const mxr = vcpu?.mxr ? ', MXR=1' : '';
  return `${mode}${sum}${mxr}, ASID ${asidOf(satp)}${vmid}`;
}
