import { SUPERPAGE } from '../mmu/address';

const SMALLEST_MEMORY = 4 * 1024 * 1024;
const LARGEST_MEMORY = 2 * 1024 * 1024 * 1024;

/** What is wrong with so much RAM of a guest, as a sentence goes on that is about it. */
export function memoryProblem(bytes: number): string | undefined {
  const isRight = bytes % SUPERPAGE === 0 && bytes >= SMALLEST_MEMORY && bytes <= LARGEST_MEMORY;
  return isRight ? undefined : 'must be a multiple of 2M from 4M to 2G';
}
