import { evaluate } from '../../../simulator/expression/evaluate';
import { ExpressionError } from '../../../simulator/expression/expression-error';
import type { CpuState } from '../../../simulator/hypervisor/cpu';
import { FRAME } from '../../../simulator/mmu/address';
import type { BreakpointBook } from '../../breakpoints/book';
import type { Debuggee } from '../../debuggee';
import type { Inspected } from '../../debugging';
import { MachineEnvironment } from '../../expression/machine-environment';
import { hex } from '../../format';
import { type MemoryPlace, parseMemoryReference } from '../../inspect/memory';
import { placedModeName } from '../../inspect/worlds';
import type { MemoryContent, MemoryMark, MemorySpace, MemorySymbol } from '../../protocol';
import { RequestError } from '../../request-error';
import { translation } from '../translation';
import { queueRanges, type Range, tableRanges, watchedRanges } from './marks';
import { inSpace, type PlacedPiece, placePiece, showSpaces, spacesOf } from './place';
import { showSymbol } from './symbols';

/** What of memory is to be told. */
export interface WantedMemory {
  readonly space: MemorySpace;
  /** An address as a user writes it. */
  readonly address: string;
  /** In bytes. */
  readonly length: number;
}

/** A part of a page, and where it is in the space that is looked at. */
interface Piece extends PlacedPiece {
  readonly first: bigint;
}

const PAGE = BigInt(FRAME);
const LAST = 2n ** 64n;

/** Bytes in which a symbol is looked for by itself: a page may have code of several programs. */
const GRAIN = 16;

/** Memory from an address on, with what is known of its bytes. No side effects. @throws RequestError where the address is none */
export function memoryContent(
  running: Inspected,
  book: BreakpointBook,
  cpu: CpuState,
  wanted: WantedMemory,
): MemoryContent {
  const { debuggee } = running;
  const place = placeOf(debuggee, cpu, wanted);
  const pieces = piecesOf(debuggee, cpu, place, wanted.length);
  const isSeen = (hpa: number, length: number): boolean =>
    pieces.some((piece) => piece.hpa !== undefined && piece.bytes && overlap(piece.hpa, piece.length, hpa, length));
  const tables = tableRanges(running, debuggee, isSeen);
  const ranges = [...tables.ranges, ...queueRanges(debuggee), ...watchedRanges(book)];
  return {
    world: placedModeName(debuggee, cpu),
    spaces: spacesOf(debuggee, cpu),
    space: place.space,
    address: hex(place.address),
    pieces: pieces.map((piece) => ({
      first: hex(piece.first),
      length: piece.length,
      ...(piece.bytes ? { bytes: digitsOf(piece.bytes) } : {}),
      ...showSpaces(piece),
      ...(piece.owner === undefined ? {} : { owner: piece.owner }),
      ...(piece.note === undefined ? {} : { note: piece.note }),
    })),
    marks: pieces.flatMap((piece) => ranges.flatMap((range) => markIn(debuggee, piece, range))),
    symbols: symbolsIn(running, cpu, place.space, pieces),
    isPartial: !tables.isWhole,
  };
}

/** The place that is meant. @throws RequestError */
function placeOf(debuggee: Debuggee, cpu: CpuState, { space, address: text }: WantedMemory): MemoryPlace {
  const spaces = spacesOf(debuggee, cpu);
  const checked = (place: MemoryPlace): MemoryPlace => {
    if (spaces.includes(place.space)) return place;
    throw new RequestError('what is physical here is the machine’s: there is no second stage, and no VMM');
  };
  const trimmed = text.trim();
  if (trimmed === '') throw new RequestError('an address is wanted: a number, a symbol, or an expression');
  if (/^[gh][vp]a:/.test(trimmed)) return checked(parseMemoryReference(trimmed));
  if (/^(0x[\da-f]+|\d+)$/i.test(trimmed)) {
    const address = BigInt(trimmed);
    if (address >= LAST) throw new RequestError(`'${trimmed}' has more than the 64 bits of an address`);
    return checked({ space, address });
  }
  const environment = new MachineEnvironment(debuggee, cpu, { readOnly: 'who looks at memory changes nothing' });
  const { type, bits } = evaluate(trimmed, environment);
  if (type.kind === 'float') throw new ExpressionError(`'${trimmed}' is no address, but a floating-point number`);
  if (type.space !== undefined && type.space !== 'gva') return checked({ space: type.space, address: bits });
  const address = inSpace(debuggee, cpu, bits, checked({ space, address: bits }).space);
  if (address === undefined)
    throw new RequestError(
      `'${trimmed}' is ${hex(bits)}, which leads to no such address: ${translation(debuggee, cpu, bits, 'read').summary}`,
    );
  return { space, address };
}

function piecesOf(debuggee: Debuggee, cpu: CpuState, { space, address }: MemoryPlace, length: number): Piece[] {
  const pieces: Piece[] = [];
  const row = address - (address % BigInt(GRAIN));
  const end = row + BigInt(length) < LAST ? row + BigInt(length) : LAST;
  for (let first = row; first < end; ) {
    const pageEnd = first - (first % PAGE) + PAGE;
    const next = pageEnd < end ? pageEnd : end;
    pieces.push({ first, ...placePiece(debuggee, cpu, { space, address: first }, Number(next - first)) });
    first = next;
  }
  return pieces;
}

const overlap = (a: number, aLength: number, b: number, bLength: number): boolean => a < b + bLength && b < a + aLength;

/** A range, as far as a piece has it. */
function markIn(debuggee: Debuggee, piece: Piece, range: Range): MemoryMark[] {
  const { kind, of, start, length, text, entry, maps } = range;
  const base = of === 'guest' && debuggee.vm ? piece.gpa : piece.hpa;
  if (base === undefined || !piece.bytes || !overlap(base, piece.length, start, length)) return [];
  const from = Math.max(start, base);
  const to = Math.min(start + length, base + piece.length);
  const at = (address: number) => hex(piece.first + BigInt(address - base));
  return [
    {
      kind,
      first: at(from),
      last: at(to - 1),
      text,
      ...(entry === undefined ? {} : { entry }),
      ...(maps === undefined ? {} : { maps: hex(maps) }),
    },
  ];
}

function symbolsIn(running: Inspected, cpu: CpuState, space: MemorySpace, pieces: readonly Piece[]): MemorySymbol[] {
  const { debuggee } = running;
  const found: MemorySymbol[] = [];
  for (const { first, length, gpa, hpa, bytes } of pieces) {
    const physical = debuggee.vm ? gpa : hpa;
    if (!bytes) continue;
    for (let offset = 0; offset < length; offset += GRAIN) {
      const address = first + BigInt(offset);
      const linked =
        space === 'gva'
          ? debuggee.linked(cpu, address)
          : physical === undefined
            ? undefined
            : debuggee.loadMap.toLinked(BigInt(physical + offset));
      if (linked === undefined) continue;
      for (const symbol of debuggee.symbols.overlapping(linked, BigInt(Math.min(GRAIN, length - offset)))) {
        const shown = showSymbol(running, symbol, address + symbol.value - linked);
        if (!found.some((each) => each.name === shown.name && each.first === shown.first)) found.push(shown);
      }
    }
  }
  return found;
}

const digitsOf = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
