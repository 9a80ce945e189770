import { attempt, FormatError, type Result } from './bytes/reader';
import { PartedLines, partsOf } from './dwarf/parted-lines';
import { isElf } from './elf/elf';
import { readExecutable } from './elf/reader';
import { loadedAt, lowestLoadAddress } from './load-address';
import type { Program, Segment } from './program';
import { spaceBase } from './spaces';

/** An ELF file that says what is what in memory, beside the program that is loaded. */
export interface SymbolFile {
  readonly bytes: Uint8Array;
  /** What is added to its addresses: its code runs elsewhere than it is linked. */
  readonly offset: bigint;
  /** The physical address of its first contents, where it is not as the file says. */
  readonly loadAddress: bigint | undefined;
}

/** A program with what symbol files say: to look things up in, not to be loaded. */
export class CombinedProgram {
  private readonly files: Program[] = [];
  private space = 0;

  constructor(private readonly main: Program) {}

  /** Takes a symbol file in. @returns what is wrong with it */
  add({ bytes, offset, loadAddress }: SymbolFile): Result<Program> {
    return attempt(() => {
      if (!isElf(bytes)) throw new FormatError('not an ELF file: only those have symbols');
      const plain = programIn(readExecutable(bytes, offset));
      const overlaps = this.programs.some(({ segments }) => segments.some((each) => meets(each, plain.segments)));
      const file = overlaps ? programIn(readExecutable(bytes, offset + spaceBase(++this.space))) : plain;
      const placed = this.placed(file, offset, loadAddress, overlaps);
      this.files.push(placed);
      return placed;
    });
  }

  /** All in one. Of several names of one address those of the program come first. */
  get program(): Program {
    const { main, files } = this;
    if (files.length === 0) return main;
    // What is loaded of a flat binary the files say better.
    const all = isFlat(main) ? files : [...files, main];
    return {
      ...main,
      segments: all.flatMap(({ segments }) => segments),
      symbols: [main, ...files].flatMap(({ symbols }) => symbols),
      sections: all.flatMap(({ sections }) => sections),
      marks: all.flatMap(({ marks = [] }) => marks),
      lines: new PartedLines(() => [main, ...files].flatMap(({ lines }) => partsOf(lines))),
      units: () => [main, ...files].flatMap(({ units }) => units?.() ?? []),
      debugFrames: () => [main, ...files].flatMap(({ debugFrames }) => debugFrames?.() ?? []),
      problems: () => [main, ...files].flatMap(({ problems }) => problems?.() ?? []),
    };
  }

  private get programs(): Program[] {
    return isFlat(this.main) ? this.files : [this.main, ...this.files];
  }

  /** A file with the physical addresses at which its contents are. */
  private placed(file: Program, offset: bigint, address: bigint | undefined, overlaps: boolean): Program {
    if (address !== undefined) return loadedAt(file, address);
    const [image] = this.main.segments;
    // A kernel's ELF file beside its image says how far its parts are from each other.
    if (isFlat(this.main) && image && this.files.length === 0 && !isWithin(file, image))
      return loadedAt(file, image.loadAddress);
    // Where a program is that shares its addresses with another, only its bytes can tell.
    if (overlaps) return { ...file, segments: file.segments.map((each) => ({ ...each, loadAddress: each.address })) };
    return offset === 0n ? file : loadedAt(file, lowestLoadAddress(file) + offset);
  }
}

function programIn({ value, error }: Result<Program>): Program {
  if (!value) throw new FormatError(error ?? '');
  return value;
}

const isFlat = ({ symbols, sections }: Program): boolean => symbols.length === 0 && sections.length === 0;

function meets({ address, memorySize }: Segment, others: readonly Segment[]): boolean {
  return others.some(
    (other) => other.address < address + BigInt(memorySize) && address < other.address + BigInt(other.memorySize),
  );
}

/** Whether what a file says of its physical addresses can be so: that it begins in the image. */
function isWithin(file: Program, image: Segment): boolean {
  const lowest = lowestLoadAddress(file);
  return lowest >= image.loadAddress && lowest < image.loadAddress + BigInt(image.memorySize);
}
