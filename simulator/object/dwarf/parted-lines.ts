import { type LineRow, type LineTable, type RowsAround, RowTable } from '../line-table';
import type { AddressRange } from './ranges';

/** A part of a program's line table, which is read when somebody asks for something in it. */
export interface LinePart {
  /** Of the code whose lines it has; undefined where that is not known without reading it. */
  readonly ranges: readonly AddressRange[] | undefined;
  /** The sources that it may name. */
  readonly files: () => readonly string[];
  readonly rows: () => readonly LineRow[];
  readonly problem?: string | undefined;
}

interface Stretch extends AddressRange {
  readonly part: LinePart;
  /** The greatest end of this one and those before. */
  readonly reach: bigint;
}

/**
 * The line table of a program of many units: what is asked of an address reads the unit that has it, what is asked of a file those that
 * name it. A kernel has millions of rows, of which a person looks at a few.
 */
export class PartedLines implements LineTable {
  readonly #source: () => readonly LinePart[];
  #read: readonly LinePart[] | undefined;
  readonly #tables = new Map<LinePart, RowTable>();
  readonly #ofFiles = new Map<string, RowTable>();
  #stretches: readonly Stretch[] | undefined;
  #partsOfFiles: ReadonlyMap<string, readonly LinePart[]> | undefined;

  /** @param parts are asked for when something is */
  constructor(parts: () => readonly LinePart[]) {
    this.#source = parts;
  }

  get parts(): readonly LinePart[] {
    this.#read ??= this.#source();
    return this.#read;
  }

  get problems(): readonly string[] {
    return this.parts.flatMap(({ problem }) => problem ?? []);
  }

  ofLines(): LineTable {
    return this;
  }

  get rows(): readonly LineRow[] {
    return new RowTable(this.parts.flatMap((part) => this.#table(part).rows)).rows;
  }

  get files(): readonly string[] {
    return [...this.#byFile.keys()];
  }

  rowsAt(address: bigint): readonly LineRow[] {
    return this.#covering(address).flatMap((part) => this.#table(part).rowsAt(address));
  }

  find(address: bigint): LineRow | undefined {
    for (const part of this.#covering(address)) {
      const row = this.#table(part).find(address);
      if (row) return row;
    }
    return undefined;
  }

  around(address: bigint): RowsAround {
    const here = this.#covering(address).map((part) => this.#table(part).around(address));
    const next = this.#all[this.#countUpTo(address)];
    const last = this.#all[this.#countUpTo(address) - 1];
    if (last) here.push(this.#table(last.part).around(address));
    if (next) here.push(this.#table(next.part).around(address));
    const before = here.flatMap((each) => each.before ?? []);
    const after = here.flatMap((each) => each.after ?? []);
    return {
      before: before.reduce<LineRow | undefined>(
        (best, row) => (best && best.address >= row.address ? best : row),
        undefined,
      ),
      after: after.reduce<LineRow | undefined>(
        (best, row) => (best && best.address <= row.address ? best : row),
        undefined,
      ),
    };
  }

  rowsOfLine(file: string, line: number): readonly LineRow[] {
    return this.#ofFile(file).rowsOfLine(file, line);
  }

  addressesOfLine(file: string, line: number): readonly bigint[] {
    return this.#ofFile(file).addressesOfLine(file, line);
  }

  linesOf(file: string): readonly number[] {
    return this.#ofFile(file).linesOf(file);
  }

  #table(part: LinePart): RowTable {
    let table = this.#tables.get(part);
    if (!table) {
      table = new RowTable(part.rows());
      this.#tables.set(part, table);
    }
    return table;
  }

  /** The rows of one file; those of others in the same parts are not kept. */
  #ofFile(file: string): RowTable {
    let table = this.#ofFiles.get(file);
    if (!table) {
      const parts = this.#byFile.get(file) ?? [];
      const rowsOf = (part: LinePart): readonly LineRow[] => this.#tables.get(part)?.rows ?? part.rows();
      table = new RowTable(parts.flatMap((part) => rowsOf(part).filter((row) => names(row, file))));
      this.#ofFiles.set(file, table);
    }
    return table;
  }

  get #byFile(): ReadonlyMap<string, readonly LinePart[]> {
    if (this.#partsOfFiles) return this.#partsOfFiles;
    const found = new Map<string, LinePart[]>();
    for (const part of this.parts) {
      for (const file of new Set(part.files())) {
        const parts = found.get(file);
        if (parts) parts.push(part);
        else found.set(file, [part]);
      }
    }
    this.#partsOfFiles = found;
    return found;
  }

  /** All ranges in order. Parts that do not say theirs are read for it. */
  get #all(): readonly Stretch[] {
    if (this.#stretches) return this.#stretches;
    const ranges = this.parts.flatMap((part) =>
      (part.ranges ?? extentsOf(this.#table(part))).map((range) => ({ ...range, part })),
    );
    ranges.sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
    let reach = 0n;
    this.#stretches = ranges.map((range) => {
      if (range.end > reach) reach = range.end;
      return { ...range, reach };
    });
    return this.#stretches;
  }

  /** How many ranges begin at or below an address. */
  #countUpTo(address: bigint): number {
    const all = this.#all;
    let low = 0;
    let high = all.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((all[middle]?.start ?? 0n) <= address) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The parts that may have an address: units of assembly may claim more than they have. The one that begins last comes first. */
  #covering(address: bigint): LinePart[] {
    const found = new Set<LinePart>();
    for (let i = this.#countUpTo(address) - 1; i >= 0; i--) {
      const stretch = this.#all[i];
      if (!stretch || stretch.reach <= address) break;
      if (address < stretch.end) found.add(stretch.part);
    }
    return [...found];
  }
}

function names({ origin }: LineRow, file: string): boolean {
  for (let at: LineRow['origin'] | undefined = origin; at; at = at.parent) if (at.file === file) return true;
  return false;
}

/** Runs of rows that follow each other. */
function extentsOf({ rows }: RowTable): AddressRange[] {
  const extents: { start: bigint; end: bigint }[] = [];
  for (const { address, end } of rows) {
    const last = extents.at(-1);
    if (last && address <= last.end) last.end = end > last.end ? end : last.end;
    else extents.push({ start: address, end });
  }
  return extents.map(({ start, end }) => ({ start, end: end > start ? end : start + 1n }));
}

/** The parts of a table: one that has none is a part itself. */
export function partsOf(lines: LineTable): readonly LinePart[] {
  if (lines instanceof PartedLines) return lines.parts;
  return [{ ranges: undefined, files: () => lines.files, rows: () => lines.rows }];
}
