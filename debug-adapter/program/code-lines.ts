import type { LineRow, LineTable, Origin } from '../../simulator/object/line-table';

/** Where the debugger says that an instruction is. */
export interface CodeLine {
  readonly file: string;
  /** 0-based. */
  readonly line: number;
  /** 0-based, where it is known. */
  readonly column: number | undefined;
  /** The expansion that it belongs to, innermost first: calls of macros and repetitions. Empty for code written in place. */
  readonly expansion: readonly Origin[];
}

/** The lines of a program as a person steps through them: a macro call or `.rept` is one line, unless they look into its body. */
export class CodeLines {
  constructor(readonly table: LineTable) {}

  /** @param inBody the line in a macro's body instead of the line that calls the macro */
  at(address: bigint, inBody = false): CodeLine | undefined {
    const row = this.rowAt(address);
    if (!row) return undefined;
    const expansion = expansionsOf(row.origin);
    const shown = inBody ? row.origin : (expansion.at(-1) ?? row.origin);
    return {
      file: shown.file,
      line: shown.line,
      column: isAssembly(shown.file) ? shown.column : undefined,
      expansion: inBody ? expansion : [],
    };
  }

  /** Whether code at `address` comes from the body of a macro or repetition at that line. */
  isInBody(address: bigint, file: string, line: number): boolean {
    const row = this.table.find(address);
    if (!row || expansionsOf(row.origin).length === 0) return false;
    return row.origin.file === file && row.origin.line === line;
  }

  /** Whether execution enters the line (with all its statements) at this address. */
  isEntry(line: CodeLine, address: bigint): boolean {
    return this.table.addressesOfLine(line.file, line.line).includes(address);
  }

  /**
   * The row of a compiler's line table at an address, as gdb reads it: where what covers the address is no statement, but a
   * statement without bytes of its own begins there, it is that one.
   */
  rowAt(address: bigint): LineRow | undefined {
    const row = this.table.find(address);
    if (!row || row.isStatement) return row;
    const statement = this.table
      .rowsAt(row.address)
      .filter(({ isStatement }) => isStatement)
      .at(-1);
    return statement ? { ...statement, end: row.end } : row;
  }

  /** How many rows begin at just this address. */
  rowCountAt(address: bigint): number {
    return this.table.rowsAt(address).length;
  }

  /** Where statements of a line of a compiled language begin. */
  statementsOf(file: string, line: number): bigint[] {
    return this.table.rowsOfLine(file, line).flatMap((row) => (row.isStatement ? [row.address] : []));
  }

  /** The first line with code at or after `line` in a file, and the addresses at which execution enters it. */
  locate(file: string, line: number): { readonly line: number; readonly addresses: readonly bigint[] } | undefined {
    for (const candidate of this.table.linesOf(file)) {
      if (candidate < line) continue;
      const addresses = this.table.addressesOfLine(file, candidate);
      if (addresses.length > 0) return { line: candidate, addresses };
    }
    return undefined;
  }

  /** The lines from `first` to `last` that take a breakpoint. */
  linesWithCode(file: string, first: number, last: number): number[] {
    return this.table
      .linesOf(file)
      .filter((line) => line >= first && line <= last && this.table.addressesOfLine(file, line).length > 0);
  }
}

/** Whether two places are one line to step over (or one statement of a line of assembly). */
export function isSameLine(a: CodeLine | undefined, b: CodeLine | undefined, byStatement: boolean): boolean {
  if (!a || !b) return false;
  if (a.file !== b.file || a.line !== b.line || (byStatement && a.column !== b.column)) return false;
  return a.expansion.length === b.expansion.length && a.expansion.every((call, i) => isSamePlace(call, b.expansion[i]));
}

function isSamePlace(a: Origin, b: Origin | undefined): boolean {
  return a.file === b?.file && a.line === b.line && a.column === b.column;
}

/** The calls that an origin's code was expanded by, innermost first. Inclusion is no expansion: included lines are shown themselves. */
function expansionsOf(origin: Origin): Origin[] {
  const calls: Origin[] = [];
  for (let at = origin; at.parent; at = at.parent) {
    if (at.via === 'macro' || at.via === 'repeat') calls.push(at.parent);
  }
  return calls;
}

/** Columns of compiled languages name parts of expressions, which nobody wants to step through one by one. */
export function isAssembly(file: string): boolean {
  return /\.(s|asm|inc)$/i.test(file);
}
