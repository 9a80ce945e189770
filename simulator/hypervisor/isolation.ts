import { FRAME } from '../mmu/address';
import type { HartContext } from './hart-context';
import type { FrameTable } from './memory/frame-table';
import type { Vm } from './vm';

/** Something that leads out of a VM. */
export interface IsolationBreach {
  readonly where: 'shadow table' | 'second stage' | 'page table' | 'TLB' | 'DMA' | 'P2M';
  readonly description: string;
}

/** Where an engine reports what its guest reaches, from the live state of the hardware. */
export interface Reach {
  /**
   * Machine memory that the guest can read or write.
   * @param what leads there, in words @param size bytes
   * @param gpa where the guest has it, where what leads there is by guest-physical address
   */
  memory(where: IsolationBreach['where'], what: string, hpa: number, size: number, gpa?: number): void;
  /** A frame that the hardware walks for the guest. */
  table(where: IsolationBreach['where'], what: string, hpa: number): void;
  /** Something that must never be, wherever it leads. */
  flaw(where: IsolationBreach['where'], description: string): void;
}

/** What is looked at: the VMM, whose own account of frames is not what leads there. */
export interface Isolated {
  readonly vms: readonly Vm[];
  readonly pcpus: readonly HartContext[];
  readonly frames: FrameTable;
}

/**
 * Proves from live tables, TLBs and DMA spaces that VMs reach only frames that the frame table says are theirs, and the hardware walks
 * only frames of the VMM's for them. The frame table learns of owners when memory is taken, not from the P2M, which is checked as well.
 * @returns what breaks this; nothing while the VMM is right, at any exit
 */
export function isolationBreaches({ vms, pcpus, frames }: Isolated): IsolationBreach[] {
  const breaches: IsolationBreach[] = [];
  const tables = new Set<number>();
  const flaw: Reach['flaw'] = (where, description) => {
    breaches.push({ where, description });
  };
  for (const vm of vms) {
    const reach: Reach = {
      flaw,
      memory: (where, what, hpa, size, gpa) => {
        for (let at = 0; at < size; at += FRAME) {
          const owner = frames.ownerOf(hpa + at);
          if (owner !== vm.id) {
            flaw(where, `${what} -> ${hex(hpa + at)} ${ownerText(owner)}, not of VM ${vm.id}`);
            return;
          }
          // Of its own memory too it may not have the part that is the firmware's.
          const guests = gpa === undefined ? vm.toGuest(hpa + at) : gpa + at;
          if (guests === undefined || vm.memory.hostPhysical(guests) !== hpa + at) {
            const place = guests === undefined ? 'anything' : hex(guests);
            flaw(where, `${what} -> ${hex(hpa + at)} is not where the guest has ${place}`);
            return;
          }
        }
      },
      table: (where, what, hpa) => {
        const owner = frames.ownerOf(hpa);
        if (owner !== 'vmm') flaw(where, `${what} at ${hex(hpa)} ${ownerText(owner)}, not of the VMM`);
        if (tables.has(hpa)) flaw(where, `${what} at ${hex(hpa)} is another table too`);
        tables.add(hpa);
      },
    };
    vm.engine.reach(reach);
    checkMemory(vm, frames, flaw);
  }
  for (const pcpu of pcpus) checkNumbers(pcpu, flaw);
  return breaches;
}

/** A hart has nothing under a number that may be given to somebody before it forgets. */
function checkNumbers({ hart, asids, vmids }: HartContext, flaw: Reach['flaw']): void {
  for (const { virtual, asid, vmid, page } of hart.tlb.entries) {
    const [tags, number] = virtual ? [vmids, vmid] : [asids, asid];
    if (tags.areThere && tags.isFree(number))
      flaw('TLB', `page ${hex(page * FRAME)} is under ${virtual ? 'VMID' : 'ASID'} ${number}, which is nobody's`);
  }
}

/** Every frame of a guest is one of its own and nobody else's, by the P2M in both directions and for its devices. */
function checkMemory({ id, memory, ram: { base, size } }: Vm, frames: FrameTable, flaw: Reach['flaw']): void {
  const { p2m } = memory;
  const seen = new Set<number>();
  for (let gpa = base; gpa < base + size; gpa += FRAME) {
    const hpa = p2m.toHost(gpa);
    if (hpa === undefined) continue;
    const owner = frames.ownerOf(hpa);
    if (owner !== id) flaw('P2M', `${hex(gpa)} -> ${hex(hpa)} ${ownerText(owner)}, not of VM ${id}`);
    if (seen.has(hpa)) flaw('P2M', `${hex(gpa)} is a frame that the guest has elsewhere too, ${hex(hpa)}`);
    seen.add(hpa);
    if (p2m.toGuest(hpa) !== gpa) flaw('P2M', `${hex(gpa)} -> ${hex(hpa)}, and not back`);
    const reached = memory.hostPhysical(gpa);
    if (reached !== undefined && reached !== hpa) flaw('DMA', `${hex(gpa)} -> ${hex(reached)}, not ${hex(hpa)}`);
  }
}

const ownerText = (owner: number | 'vmm' | undefined): string =>
  owner === undefined ? "is nobody's" : owner === 'vmm' ? "is the VMM's" : `is of VM ${owner}`;

const hex = (address: number): string => `0x${address.toString(16)}`;
