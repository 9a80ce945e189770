import type { Program, Segment } from '../simulator/object/program';

/** Where a program's addresses are loaded: a kernel may be linked high, and loaded low, where it runs until it has turned on paging. */
export class LoadMap {
  constructor(private readonly program: Program) {}

  /** Whether the program is linked to be at an address. */
  isLinked(address: bigint): boolean {
    return this.program.segments.some((segment) => has(segment, segment.address, address));
  }

  /** The physical address of what is linked to be at an address; undefined when that is nothing of the program. */
  toLoaded(address: bigint): bigint | undefined {
    const segment = this.program.segments.find((each) => has(each, each.address, address));
    return segment && segment.loadAddress + (address - segment.address);
  }

  /** An address as the program's symbols and lines have it, where it is not known how it is translated: that it is not. */
  linked(address: bigint): bigint {
    return this.isLinked(address) ? address : (this.toLinked(address) ?? address);
  }

  /** The address for which what is loaded at a physical one is linked; undefined when it is not the program's. */
  toLinked(physical: bigint): bigint | undefined {
    const segment = this.program.segments.find((each) => has(each, each.loadAddress, physical));
    return segment && segment.address + (physical - segment.loadAddress);
  }
}

function has({ memorySize }: Segment, start: bigint, address: bigint): boolean {
  return address >= start && address < start + BigInt(memorySize);
}
