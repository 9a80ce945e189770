import type { CpuState } from '../../simulator/hypervisor/cpu';
import { FRAME } from '../../simulator/mmu/address';
import type { Debuggee } from '../debuggee';
import type { Space } from '../expression/syntax';
import { RequestError } from '../request-error';

/** A place in memory that a client can name: guest-virtual addresses plainly, others with their space before them. */
export interface MemoryPlace {
  readonly space: Space;
  readonly address: bigint;
}

export function memoryReference({ space, address }: MemoryPlace): string {
  const digits = `0x${BigInt.asUintN(64, address).toString(16)}`;
  return space === 'gva' ? digits : `${space}:${digits}`;
}

/** @throws RequestError */
export function parseMemoryReference(text: string, offset = 0): MemoryPlace {
  const found = /^(?:(gva|gpa|hpa):)?(0[xX][\da-fA-F]{1,16}|\d{1,20})$/.exec(text.trim());
  if (!found || BigInt(found[2] ?? 0) >> 64n)
    throw new RequestError(`'${text}' is no memory reference: an address, or gpa:0x..., hpa:0x...`);
  const [, space, address] = found;
  return {
    space: (space ?? 'gva') as Space,
    address: BigInt.asUintN(64, BigInt(address ?? 0) + BigInt(offset)),
  };
}

const PAGE = BigInt(FRAME);

/** The machine address of a place; undefined where there is no memory. */
export function machineAddress(debuggee: Debuggee, cpu: CpuState, { space, address }: MemoryPlace): number | undefined {
  const { system, guest } = debuggee;
  if (space === 'gva') return debuggee.hostAddress(cpu, address);
  if (address >= 2n ** 53n) return undefined;
  const number = Number(address);
  if (space === 'gpa') return guest.toHost(number);
  return system.machine.core.ram.contains(number) ? number : undefined;
}

/** Bytes from a place on, up to the first that is not in memory. No side effects. */
export function readSpace(debuggee: Debuggee, cpu: CpuState, place: MemoryPlace, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  const done = eachPiece(debuggee, cpu, place, length, (hpa, at, count) =>
    bytes.set(debuggee.system.machine.core.ram.peek(hpa, count), at),
  );
  return bytes.subarray(0, done);
}

/** Writes bytes, up to the first that is not in the guest's memory, as an input of the run. @returns how many */
export function writeSpace(debuggee: Debuggee, cpu: CpuState, place: MemoryPlace, bytes: Uint8Array): number {
  const { system, guest } = debuggee;
  let written = 0;
  eachPiece(debuggee, cpu, place, bytes.length, (hpa, at, count) => {
    // The VMM's own memory is to look at.
    const gpa = guest.toGuest(hpa);
    const isNext = at === written && gpa !== undefined;
    if (isNext && system.writeMemory(gpa, bytes.subarray(at, at + count), guest)) written += count;
  });
  return written;
}

function eachPiece(
  debuggee: Debuggee,
  cpu: CpuState,
  { space, address }: MemoryPlace,
  length: number,
  visit: (hpa: number, at: number, count: number) => void,
): number {
  let done = 0;
  while (done < length) {
    const at = BigInt.asUintN(64, address + BigInt(done));
    const hpa = machineAddress(debuggee, cpu, { space, address: at });
    if (hpa === undefined) break;
    const count = Math.min(length - done, Number(PAGE - (at % PAGE)));
    visit(hpa, done, count);
    done += count;
  }
  return done;
}
