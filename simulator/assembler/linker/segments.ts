import type { ProgramSection, Segment } from '../../object/program';
import { SectionFlag, SectionType } from '../../object/relocatable';

const page = 0x1000n;

/** Sections with the same permissions that follow each other make one segment. */
export function segmentsOf(sections: readonly ProgramSection[]): Segment[] {
  const runs: ProgramSection[][] = [];
  for (const section of sections) {
    // Zeroed memory of threads is a pattern for them: it takes no room of its own.
    if (section.type === SectionType.Nobits && section.flags & SectionFlag.Tls) continue;
    const run = runs.at(-1);
    if (run && continues(run.at(-1)!, section)) run.push(section);
    else runs.push([section]);
  }
  return runs.map(segmentOf);
}

function continues(before: ProgramSection, section: ProgramSection): boolean {
  const gap = section.address - (before.address + BigInt(before.size));
  const samePermissions = (before.flags & SectionFlag.Write) === (section.flags & SectionFlag.Write);
  // A file's bytes stand before a segment's zeros: data cannot follow zeroed memory.
  const afterZeros = before.type === SectionType.Nobits && section.type !== SectionType.Nobits;
  return samePermissions && !afterZeros && gap >= 0n && gap <= page && shiftOf(before) === shiftOf(section);
}

/** How far a section is loaded from its address. */
function shiftOf({ address, loadAddress = address }: ProgramSection): bigint {
  return loadAddress - address;
}

function segmentOf(run: readonly ProgramSection[]): Segment {
  const first = run[0]!;
  const last = run.at(-1)!;
  const filled = run.filter((section) => section.type !== SectionType.Nobits);
  const end = filled.at(-1);
  const bytes = new Uint8Array(end ? Number(end.address - first.address) + end.size : 0);
  for (const section of filled) bytes.set(section.bytes, Number(section.address - first.address));
  return {
    address: first.address,
    loadAddress: first.loadAddress ?? first.address,
    bytes,
    memorySize: Number(last.address - first.address) + last.size,
    readable: true,
    writable: (first.flags & SectionFlag.Write) !== 0,
    executable: run.some((section) => section.flags & SectionFlag.Execute),
  };
}
