import type { Space } from '../../simulator/expression/syntax';
import type { CpuState } from '../../simulator/hypervisor/cpu';
import { FRAME } from '../../simulator/mmu/address';
import type { Debuggee } from '../debuggee';
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

/** Bytes from a place on, up to the first that is not in memory; what has no frame yet is zero. No side effects. */
export function readSpace(debuggee: Debuggee, cpu: CpuState, place: MemoryPlace, length: number): Uint8Array {
  const { system, guest } = debuggee;
  const { ram } = system.machine.core;
  const bytes = new Uint8Array(length);
  const done = eachPiece(place, length, (at, from, count) => {
    const gpa = guestAddress(debuggee, cpu, at);
    const hpa = gpa === undefined ? machineAddress(debuggee, cpu, at) : undefined;
    const piece = gpa === undefined ? hpa !== undefined && ram.peek(hpa, count) : guest.peek(gpa, count);
    if (piece) bytes.set(piece, from);
    return Boolean(piece);
  });
  return bytes.subarray(0, done);
}

/** Writes bytes, up to the first that is not in the guest's memory, as an input of the run. @returns how many */
export function writeSpace(debuggee: Debuggee, cpu: CpuState, place: MemoryPlace, bytes: Uint8Array): number {
  const { system, guest } = debuggee;
  return eachPiece(place, bytes.length, (at, from, count) => {
    // The VMM's own memory is to look at.
    const gpa = guestAddress(debuggee, cpu, at);
    return gpa !== undefined && system.writeMemory(gpa, bytes.subarray(from, from + count), guest);
  });
}

/** The guest-physical address of a place; undefined where that is none of the guest's. */
function guestAddress(debuggee: Debuggee, cpu: CpuState, { space, address }: MemoryPlace): number | undefined {
  if (space === 'gva') return debuggee.locate(cpu, address);
  if (address >= 2n ** 53n) return undefined;
  return space === 'gpa' ? Number(address) : debuggee.guest.toGuest(Number(address));
}

/** Bytes page by page, as long as each is there. @returns how many there are */
function eachPiece(
  { space, address }: MemoryPlace,
  length: number,
  visit: (place: MemoryPlace, from: number, count: number) => boolean,
): number {
  let done = 0;
  while (done < length) {
    const at = BigInt.asUintN(64, address + BigInt(done));
    const count = Math.min(length - done, Number(PAGE - (at % PAGE)));
    if (!visit({ space, address: at }, done, count)) break;
    done += count;
  }
  return done;
}
