import type { CodeMark, Program } from '../../simulator/object/program';

interface Index {
  /** But for the rows of the line table, of which there may be millions. */
  readonly starts: readonly bigint[];
  readonly marks: readonly CodeMark[];
  readonly markAddresses: readonly bigint[];
}

/** Where instructions and data of a program are known to begin: at mapping symbols, other symbols, rows of the line table, segments. */
export class CodeLayout {
  private found: Index | undefined;

  constructor(private readonly program: Program) {}

  /** The last known beginning at or below an address (below it when `isBefore`); undefined when there is none in its segment. */
  startAt(address: bigint, isBefore = false): bigint | undefined {
    const at = isBefore ? address - 1n : address;
    const segment = this.segmentOf(at);
    if (!segment) return undefined;
    const { starts } = this.index;
    const named = starts[countUpTo(starts, at) - 1] ?? segment.address;
    const row = this.program.lines.around(at).before?.address ?? segment.address;
    const start = row > named ? row : named;
    return start > segment.address ? start : segment.address;
  }

  /** The first known beginning above an address. */
  startAfter(address: bigint): bigint | undefined {
    const { starts } = this.index;
    const named = starts[countUpTo(starts, address)];
    const row = this.program.lines.around(address).after?.address;
    if (named === undefined || row === undefined) return named ?? row;
    return row < named ? row : named;
  }

  /** Whether an address of the program holds data. */
  isData(address: bigint): boolean {
    const segment = this.segmentOf(address);
    if (!segment) return false;
    const { marks, markAddresses } = this.index;
    const mark = marks[countUpTo(markAddresses, address) - 1];
    return mark && mark.address >= segment.address ? mark.isData : !segment.executable;
  }

  private get index(): Index {
    this.found ??= this.indexed();
    return this.found;
  }

  private indexed(): Index {
    const { segments, symbols, marks = [] } = this.program;
    const starts = new Set<bigint>();
    for (const { address, memorySize } of segments) starts.add(address).add(address + BigInt(memorySize));
    for (const { address } of marks) starts.add(address);
    for (const { value, type } of symbols) if (type !== 'absolute') starts.add(value);
    const ordered = [...marks].sort((a, b) => order(a.address, b.address));
    return { starts: [...starts].sort(order), marks: ordered, markAddresses: ordered.map(({ address }) => address) };
  }

  private segmentOf(address: bigint): Program['segments'][number] | undefined {
    return this.program.segments.find(
      (segment) => address >= segment.address && address < segment.address + BigInt(segment.memorySize),
    );
  }
}

/** How many of some ordered addresses are at or below one. */
function countUpTo(addresses: readonly bigint[], address: bigint): number {
  let low = 0;
  let high = addresses.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((addresses[middle] ?? 0n) <= address) low = middle + 1;
    else high = middle;
  }
  return low;
}

const order = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);
