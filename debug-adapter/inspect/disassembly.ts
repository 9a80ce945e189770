import type { DebugProtocol } from '@vscode/debugprotocol';
import type { GuestCpu } from '../../simulator/hypervisor/guest';
import type { Debuggee } from '../debuggee';
import { hex } from '../format';
import type { Sources } from '../sources';
import { assembly } from './exit-text';

type Shown = DebugProtocol.DisassembledInstruction;

/** Instructions from `skip` instructions after (before, when negative) an address on: exactly `count`, as DAP wants. */
export function disassembleAround(
  debuggee: Debuggee,
  sources: Sources,
  cpu: GuestCpu,
  address: bigint,
  skip: number,
  count: number,
): Shown[] {
  const before = skip < 0 ? instructionsBefore(debuggee, cpu, address, -skip) : [];
  const missing = Math.max(0, -skip - before.length);
  const first = before[0] ?? address;
  // Where nothing can be before, there are lines without instructions: the client counts on their number.
  const result: Shown[] = Array.from({ length: Math.min(missing, count) }, (_, index) => {
    const at = first - 2n * BigInt(missing - index);
    return { address: hex(at < 0n ? 0n : at), instruction: '', presentationHint: 'invalid' };
  });
  let at = skip < 0 ? first : address;
  for (let skipped = 0; skipped < skip; skipped++) at += lengthAt(debuggee, cpu, at);
  let line = '';
  while (result.length < count) {
    const shown = show(debuggee, sources, cpu, at);
    const place = `${shown.location?.path}:${shown.line}`;
    if (place === line) {
      delete shown.location;
      delete shown.line;
    }
    line = place;
    result.push(shown);
    at = BigInt.asUintN(64, at + lengthAt(debuggee, cpu, at));
  }
  return result;
}

function show(debuggee: Debuggee, sources: Sources, cpu: GuestCpu, at: bigint): Shown {
  const word = debuggee.instructionAt(cpu, at);
  if (word === undefined) return { address: hex(at), instruction: '(no memory)', presentationHint: 'invalid' };
  const digits = (word & 3) === 3 ? 8 : 4;
  const linked = debuggee.linked(cpu, at);
  const line = debuggee.lines.at(linked);
  const symbol = debuggee.symbols.at(linked);
  return {
    address: hex(at),
    instructionBytes: word.toString(16).padStart(digits, '0'),
    instruction: assembly(debuggee, word, at),
    ...(symbol?.offset === 0n ? { symbol: symbol.symbol.name } : {}),
    ...(line ? { location: sources.guest(line.file), line: line.line + 1 } : {}),
  };
}

function lengthAt(debuggee: Debuggee, cpu: GuestCpu, at: bigint): bigint {
  const word = debuggee.instructionAt(cpu, at);
  return word !== undefined && (word & 3) === 3 ? 4n : 2n;
}

/**
 * The addresses of up to `count` instructions that end at an address. Code cannot be read backwards: it is read forwards from a known
 * beginning before it, a symbol or a line, else from so far back that the reading has fallen into step.
 */
function instructionsBefore(debuggee: Debuggee, cpu: GuestCpu, address: bigint, count: number): bigint[] {
  const found: bigint[] = [];
  let end = address;
  while (found.length < count) {
    const piece = pieceBefore(debuggee, cpu, end);
    if (piece.length === 0) break;
    found.unshift(...piece);
    end = piece[0] ?? 0n;
  }
  return found.slice(-count);
}

const REACH = 128n;

function pieceBefore(debuggee: Debuggee, cpu: GuestCpu, end: bigint): bigint[] {
  const row = debuggee.program.lines.find(debuggee.linked(cpu, end - 2n));
  const starts = [
    ...(row ? [row.address] : []),
    ...Array.from({ length: Number(REACH / 2n) }, (_, index) => end - REACH + 2n * BigInt(index)),
  ];
  for (const start of starts) {
    if (start < 0n || start >= end) continue;
    const read = readTo(debuggee, cpu, start, end);
    if (read) return read;
  }
  return [];
}

/** The addresses of the instructions from `start` to `end`; undefined when `end` is not where one begins, or memory is missing. */
function readTo(debuggee: Debuggee, cpu: GuestCpu, start: bigint, end: bigint): bigint[] | undefined {
  const addresses: bigint[] = [];
  let at = start;
  while (at < end) {
    if (debuggee.instructionAt(cpu, at) === undefined) return undefined;
    addresses.push(at);
    at += lengthAt(debuggee, cpu, at);
  }
  return at === end ? addresses : undefined;
}
