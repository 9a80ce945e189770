import { Integer } from '@sinclair/typebox';
import { Check } from '@sinclair/typebox/value';
import { SUPERPAGE } from '../mmu/address';

const SMALLEST_MEMORY = 4 * 1024 * 1024;
const LARGEST_MEMORY = 2 * 1024 * 1024 * 1024;

const EXPECTED = 'a multiple of 2M from 4M to 2G';

/** RAM of a guest in bytes. */
export const guestMemory = Integer({
  minimum: SMALLEST_MEMORY,
  maximum: LARGEST_MEMORY,
  multipleOf: SUPERPAGE,
  expected: `${EXPECTED} (bytes)`,
});

/** A machine's memory is a WebAssembly memory, which has 32-bit addresses. */
const LARGEST_HOST = 2 ** 32;

/** RAM of a host of several VMs in bytes. */
export const hostMemory = Integer({
  minimum: SMALLEST_MEMORY,
  maximum: LARGEST_HOST,
  multipleOf: SUPERPAGE,
  expected: 'a multiple of 2M from 4M to 4G (bytes)',
});

/** What is wrong with so much RAM of a guest, as a sentence goes on that is about it. */
export function memoryProblem(bytes: number): string | undefined {
  return Check(guestMemory, bytes) ? undefined : `must be ${EXPECTED}`;
}
