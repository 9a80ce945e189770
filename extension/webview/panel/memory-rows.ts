import type { MemoryContent, MemoryMark, MemoryMarkKind, MemorySymbol } from '../../../debug-adapter/protocol';

/** Bytes in a row. */
const WIDTH = 16;

/** A row of memory as it is read. */
export interface MemoryRow {
  /** Of its first byte. */
  readonly address: bigint;
  readonly runs: readonly ByteRun[];
  /** Its bytes as characters; a dot for what is none that can be printed. */
  readonly characters: string;
  /** What begins here; in the first row of all also what began before. */
  readonly symbols: readonly MemorySymbol[];
  readonly marks: readonly MemoryMark[];
}

/** Neighbouring bytes of a row of which the same is to be said. */
export interface ByteRun {
  /** Two digits each. */
  readonly bytes: readonly string[];
  readonly kinds: readonly MemoryMarkKind[];
  readonly hasChanged: boolean;
  /** The symbol that they belong to, and how far its beginning is. */
  readonly symbol: string | undefined;
}

/** Every byte that is shown, by its address. */
function bytesByAddress({ pieces }: MemoryContent): ReadonlyMap<bigint, string> {
  return new Map(
    pieces.flatMap(({ first, bytes = '' }) => digitsOf(bytes).map((byte, at) => [BigInt(first) + BigInt(at), byte])),
  );
}

/** The addresses of bytes that are not what they were, where the same memory was shown before. */
export function changedBytes(now: MemoryContent, before: MemoryContent | undefined): ReadonlySet<bigint> {
  if (before?.space !== now.space || before.world !== now.world) return new Set();
  const earlier = bytesByAddress(before);
  const changed = [...bytesByAddress(now)].filter(([address, byte]) => (earlier.get(address) ?? byte) !== byte);
  return new Set(changed.map(([address]) => address));
}

/** The rows of a piece of memory. @param isFirst nothing is shown before it */
export function memoryRows(
  content: MemoryContent,
  piece: MemoryContent['pieces'][number],
  changed: ReadonlySet<bigint>,
  isFirst: boolean,
): MemoryRow[] {
  const bytes = digitsOf(piece.bytes ?? '');
  const first = BigInt(piece.first);
  const rows: MemoryRow[] = [];
  for (let at = 0; at < bytes.length; at += WIDTH) {
    const address = first + BigInt(at);
    const own = bytes.slice(at, at + WIDTH);
    const end = address + BigInt(own.length);
    const isTop = isFirst && at === 0;
    const beginsHere = (begin: bigint): boolean => (begin >= address && begin < end) || (isTop && begin < address);
    rows.push({
      address,
      runs: runsOf(content, own, address, changed),
      characters: own.map((byte) => characterOf(Number.parseInt(byte, 16))).join(''),
      symbols: content.symbols.filter((symbol) => beginsHere(BigInt(symbol.first))),
      marks: content.marks.filter((mark) => beginsHere(BigInt(mark.first))),
    });
  }
  return rows;
}

function runsOf(
  { marks, symbols }: MemoryContent,
  bytes: readonly string[],
  address: bigint,
  changed: ReadonlySet<bigint>,
): ByteRun[] {
  const runs: (ByteRun & { bytes: string[]; owner: MemorySymbol | undefined })[] = [];
  for (const [at, byte] of bytes.entries()) {
    const here = address + BigInt(at);
    const kinds = kindsAt(marks, here);
    const owner = symbols.find(({ first, size }) => here >= BigInt(first) && here < BigInt(first) + BigInt(size));
    const hasChanged = changed.has(here);
    const last = runs.at(-1);
    if (last && last.owner === owner && last.hasChanged === hasChanged && last.kinds.join() === kinds.join()) {
      last.bytes.push(byte);
      continue;
    }
    const offset = owner && here - BigInt(owner.first);
    const symbol = owner && (offset ? `${owner.name}+0x${offset.toString(16)}` : owner.name);
    runs.push({ bytes: [byte], kinds, hasChanged, symbol, owner });
  }
  return runs;
}

function kindsAt(marks: readonly MemoryMark[], address: bigint): MemoryMarkKind[] {
  const here = marks.filter(({ first, last }) => address >= BigInt(first) && address <= BigInt(last));
  return [...new Set(here.map(({ kind }) => kind))];
}

const digitsOf = (bytes: string): string[] => bytes.match(/../g) ?? [];

/** Of ASCII what can be printed. */
const characterOf = (byte: number): string => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.');
