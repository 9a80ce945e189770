import { attempt } from '../bytes/reader';
import type { LineRow } from '../line-table';
import type { DebugUnit } from './debug-units';
import { type DwarfRow, filesOfLineProgram, lineProgramOffsets, rowsOfLineProgram } from './lines';
import type { LinePart } from './parted-lines';
import type { AddressRange } from './ranges';
import type { DebugSections } from './sections';

/**
 * The line table of a file in parts: a line-number program each.
 * @param shift by how much code is elsewhere than the file says
 */
export function lineParts(sections: DebugSections, units: readonly DebugUnit[], shift: bigint): LinePart[] {
  const owners = new Map<number, DebugUnit[]>();
  for (const unit of units) {
    if (unit.lines === undefined) continue;
    const known = owners.get(unit.lines);
    if (known) known.push(unit);
    else owners.set(unit.lines, [unit]);
  }
  return lineProgramOffsets(sections).map((offset) => {
    const own = owners.get(offset) ?? [];
    const isKnown = own.length > 0 && own.every(({ ranges }) => ranges.length > 0);
    return new ProgramPart(
      sections,
      offset,
      own[0]?.folder ?? '',
      isKnown ? own.flatMap(({ ranges }) => ranges) : undefined,
      shift,
    );
  });
}

class ProgramPart implements LinePart {
  problem: string | undefined;

  constructor(
    private readonly sections: DebugSections,
    private readonly offset: number,
    private readonly folder: string,
    readonly ranges: readonly AddressRange[] | undefined,
    private readonly shift: bigint,
  ) {}

  readonly files = (): readonly string[] =>
    attempt(() => filesOfLineProgram(this.sections, this.offset, this.folder)).value?.filter((file) => file !== '') ??
    [];

  readonly rows = (): readonly LineRow[] => {
    const { value = [], error } = attempt(() => rowsOfLineProgram(this.sections, this.offset, this.folder));
    this.problem = error;
    return lineRows(value, this.shift);
  };
}

/** Each row covers the addresses up to the next row of its sequence; of several rows of one address the last covers it. */
export function lineRows(rows: readonly DwarfRow[], shift = 0n): LineRow[] {
  const result: LineRow[] = [];
  rows.forEach((row, i) => {
    const next = rows[i + 1];
    if (row.endSequence || !next || row.line === 0 || row.file === '' || next.address < row.address) return;
    // A row without bytes still says that its line begins here: optimised code has many.
    if (next.address === row.address && !row.isStatement) return;
    const column = row.column > 0 ? { column: row.column - 1 } : {};
    const origin = { file: row.file, line: row.line - 1, ...column };
    result.push({ address: row.address + shift, end: next.address + shift, origin, isStatement: row.isStatement });
  });
  return result;
}
