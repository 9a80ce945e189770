/** Which code makes a region: what is reached from its entries over branches, jumps and calls, nearest first. */
import { type CodeSource, flowOf } from './code-source';
import { type Block, type BlockEnd, pageOf, type Region, type RegionInstruction } from './region';

export interface RegionLimits {
  readonly instructions: number;
  readonly blocks: number;
  readonly entries: number;
  readonly blockLength: number;
}

/** The work of finding one region. */
class Discovery {
  /** Where blocks begin. */
  private readonly leaders = new Set<number>();
  private readonly entries = new Set<number>();
  private readonly queue: number[] = [];
  private readonly scanned = new Set<number>();
  /** Where the instructions of scanned blocks are. */
  private readonly covered = new Set<number>();

  constructor(
    private readonly source: CodeSource,
    private readonly limits: RegionLimits,
  ) {}

  find(entries: readonly number[]): Region | undefined {
    for (const entry of entries) this.addEntry(entry);
    while (this.queue.length > 0 && this.covered.size < this.limits.instructions) {
      if (this.scanned.size >= this.limits.blocks) break;
      const leader = this.queue.shift();
      if (leader !== undefined) this.scan(leader);
    }
    // What is inside a block already costs nothing more.
    for (const leader of this.leaders) if (this.covered.has(leader)) this.scanned.add(leader);
    const blocks = new Map<number, Block>();
    for (const offset of this.scanned) {
      const block = this.blockAt(offset);
      if (block) blocks.set(offset, block);
    }
    const made = [...this.entries].filter((entry) => blocks.has(entry));
    if (made[0] === undefined || made[0] !== entries[0]) return undefined;
    const pages = new Map(
      pageOffsets([...blocks.values()]).flatMap((offset) => {
        const page = this.source.pages.get(offset);
        return page ? [[offset, page] as const] : [];
      }),
    );
    return { blocks, entries: made, pages };
  }

  private addEntry(offset: number): void {
    if (this.entries.size < this.limits.entries) this.entries.add(offset);
    this.addLeader(offset);
  }

  private addLeader(offset: number): void {
    if (this.leaders.has(offset)) return;
    this.leaders.add(offset);
    this.queue.push(offset);
  }

  /** A jump back is a loop: where it begins is an entry, as runs end, and go on, inside of loops. */
  private addTarget(target: number, from: number): void {
    if (target <= from) this.addEntry(target);
    else this.addLeader(target);
  }

  /** Follows instructions from a leader to the end of its block, and notes where control goes from there. */
  private scan(leader: number): void {
    if (!this.source.instructionAt(leader)) return;
    this.scanned.add(leader);
    let offset = leader;
    for (let count = 0; count < this.limits.blockLength; count++) {
      if (count > 0 && this.scanned.has(offset)) return;
      const instruction = this.source.instructionAt(offset);
      if (!instruction) {
        const after = this.source.afterSystemInstruction(offset);
        if (after !== undefined) this.addEntry(after);
        return;
      }
      this.covered.add(offset);
      if (this.follow(instruction)) return;
      offset += instruction.length;
    }
    this.addLeader(offset);
  }

  /** @returns whether the block ends with the instruction */
  private follow({ instruction, fields, offset, length }: RegionInstruction): boolean {
    const target = offset + (fields.target ?? 0);
    const next = offset + length;
    switch (flowOf(instruction, fields)) {
      case 'next':
        if (pageOf(next) !== pageOf(offset)) this.addLeader(next);
        return pageOf(next) !== pageOf(offset);
      case 'branch':
        this.addTarget(target, offset);
        this.addLeader(next);
        return true;
      case 'jump':
        this.addTarget(target, offset);
        return true;
      case 'call':
        this.addLeader(target);
        this.addEntry(next);
        return true;
      case 'indirect call':
        this.addEntry(next);
        return true;
      case 'indirect':
        return true;
    }
  }

  /** The block from a leader to the next one, now that all are known. */
  private blockAt(leader: number): Block | undefined {
    const instructions: RegionInstruction[] = [];
    let offset = leader;
    let end: BlockEnd | undefined;
    while (!end) {
      const instruction = this.source.instructionAt(offset);
      const isOver = offset !== leader && (this.scanned.has(offset) || pageOf(offset) !== pageOf(leader));
      if (!instruction || isOver || instructions.length === this.limits.blockLength) {
        end = { kind: 'next', next: offset };
      } else {
        instructions.push(instruction);
        end = endOf(instruction);
        offset += instruction.length;
      }
    }
    return instructions.length > 0 ? { offset: leader, instructions, end } : undefined;
  }
}

/** Where the pages are in which the blocks' code is. */
function pageOffsets(blocks: readonly Block[]): number[] {
  const offsets = new Set<number>();
  for (const { offset, instructions } of blocks) {
    offsets.add(pageOf(offset));
    const last = instructions.at(-1);
    if (last?.crosses) offsets.add(pageOf(last.offset + 2));
  }
  return [...offsets];
}

function endOf({ instruction, fields, offset, length }: RegionInstruction): BlockEnd | undefined {
  const target = offset + (fields.target ?? 0);
  switch (flowOf(instruction, fields)) {
    case 'next':
      return undefined;
    case 'branch':
      return { kind: 'branch', target, next: offset + length };
    case 'jump':
    case 'call':
      return { kind: 'jump', target };
    case 'indirect':
    case 'indirect call':
      return { kind: 'indirect' };
  }
}

/**
 * @param entries offsets; the region is none if there is nothing to translate at the first
 * @returns a region without blocks that no entry reaches
 */
export function discoverRegion(
  source: CodeSource,
  entries: readonly number[],
  limits: RegionLimits,
): Region | undefined {
  return new Discovery(source, limits).find(entries);
}

/** How many instructions a region has. */
export function sizeOfRegion({ blocks }: Region): number {
  let size = 0;
  for (const { instructions } of blocks.values()) size += instructions.length;
  return size;
}
