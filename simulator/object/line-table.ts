/** A place in a source from which code comes, with the expansions that led to it. */
export interface Origin {
  readonly file: string;
  /** 0-based. */
  readonly line: number;
  /** 0-based UTF-16 column, when known. */
  readonly column?: number;
  /** What `parent` is to this place; absent for a place in a source that was named directly. */
  readonly via?: 'macro' | 'repeat' | 'include';
  /** The macro's name. */
  readonly name?: string;
  /** Where the macro was called, the repetition begun, or the file included. */
  readonly parent?: Origin;
}

/** A run of addresses that come from one place. */
export interface LineRow {
  readonly address: bigint;
  /** First address after the run. */
  readonly end: bigint;
  readonly origin: Origin;
  /** Whether `address` is a good place for a breakpoint. */
  readonly isStatement: boolean;
}

interface LineIndex {
  readonly rows: readonly LineRow[];
  readonly byFile: ReadonlyMap<string, ReadonlyMap<number, readonly LineRow[]>>;
}

/** Makes the rows whose origins are wanted, all of them when nothing is said. */
export type RowSource = (wanted?: (origin: Origin) => boolean) => readonly LineRow[];

/** Addresses to source places and back. */
export interface LineTable {
  /**
   * A table of the rows that come from some lines of a file (the last one included), those of expansions called there too: for
   * who wants to know of a few lines and need not order all of a long program.
   */
  ofLines(file: string, first: number, last: number): LineTable;
  /** In order of address. */
  readonly rows: readonly LineRow[];
  /** The sources that any row or any expansion of one may name, in order of first appearance. */
  readonly files: readonly string[];
  /** The rows that begin at just this address, those without bytes first. */
  rowsAt(address: bigint): readonly LineRow[];
  /** The last row that begins at or below an address, and the first one that begins above it. */
  around(address: bigint): RowsAround;
  /** The row that covers an address. */
  find(address: bigint): LineRow | undefined;
  /** All rows of a source line: those written there, and those of expansions called there. */
  rowsOfLine(file: string, line: number): readonly LineRow[];
  /**
   * The addresses at which execution enters a source line: each row of the line that the row before it in address order
   * does not continue. A macro call has one for the call; a line inside a macro has one for each expansion, a line inside a
   * repetition one for each round.
   */
  addressesOfLine(file: string, line: number): readonly bigint[];
  /** The lines of a file that have code, in order. */
  linesOf(file: string): readonly number[];
  /** What could not be read of it, in words. */
  readonly problems: readonly string[];
}

export interface RowsAround {
  readonly before: LineRow | undefined;
  readonly after: LineRow | undefined;
}

/** A line table whose rows are all there, or are made at once. */
export class RowTable implements LineTable {
  static readonly empty = new RowTable([]);
  readonly problems: readonly string[] = [];

  readonly #source: readonly LineRow[] | RowSource;
  #index: LineIndex | undefined;

  /** Takes the rows, or a function that makes them when something is first asked. */
  constructor(rows: readonly LineRow[] | RowSource) {
    this.#source = rows;
  }

  get #indexed(): LineIndex {
    this.#index ??= indexOf(typeof this.#source === 'function' ? this.#source() : this.#source);
    return this.#index;
  }

  ofLines(file: string, first: number, last: number): LineTable {
    const source = this.#source;
    if (this.#index || typeof source !== 'function') return this;
    const wanted = (origin: Origin): boolean => {
      for (let at: Origin | undefined = origin; at; at = at.parent)
        if (at.line >= first && at.line <= last && at.file === file) return true;
      return false;
    };
    return new RowTable(source(wanted));
  }

  get rows(): readonly LineRow[] {
    return this.#indexed.rows;
  }

  get files(): readonly string[] {
    return [...this.#indexed.byFile.keys()];
  }

  /** The number of rows that begin at or below an address. */
  #rowsUpTo(address: bigint): number {
    const { rows } = this.#indexed;
    let low = 0;
    let high = rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (rows[middle]!.address <= address) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  rowsAt(address: bigint): readonly LineRow[] {
    const { rows } = this.#indexed;
    const end = this.#rowsUpTo(address);
    let start = end;
    while (start > 0 && rows[start - 1]!.address === address) start--;
    return rows.slice(start, end);
  }

  around(address: bigint): RowsAround {
    const { rows } = this.#indexed;
    const count = this.#rowsUpTo(address);
    return { before: rows[count - 1], after: rows[count] };
  }

  find(address: bigint): LineRow | undefined {
    const { rows } = this.#indexed;
    // Rows of one address (zero-length ones) stand before the one with bytes.
    for (let i = this.#rowsUpTo(address) - 1; i >= 0; i--) {
      const row = rows[i]!;
      if (address < row.end) return row;
      if (row.address < address) return undefined;
    }
    return undefined;
  }

  rowsOfLine(file: string, line: number): readonly LineRow[] {
    return this.#indexed.byFile.get(file)?.get(line) ?? [];
  }

  addressesOfLine(file: string, line: number): readonly bigint[] {
    return entriesOf(this.rowsOfLine(file, line), file, line);
  }

  linesOf(file: string): readonly number[] {
    return [...(this.#indexed.byFile.get(file)?.keys() ?? [])].sort((a, b) => a - b);
  }
}

/** Where execution enters a line, of its rows in order of address. */
function entriesOf(rows: readonly LineRow[], file: string, line: number): readonly bigint[] {
  const addresses: bigint[] = [];
  let reached: { row: LineRow; key: string } | undefined;
  for (const row of rows) {
    const key = expansionKey(row.origin, file, line);
    const isNext = reached?.row.end === row.address && reached.key === key;
    const continues = isNext && !isNextRound(reached?.row.origin, row.origin, file, line);
    if (!row.isStatement && !continues) continue;
    if (!continues) addresses.push(row.address);
    reached = { row, key };
  }
  return addresses;
}

/** Names the expansion through which an origin reached the given line: its chain from there outwards. The line is one, with all its statements. */
function expansionKey(origin: Origin, file: string, line: number): string {
  const parts: string[] = [];
  for (let at = placeIn(origin, file, line)?.parent; at; at = at.parent)
    parts.push(`${at.file}:${at.line}:${at.column ?? ''}`);
  return parts.join('|');
}

/** The place of an origin's chain that is on the given line. */
function placeIn(origin: Origin, file: string, line: number): Origin | undefined {
  let at: Origin | undefined = origin;
  while (at && (at.file !== file || at.line !== line)) at = at.parent;
  return at;
}

/** Whether code of a line in the body of a repetition is of another round than the code just before it: it is not further on in the body. */
function isNextRound(before: Origin | undefined, origin: Origin, file: string, line: number): boolean {
  let isRepeated = false;
  for (let at = placeIn(origin, file, line); at; at = at.parent) isRepeated ||= at.via === 'repeat';
  if (!isRepeated || !before) return false;
  const [was, is] = [pathTo(before, file, line), pathTo(origin, file, line)];
  for (const [index, place] of is.entries()) {
    const other = was[index];
    if (!other) return false;
    if (place.file !== other.file) return false;
    const further = place.line - other.line || (place.column ?? 0) - (other.column ?? 0);
    if (further !== 0) return further < 0;
  }
  return true;
}

/** The chain of an origin from its place on the given line inwards. */
function pathTo(origin: Origin, file: string, line: number): Origin[] {
  const path: Origin[] = [];
  for (let at: Origin | undefined = origin; at; at = at.parent) {
    path.unshift(at);
    if (at.file === file && at.line === line) break;
  }
  return path;
}

function indexOf(unordered: readonly LineRow[]): LineIndex {
  const rows = [...unordered].sort((a, b) => (a.address < b.address ? -1 : a.address > b.address ? 1 : 0));
  const byFile = new Map<string, Map<number, LineRow[]>>();
  for (const row of rows) {
    for (let origin: Origin | undefined = row.origin; origin; origin = origin.parent) {
      let lines = byFile.get(origin.file);
      if (!lines) {
        lines = new Map();
        byFile.set(origin.file, lines);
      }
      const found = lines.get(origin.line);
      if (!found) lines.set(origin.line, [row]);
      else if (found.at(-1) !== row) found.push(row);
    }
  }
  return { rows, byFile };
}
