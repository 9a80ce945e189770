import type { CpuState } from '../../../simulator/hypervisor/cpu';
import { FRAME } from '../../../simulator/mmu/address';
import { Access, Privilege } from '../../../simulator/mmu/index';
import type { Debuggee } from '../../debuggee';
import { hex } from '../../format';
import type { MemoryPlace } from '../../inspect/memory';
import { hasTwoStages, inWorld } from '../../inspect/worlds';
import type { MemorySpace } from '../../protocol';
import { findTranslation, noMemoryText, translation } from '../translation';
import { explainFault } from '../walk-problem';

/** A part of a page, in every space in which it is somewhere. */
export interface PlacedPiece {
  readonly length: number;
  /** Guest-physical; where the machine's guest is nobody's, with V = 1 alone. */
  readonly gpa?: number | undefined;
  readonly hpa?: number | undefined;
  readonly bytes?: Uint8Array | undefined;
  readonly owner?: string | undefined;
  readonly note?: string | undefined;
}

/** The spaces that a CPU's world tells apart. */
export function spacesOf(debuggee: Debuggee, cpu: CpuState): MemorySpace[] {
  return debuggee.vm || hasTwoStages(debuggee, cpu) ? ['gva', 'gpa', 'hpa'] : ['gva', 'hpa'];
}

/** What is at a place and, where nothing is, why. No side effects. @param length to the end of the page at the most */
export function placePiece(debuggee: Debuggee, cpu: CpuState, place: MemoryPlace, length: number): PlacedPiece {
  if (place.space !== 'gva' && place.address >> PHYSICAL_BITS)
    return { length, note: `physical addresses have ${PHYSICAL_BITS} bits, and this one has more` };
  switch (place.space) {
    case 'gva':
      return fromVirtual(debuggee, cpu, place.address, length);
    case 'gpa':
      return fromGuestPhysical(debuggee, cpu, Number(place.address), length);
    case 'hpa':
      return fromMachine(debuggee, Number(place.address), length);
  }
}

/** Of an entry's page number and an offset (manual, "Sv39: Page-Based 39-bit Virtual-Memory System"). */
const PHYSICAL_BITS = 56n;

function fromVirtual(debuggee: Debuggee, cpu: CpuState, address: bigint, length: number): PlacedPiece {
  const found = debuggee.locate(cpu, address);
  const bytes = found === undefined ? undefined : debuggee.guest.peek(found, length);
  if (found === undefined || !bytes) return { length, note: translation(debuggee, cpu, address, 'read').summary };
  if (debuggee.vm || !cpu.virtual) return ofGuest(debuggee, found, length);
  return { length, gpa: betweenStages(debuggee, cpu, address), hpa: found, bytes };
}

/** What the guest of a hypervisor of the user's own calls physical: whichever mode and access of it leads somewhere. */
function betweenStages(debuggee: Debuggee, cpu: CpuState, address: bigint): number | undefined {
  for (const privilege of [cpu.privilege, Privilege.supervisor, Privilege.user])
    for (const access of [Access.read, Access.execute]) {
      const found = findTranslation(debuggee, inWorld(cpu, { privilege, virtual: true }), address, access, true);
      if (!('fault' in found)) return found.guestPhysical;
    }
  return undefined;
}

function fromGuestPhysical(debuggee: Debuggee, cpu: CpuState, gpa: number, length: number): PlacedPiece {
  if (debuggee.vm || !cpu.virtual) return ofGuest(debuggee, gpa, length);
  const found = debuggee.hartOf(cpu).peekSecondStage(gpa, Access.read);
  if ('fault' in found) {
    const rights = { access: Access.read, privilege: cpu.privilege, sum: false };
    return { length, gpa, note: `The second stage refuses it: ${explainFault(found, rights)}.` };
  }
  return { ...fromMachine(debuggee, found.physical, length), gpa };
}

/** Of what the guest calls physical: under a VMM by its P2M, on the bare machine the machine's own. */
function ofGuest(debuggee: Debuggee, gpa: number, length: number): PlacedPiece {
  if (!debuggee.vm) return fromMachine(debuggee, gpa, length);
  const bytes = debuggee.guest.peek(gpa, length);
  const hpa = debuggee.guest.toHost(gpa);
  const note = bytes && hpa !== undefined ? undefined : `There is ${noMemoryText(debuggee, gpa)}.`;
  return { length, gpa, hpa, bytes, note };
}

function fromMachine(debuggee: Debuggee, hpa: number, length: number): PlacedPiece {
  const { machine, hypervisor, host } = debuggee.system;
  const { ram } = machine.core;
  if (!ram.contains(hpa, length)) {
    const device = (host ?? debuggee.guest).board.find(hpa);
    return {
      length,
      hpa,
      note: `The machine has no memory there${device ? `, but a register of ${device.name}` : ''}.`,
    };
  }
  const bytes = ram.peek(hpa, length);
  if (!hypervisor) return { length, hpa, bytes };
  const gpa = debuggee.guest.toGuest(hpa);
  if (gpa !== undefined) return { length, gpa, hpa, bytes };
  const owner = hypervisor.frames.info(hpa - (hpa % FRAME))?.owner;
  const name = owner === undefined ? undefined : hypervisor.vms.find(({ id }) => id === owner)?.name;
  return { length, hpa, bytes, owner: owner === undefined ? 'nobody' : (name ?? 'the VMM') };
}

/** Where a guest-virtual address is in another space; undefined where it leads nowhere there. */
export function inSpace(debuggee: Debuggee, cpu: CpuState, address: bigint, space: MemorySpace): bigint | undefined {
  if (space === 'gva') return address;
  const { gpa, hpa } = fromVirtual(debuggee, cpu, address, 1);
  const found = space === 'gpa' ? gpa : hpa;
  return found === undefined ? undefined : BigInt(found);
}

export const showSpaces = ({ gpa, hpa }: PlacedPiece) => ({
  ...(gpa === undefined ? {} : { gpa: hex(gpa) }),
  ...(hpa === undefined ? {} : { hpa: hex(hpa) }),
});
