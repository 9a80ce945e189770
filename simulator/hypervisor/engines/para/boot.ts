import { START_MAGIC, type StartField, startPage } from '../../../hypercalls/start-page';
import { VERSION_NUMBER } from '../../../hypercalls/table';
import { FIRMWARE_MEMORY } from '../../../machine/memory-map';
import { FRAME, SUPERPAGE } from '../../../mmu/address';
import { Pte } from '../../../mmu/index';
import type { LoadedGuest } from '../../loaded-guest';
import { ensure } from '../../memory/table-check';
import { pteOf } from '../../memory/table-memory';
import { ROOT_LEVEL } from './direct-paging';
import type { PortedVm } from './ported';
import { M2P_FIRST, M2P_VA } from './vmm-tables';

const ENTRIES = 512;
const GIGAPAGE = ENTRIES * SUPERPAGE;
const POINTER = Pte.V;
const TABLE_PAGE = Pte.V | Pte.R | Pte.U | Pte.A;
const PAGE = Pte.V | Pte.R | Pte.W | Pte.X | Pte.U | Pte.A | Pte.D;

/** Where what a guest begins with lies, below its device tree; guest-physical addresses. */
interface Layout {
  readonly begin: number;
  readonly p2m: number;
  readonly start: number;
  readonly shared: number;
  readonly commandLine: number;
  readonly root: number;
  /** Of level 1, one for each GiB; of level 0, one for each 2 MiB. */
  readonly middle: number;
  readonly last: number;
}

/**
 * What a guest of this engine begins with: tables that map its memory at the addresses that it believes physical, pinned; the page that it shares with
 * the VMM; its map of machine addresses; and the page that tells of them.
 * @returns where it begins; undefined where there is no memory for all this
 */
export function buildFirstTables(engineVm: PortedVm, loaded: LoadedGuest): LoadedGuest | undefined {
  const { vm, paging, vcpus } = engineVm;
  const { memory, ram } = vm;
  const usable = FIRMWARE_MEMORY.base + FIRMWARE_MEMORY.size;
  const lacks = memory.populate(usable, ram.base + ram.size - usable) !== undefined;
  const layout = layoutOf(ram, loaded);
  if (lacks || layout.begin < loaded.end) return undefined;
  engineVm.vmmTables.write(vm.p2m);
  const machine = (gpa: number): number => memory.hostPhysical(gpa) ?? 0;
  writeTables(engineVm, layout, machine);
  memory.place(layout.p2m, mapOf(ram, machine));
  memory.place(layout.commandLine, new TextEncoder().encode(`${loaded.commandLine}\0`));
  memory.place(layout.start, startPageOf(engineVm, layout, loaded, machine));
  memory.place(layout.shared, new Uint8Array(FRAME));
  engineVm.share(layout.shared);
  const root = machine(layout.root);
  paging.begin();
  const refusal = paging.pin(root, ROOT_LEVEL) ?? paging.use(root, ROOT_LEVEL);
  ensure(!refusal, 'the first tables of a guest are right');
  engineVm.notePinned(root, ROOT_LEVEL);
  paging.setVmmEntry(root, 'kernel');
  vcpus[0]?.roots.choose('kernel', root);
  return { ...loaded, opaque: BigInt(layout.start) };
}

function layoutOf({ base, size }: { base: number; size: number }, { deviceTree, commandLine }: LoadedGuest): Layout {
  let at = Math.floor(Math.min(deviceTree, base + size) / FRAME) * FRAME;
  const pages = (bytes: number): number => {
    at -= Math.ceil(bytes / FRAME) * FRAME;
    return at;
  };
  const last = pages((size / SUPERPAGE) * FRAME);
  const middle = pages(Math.ceil(size / GIGAPAGE) * FRAME);
  const root = pages(FRAME);
  const p2m = pages((size / FRAME) * 8);
  const start = pages(FRAME);
  const shared = pages(FRAME);
  const line = pages(commandLine.length * 4 + 1);
  return { begin: line, p2m, start, shared, commandLine: line, root, middle, last };
}

/** By machine addresses. A table may be read by its guest, and written by the VMM alone. */
function writeTables({ vm }: PortedVm, layout: Layout, machine: (gpa: number) => number): void {
  const { base, size } = vm.ram;
  const { ram } = vm.machine.core;
  const put = (table: number, index: number, hpa: number, flags: number): void => {
    const { low, high } = pteOf(hpa, flags);
    const at = machine(table) + index * 8;
    ram.write32(at, low);
    ram.write32(at + 4, high);
  };
  // Root, middle and last tables lie side by side in this order.
  const end = layout.last + (size / SUPERPAGE) * FRAME;
  const isTable = (gpa: number): boolean => gpa >= layout.root && gpa < end;
  for (let gpa = layout.root; gpa < end; gpa += FRAME) ram.clear(machine(gpa), FRAME);
  for (let slot = 0; slot * GIGAPAGE < size; slot++)
    put(layout.root, base / GIGAPAGE + slot, machine(layout.middle + slot * FRAME), POINTER);
  for (let block = 0; block * SUPERPAGE < size; block++) {
    const table = layout.last + block * FRAME;
    put(layout.middle + Math.floor(block / ENTRIES) * FRAME, block % ENTRIES, machine(table), POINTER);
    for (let page = 0; page < ENTRIES; page++) {
      const gpa = base + block * SUPERPAGE + page * FRAME;
      const hpa = machine(gpa);
      if (hpa !== 0) put(table, page, hpa, isTable(gpa) ? TABLE_PAGE : PAGE);
    }
  }
}

/** Of each guest-physical frame its machine address. */
function mapOf({ base, size }: { base: number; size: number }, machine: (gpa: number) => number): Uint8Array {
  const bytes = new Uint8Array((size / FRAME) * 8);
  const view = new DataView(bytes.buffer);
  for (let frame = 0; frame < size / FRAME; frame++)
    view.setBigUint64(frame * 8, BigInt(machine(base + frame * FRAME)), true);
  return bytes;
}

function startPageOf(
  { vm }: PortedVm,
  layout: Layout,
  { deviceTree, initrd, end }: LoadedGuest,
  machine: (gpa: number) => number,
): Uint8Array {
  const bytes = new Uint8Array(FRAME);
  const view = new DataView(bytes.buffer);
  const put = ({ offset }: StartField, value: bigint | number): void => view.setBigUint64(offset, BigInt(value), true);
  put(startPage.magic, START_MAGIC);
  put(startPage.version, VERSION_NUMBER);
  put(startPage.vm, vm.id);
  put(startPage.vcpus, vm.vcpus.length);
  put(startPage.frames, vm.ram.size / FRAME);
  put(startPage.p2m, layout.p2m);
  put(startPage.m2p, M2P_VA);
  put(startPage.m2pFirst, M2P_FIRST);
  put(startPage.shared, layout.shared);
  put(startPage.sharedMachine, machine(layout.shared));
  put(startPage.root, machine(layout.root));
  put(startPage.freeBegin, Math.ceil(end / FRAME) * FRAME);
  put(startPage.freeEnd, layout.begin);
  put(startPage.deviceTree, deviceTree);
  put(startPage.initrd, initrd?.start ?? 0);
  put(startPage.initrdBytes, initrd ? initrd.end - initrd.start : 0);
  put(startPage.commandLine, layout.commandLine);
  return bytes;
}
