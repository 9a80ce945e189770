import type { LineRow, Origin } from '../object/line-table';
import type { Program, ProgramSection } from '../object/program';
import type { SourceText } from './source';

const bytesInLine = 8;
const addressWidth = 16;

/**
 * What each source line became: address, bytes, line number and text; the code of macros and repeats stands under the
 * line that called them, marked with its origin.
 */
export function listingOf(program: Program, sources: readonly SourceText[]): string {
  const out: string[] = [];
  for (const source of sources) {
    out.push(source.path);
    source.lines.forEach((line, number) => {
      const rows = program.lines
        .rowsOfLine(source.path, number)
        .filter((row) => outermost(row.origin, source.path)?.line === number);
      const own = rows.filter((row) => !row.origin.parent || row.origin.via === 'include');
      const expanded = rows.filter((row) => !own.includes(row));
      writeRows(out, program, own, `${String(number + 1).padStart(6)}  ${line.text}`);
      for (const row of expanded) {
        const { file, line: at, name } = row.origin;
        const what = name === undefined ? 'repeated' : `macro ${name}`;
        writeRows(out, program, [row], `${' '.repeat(6)}  + ${what}, ${file}:${at + 1}`);
      }
    });
    out.push('');
  }
  return out.join('\n');
}

/** The place in `path` from which an origin's expansions were called; includes count from the file itself. */
function outermost(origin: Origin, path: string): Origin | undefined {
  let found: Origin | undefined;
  for (let at: Origin | undefined = origin; at && at.file === path; at = at.parent) {
    found = at;
    if (at.via === 'include') break;
  }
  return found;
}

function writeRows(out: string[], program: Program, rows: readonly LineRow[], text: string): void {
  const pieces = rows.flatMap((row) => piecesOf(program, row));
  const [first, ...more] = pieces;
  out.push(`${first ?? ' '.repeat(addressWidth + 1 + bytesInLine * 2)}  ${text}`.trimEnd());
  out.push(...more);
}

/** `address bytes` lines of a row. */
function piecesOf(program: Program, row: LineRow): string[] {
  const section = sectionAt(program.sections, row.address);
  if (!section) return [];
  const start = Number(row.address - section.address);
  const bytes = section.bytes.subarray(start, start + Number(row.end - row.address));
  const pieces: string[] = [];
  for (let i = 0; i < bytes.length; i += bytesInLine) {
    const address = (row.address + BigInt(i)).toString(16).padStart(addressWidth, '0');
    const hex = Array.from(bytes.subarray(i, i + bytesInLine), (byte) => byte.toString(16).padStart(2, '0')).join('');
    pieces.push(`${address} ${hex.padEnd(bytesInLine * 2)}`);
  }
  return pieces;
}

function sectionAt(sections: readonly ProgramSection[], address: bigint): ProgramSection | undefined {
  return sections.find((section) => address >= section.address && address < section.address + BigInt(section.size));
}
