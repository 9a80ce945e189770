import type { CpuState } from '../../simulator/hypervisor/cpu';
import type { Inspected } from '../debugging';
import { hex } from '../format';
import { type MemoryPlace, machineAddress, readSpace } from '../inspect/memory';
import type { AddressMeaning, Hex, SourceLine } from '../protocol';

const WORD = 8;
const MOST_WORDS = 8;

/** An address in the other spaces as the CPU has them now, and what is there. Nothing is changed by looking. */
export function addressMeaning(running: Inspected, cpu: CpuState, place: MemoryPlace): AddressMeaning {
  const { debuggee } = running;
  const hpa = machineAddress(debuggee, cpu, place);
  const gpa = guestPhysical(running, cpu, place, hpa);
  const symbol = place.space === 'gva' ? debuggee.describe(cpu, place.address) : undefined;
  const source = place.space === 'gva' ? guestSource(running, cpu, place.address) : undefined;
  return {
    ...(place.space === 'gva' ? { gva: hex(place.address) } : {}),
    ...(gpa === undefined ? {} : { gpa: hex(gpa) }),
    ...(hpa === undefined ? {} : { hpa: hex(hpa) }),
    ...(symbol === undefined ? {} : { symbol }),
    ...(source ? { source } : {}),
    words: wordsOf(readSpace(debuggee, cpu, place, MOST_WORDS * WORD)),
  };
}

function guestPhysical(
  { debuggee }: Inspected,
  cpu: CpuState,
  { space, address }: MemoryPlace,
  hpa: number | undefined,
): bigint | number | undefined {
  if (space === 'gpa') return address;
  if (space === 'gva') return debuggee.locate(cpu, address);
  return hpa === undefined ? undefined : debuggee.guest.toGuest(hpa);
}

/** Where the code at a guest-virtual address comes from, if it is code with a line. */
export function guestSource({ debuggee, sources }: Inspected, cpu: CpuState, address: bigint): SourceLine | undefined {
  const line = debuggee.lines.at(debuggee.linked(cpu, address));
  return line && { path: sources.guestPath(line.file), line: line.line + 1 };
}

function wordsOf(bytes: Uint8Array): Hex[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: Math.floor(bytes.length / WORD) }, (_, index) =>
    hex(view.getBigUint64(index * WORD, true)),
  );
}
