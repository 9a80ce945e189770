import type { SourceText } from '../assembler/syntax/source';
import type { ObjectFile } from '../object/elf/relocatable';
import type { Origin } from '../object/line-table';
import type { Program } from '../object/program';

const bytesInLine = 8;

/** Bytes that come from one place of a source. */
interface Piece {
  readonly address: bigint;
  readonly bytes: Uint8Array;
  readonly origin: Origin;
}

/** What lines became: the pieces of a line of a file, in order of their addresses. */
type PiecesOfLine = (file: string, line: number) => readonly Piece[];

/**
 * What each source line of a linked program became: address, bytes, line number and text; the code of macros and
 * repeats stands under the line that called them, each line of a body with its text and its place.
 */
export function listingOf(program: Program, sources: readonly SourceText[]): string {
  const pieces: PiecesOfLine = (file, line) =>
    program.lines.rowsOfLine(file, line).map(({ address, end, origin }) => {
      const section = program.sections.find((s) => address >= s.address && address < s.address + BigInt(s.size));
      const start = section ? Number(address - section.address) : 0;
      const bytes = section?.contents.slice(start, start + Number(end - address)) ?? new Uint8Array(0);
      return { address, bytes, origin };
    });
  return listed(pieces, sources, 16);
}

/** The same of an object before it is linked: addresses are offsets in its sections. */
export function objectListingOf(object: ObjectFile, sources: readonly SourceText[]): string {
  const byLine = new Map<string, Piece[]>();
  for (const { section, offset, end, origin } of object.lines) {
    const piece = { address: BigInt(offset), bytes: section.bytes.subarray(offset, end), origin };
    for (let at: Origin | undefined = origin; at; at = at.parent) {
      const key = `${at.line} ${at.file}`;
      const pieces = byLine.get(key);
      if (pieces) pieces.push(piece);
      else byLine.set(key, [piece]);
    }
  }
  return listed((file, line) => byLine.get(`${line} ${file}`) ?? [], sources, 8);
}

function listed(piecesOf: PiecesOfLine, sources: readonly SourceText[], addressWidth: number): string {
  const texts = new Map(sources.map((source) => [source.path, source]));
  const out: string[] = [];
  for (const source of sources) {
    out.push(source.path);
    source.lines.forEach((line, number) => {
      const pieces = piecesOf(source.path, number).filter(
        ({ origin }) => outermost(origin, source.path)?.line === number,
      );
      const isOwn = ({ origin }: Piece): boolean => !origin.parent || origin.via === 'include';
      write(out, pieces.filter(isOwn), `${String(number + 1).padStart(6)}  ${line.text}`, addressWidth);
      for (const piece of pieces.filter((candidate) => !isOwn(candidate))) {
        const { file, line: at, name } = piece.origin;
        const what = name === undefined ? 'repeated' : `macro ${name}`;
        const text = texts.get(file)?.lines[at]?.text.trim();
        write(
          out,
          [piece],
          `${' '.repeat(6)}  > ${text === undefined ? '' : `${text}  `}(${what}, ${file}:${at + 1})`,
          addressWidth,
        );
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

/** The first bytes stand beside the text, further ones below. */
function write(out: string[], pieces: readonly Piece[], text: string, addressWidth: number): void {
  const lines = pieces.flatMap(({ address, bytes }) => {
    const parts: string[] = [];
    for (let i = 0; i < bytes.length; i += bytesInLine) {
      const at = (address + BigInt(i)).toString(16).padStart(addressWidth, '0');
      const hex = Array.from(bytes.subarray(i, i + bytesInLine), (byte) => byte.toString(16).padStart(2, '0')).join('');
      parts.push(`${at} ${hex.padEnd(bytesInLine * 2)}`);
    }
    return parts;
  });
  const [first, ...more] = lines;
  out.push(`${first ?? ' '.repeat(addressWidth + 1 + bytesInLine * 2)}  ${text}`.trimEnd(), ...more);
}
