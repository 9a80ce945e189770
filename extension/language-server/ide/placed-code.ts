import type { LineRow, Program } from '../../../simulator/object';
import type { Analysis } from './analysis';
import type { Statement } from './assembly';
import type { PlacedCode } from './descriptions/instruction';

/** Where the code of a statement stands and its bytes, when the program could be made. */
export function placedCode(
  analysis: Analysis,
  key: string,
  line: number,
  statement: Statement,
): PlacedCode | undefined {
  return placedCodeOf(analysis, key, line, line)(line, statement);
}

/** The same for statements of a range of lines (the last one included), found together. */
export function placedCodeOf(
  { result: { program } }: Analysis,
  key: string,
  first: number,
  last: number,
): (line: number, statement: Statement) => PlacedCode | undefined {
  if (!program) return () => undefined;
  const lines = program.lines.ofLines(key, first, last);
  return (line, statement) => codeIn(program, lines.rowsOfLine(key, line), key, line, statement);
}

function codeIn(
  program: Program,
  rows: readonly LineRow[],
  key: string,
  line: number,
  statement: Statement,
): PlacedCode | undefined {
  const own = rows.filter(({ origin }) => origin.file === key && origin.line === line);
  const row = own.find(({ origin }) => origin.column === statement.start) ?? own[0] ?? rows[0];
  if (!row) return undefined;
  // A macro call is all that came of it.
  let { end } = row;
  if (row.origin.line !== line || row.origin.file !== key)
    for (const next of rows) if (next.address === end) end = next.end;
  const section = program.sections.find(
    ({ address, size }) => row.address >= address && row.address < address + BigInt(size),
  );
  if (!section) return undefined;
  const start = Number(row.address - section.address);
  const bytes = section.contents.slice(start, start + Number(end - row.address));
  const places = own.filter(({ origin }) => origin.column === row.origin.column).length;
  return { address: row.address, bytes, more: Math.max(0, places - 1) };
}
