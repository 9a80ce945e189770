import type { Program, Segment } from '../../simulator/object/program';
import { spaceOf, withoutSpace } from '../../simulator/object/spaces';

/**
 * Where a program's addresses are loaded: a kernel may be linked high, and loaded low, where it runs until it has turned on paging. Of
 * several programs that share addresses each has a space of its own.
 */
export class LoadMap {
  constructor(private readonly program: Program) {}

  /** Whether a program is linked to be at an address. */
  isLinked(address: bigint): boolean {
    return this.linkedAt(address).length > 0;
  }

  /** The linked addresses that an address of the machine may be: one of each program that is linked to be there. */
  linkedAt(address: bigint): bigint[] {
    const found = this.program.segments.flatMap((segment) => {
      const own = address + spaceOf(segment.address);
      return has(segment, segment.address, own) ? own : [];
    });
    return found.length > 1 ? [...new Set(found)] : found;
  }

  /** The physical address of what is linked to be at an address; undefined when that is nothing of the program, or is not known. */
  toLoaded(address: bigint): bigint | undefined {
    const segment = this.program.segments.find((each) => has(each, each.address, address));
    const loaded = segment && segment.loadAddress + (address - segment.address);
    return loaded !== undefined && loaded === withoutSpace(loaded) ? loaded : undefined;
  }

  /** An address as the program's symbols and lines have it, where it is not known how it is translated: that it is not. */
  linked(address: bigint): bigint {
    return this.linkedAt(address)[0] ?? this.toLinked(address) ?? address;
  }

  /** The address for which what is loaded at a physical one is linked; undefined when it is not the program's. */
  toLinked(physical: bigint): bigint | undefined {
    const segment = this.program.segments.find((each) => has(each, each.loadAddress, physical));
    return segment && segment.address + (physical - segment.loadAddress);
  }

  /** What the program has at a linked address, up to the end of its bytes there. */
  bytesAt(linked: bigint, length: number): Uint8Array {
    const segment = this.program.segments.find((each) => has(each, each.address, linked));
    const at = segment ? Number(linked - segment.address) : 0;
    return segment ? segment.bytes.subarray(at, at + length) : new Uint8Array(0);
  }
}

function has({ memorySize }: Segment, start: bigint, address: bigint): boolean {
  return address >= start && address < start + BigInt(memorySize);
}
