import { SegmentFlag, SegmentType } from '../../object/elf/elf';
import { SectionType } from '../../object/elf/relocatable';
import type { Segment } from '../../object/program';
import type { OutputSection } from '../sections/sections';
import type { FileLayout } from './file-layout';
import { addressOf, loadAddressOf, roomOf } from './segment-map';

/** A longer stretch of zeros is not held as bytes, nor one that is longer than what is held before it, from a page on. */
const longestZeros = 0x1_0000;
const page = 0x1000;

/**
 * What is loaded into memory: the contents of the segments without the file's own headers, which nobody needs there. A
 * segment with a long stretch of zeros in it becomes several.
 */
export function loadedSegments({ segments, headers }: Pick<FileLayout, 'segments' | 'headers'>): Segment[] {
  const loaded: Segment[] = [];
  segments.forEach(({ type, sections }, index) => {
    if (type !== SegmentType.Load) return;
    const { flags } = headers[index]!;
    for (const run of runsOf(sections.filter((section) => roomOf(section) > 0n))) {
      loaded.push({
        address: run.address,
        loadAddress: run.loadAddress,
        bytes: joined(run),
        memorySize: Number(run.end - run.address),
        readable: (flags & SegmentFlag.Read) !== 0,
        writable: (flags & SegmentFlag.Write) !== 0,
        executable: (flags & SegmentFlag.Execute) !== 0,
      });
    }
  });
  return loaded;
}

/** A stretch of memory with what is in it. */
interface Run {
  readonly address: bigint;
  readonly loadAddress: bigint;
  /** Where its memory ends. */
  end: bigint;
  /** Where the bytes end that are held. */
  filledEnd: bigint;
  /** How many bytes its pieces have. */
  held: number;
  readonly pieces: { readonly address: bigint; readonly bytes: Uint8Array }[];
}

function runsOf(sections: readonly OutputSection[]): Run[] {
  const runs: Run[] = [];
  for (const section of sections) {
    const [start, shift] = [addressOf(section), loadAddressOf(section) - addressOf(section)];
    const begin = (address: bigint): Run => {
      const run = { address, loadAddress: address + shift, end: address, filledEnd: address, held: 0, pieces: [] };
      runs.push(run);
      return run;
    };
    const isNear = (run: Run | undefined, address: bigint): run is Run =>
      run !== undefined && address >= run.end && address - run.filledEnd <= zerosOf(run);
    let run = runs.at(-1);
    if (!run || !isNear(run, start)) run = begin(start);
    if (section.type !== SectionType.Nobits) {
      for (const { offset, bytes } of section.contents().pieces) {
        const address = start + BigInt(offset);
        if (address - run.filledEnd > zerosOf(run)) {
          run.end = address;
          run = begin(address);
        }
        run.pieces.push({ address, bytes });
        run.held += bytes.length;
        const end = address + BigInt(bytes.length);
        if (end > run.end) run.end = end;
        if (end > run.filledEnd) run.filledEnd = end;
      }
    }
    const end = start + roomOf(section);
    if (end > run.end) run.end = end;
  }
  return runs;
}

/** How many zeros may be held as bytes between a run and what comes next: in all, no more than twice what there is. */
function zerosOf({ held }: Run): bigint {
  return BigInt(Math.min(longestZeros, Math.max(page, held)));
}

function joined(run: Run): Uint8Array {
  const bytes = new Uint8Array(Number(run.filledEnd - run.address));
  for (const piece of run.pieces) bytes.set(piece.bytes, Number(piece.address - run.address));
  return bytes;
}
