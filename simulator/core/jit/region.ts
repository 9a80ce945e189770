/** What a region is: basic blocks of guest code that are translated together into one function. */

import type { Fields, Instruction } from '../../isa';
import { FRAME } from '../../mmu/address';

/** One instruction, already expanded where it is a compressed one. */
export interface RegionInstruction {
  readonly instruction: Instruction;
  readonly fields: Fields;
  readonly length: 2 | 4;
  /** Bytes from the region's origin; can be negative. */
  readonly offset: number;
  /** Whether its second half is in the next page. */
  readonly crosses: boolean;
}

/** How a block ends, after its last instruction. */
export type BlockEnd =
  /** On the instruction that follows, which may be one that is not translated. */
  | { readonly kind: 'next'; readonly next: number }
  | { readonly kind: 'branch'; readonly target: number; readonly next: number }
  | { readonly kind: 'jump'; readonly target: number }
  /** Where a register says. */
  | { readonly kind: 'indirect' };

export interface Block {
  readonly offset: number;
  /** At least one; all begin in one page. */
  readonly instructions: readonly RegionInstruction[];
  readonly end: BlockEnd;
}

/** A page of a region's code: where it is relative to the origin, and the RAM and the decoded page that hold it. */
export interface RegionPage {
  readonly offset: number;
  readonly ramPage: number;
  readonly decodedPage: number;
}

/**
 * Offsets count from the origin: the virtual address of the page in which discovery began. Which address that is does not matter to
 * the code that is made of it, so that it goes on to hold when its pages are mapped elsewhere.
 */
export interface Region {
  readonly blocks: ReadonlyMap<number, Block>;
  /** Offsets of the blocks at which the region can be entered; the first is the one that was asked for. */
  readonly entries: readonly number[];
  readonly pages: ReadonlyMap<number, RegionPage>;
}

/** The offset of the page in which an offset is. */
export const pageOf = (offset: number): number => offset & -FRAME;

/** Offsets of the blocks, inside the region or not, to which control goes from a block without an indirect jump. */
export function successors({ end }: Block): readonly number[] {
  switch (end.kind) {
    case 'next':
      return [end.next];
    case 'branch':
      return [end.target, end.next];
    case 'jump':
      return [end.target];
    case 'indirect':
      return [];
  }
}

/** The blocks that lead to each block. */
export function predecessors({ blocks }: Region): Map<number, Set<number>> {
  const found = new Map<number, Set<number>>();
  for (const offset of blocks.keys()) found.set(offset, new Set());
  for (const block of blocks.values()) {
    for (const successor of successors(block)) found.get(successor)?.add(block.offset);
  }
  return found;
}
