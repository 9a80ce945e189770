import type { Program, Segment } from './program';

/** The lowest physical address at which a program has contents; ELF headers that a linker put before its first section are none. */
export function lowestLoadAddress({ segments, sections }: Program): bigint {
  const starts = segments.map((segment) => {
    const inside = sections.filter(({ address, size }) => size > 0 && isIn(segment, address));
    const first = inside.reduce(
      (low, { address }) => (address < low ? address : low),
      inside[0]?.address ?? segment.address,
    );
    return segment.loadAddress + (first - segment.address);
  });
  return starts.reduce((low, start) => (start < low ? start : low), starts[0] ?? 0n);
}

/**
 * A program that is loaded elsewhere than its file says, its first contents at a physical address, the others as far from there as before:
 * what `objcopy -O binary` and a loader at that address make of it. It runs, and its symbols are, where it is linked.
 */
export function loadedAt(program: Program, address: bigint): Program {
  const shift = address - lowestLoadAddress(program);
  return {
    ...program,
    segments: program.segments.map((segment) => ({ ...segment, loadAddress: segment.loadAddress + shift })),
    sections: program.sections.map((section) => ({
      ...section,
      loadAddress: (section.loadAddress ?? loadAddressIn(program, section.address)) + shift,
    })),
  };
}

/** Where something lies in memory that is linked to be at an address. */
export function loadAddressIn({ segments }: Pick<Program, 'segments'>, address: bigint): bigint {
  const segment = segments.find((each) => isIn(each, address));
  return segment ? segment.loadAddress + (address - segment.address) : address;
}

function isIn({ address: start, memorySize }: Segment, address: bigint): boolean {
  return address >= start && address < start + BigInt(memorySize);
}
