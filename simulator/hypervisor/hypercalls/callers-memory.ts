import type { GuestMemory } from '../memory/guest-memory';

/** Memory in which a caller has what it gives to a hypercall: by guest-physical address, of the engine `para` by virtual address. */
export interface CallersMemory {
  /** Undefined where any of it is not the caller's. */
  read(address: bigint, length: number): Uint8Array | undefined;
  /** Whether the caller itself could write there. */
  mayWrite(address: bigint, length: number): boolean;
  /** What is to be written there finds memory. @returns false where there is none now: the call is to be made again */
  prepare(address: bigint, length: number): boolean;
  /** Where the caller may write. */
  write(address: bigint, bytes: Uint8Array): void;
}

/** By guest-physical address. */
export function physicalMemory(
  memory: Pick<GuestMemory, 'contains' | 'read' | 'write'>,
  port: { prepareMemory(address: number, length: number): boolean },
): CallersMemory {
  return {
    read: (address, length) => memory.read(Number(address), length),
    mayWrite: (address, length) => memory.contains(Number(address), length),
    prepare: (address, length) => port.prepareMemory(Number(address), length),
    write(address, bytes) {
      memory.write(Number(address), bytes);
    },
  };
}
