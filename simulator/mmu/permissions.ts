import { Pte } from './walk';

const letters: readonly (readonly [letter: string, bit: number])[] = [
  ['r', Pte.R],
  ['w', Pte.W],
  ['x', Pte.X],
  ['u', Pte.U],
  ['g', Pte.G],
  ['a', Pte.A],
  ['d', Pte.D],
];

/** Of `rwxugad` those that are set in an entry of a page table. */
export function permissionsOf(flags: number): string {
  return letters.flatMap(([letter, bit]) => (flags & bit ? letter : [])).join('');
}
