import type { DebugProtocol } from '@vscode/debugprotocol';
import type { CpuState } from '../../../simulator/hypervisor/cpu';
import type { Debuggee } from '../../debuggee';
import { hex } from '../../format';
import type { Sources } from '../../program/sources';
import { type CodeItem, contentOf, itemAt, itemFrom, itemsBefore } from './code-items';

type Shown = DebugProtocol.DisassembledInstruction;

/** Instructions and data from `skip` ones after (before, when negative) an address on: exactly `count`, as DAP wants. */
export function disassembleAround(
  debuggee: Debuggee,
  sources: Sources,
  cpu: CpuState,
  address: bigint,
  skip: number,
  count: number,
): Shown[] {
  const before = skip < 0 ? lastBefore(debuggee, cpu, address, -skip) : [];
  const missing = Math.max(0, -skip - before.length);
  const first = before[0]?.address ?? address;
  // Where nothing can be before, there are lines without instructions: the client counts on their number.
  const result: Shown[] = Array.from({ length: Math.min(missing, count) }, (_, index) => {
    const at = first - 2n * BigInt(missing - index);
    return { address: hex(at < 0n ? 0n : at), instruction: '', presentationHint: 'invalid' };
  });
  let at = first;
  let isInStep = skip < 0;
  const next = (): CodeItem => {
    const item = before.shift() ?? (isInStep ? itemFrom : itemAt)(debuggee, cpu, at);
    isInStep = true;
    at = BigInt.asUintN(64, item.address + item.length);
    return item;
  };
  for (let skipped = 0; skipped < skip; skipped++) next();
  let line = '';
  while (result.length < count) {
    const shown = show(debuggee, sources, cpu, next());
    const place = `${shown.location?.path}:${shown.line}`;
    if (place === line) {
      delete shown.location;
      delete shown.line;
    }
    line = place;
    result.push(shown);
  }
  return result;
}

function show(debuggee: Debuggee, sources: Sources, cpu: CpuState, item: CodeItem): Shown {
  const { address, kind } = item;
  if (kind === 'nothing') return { address: hex(address), instruction: '(no memory)', presentationHint: 'invalid' };
  const linked = debuggee.linked(cpu, address);
  const line = debuggee.lines.at(linked);
  const symbol = debuggee.symbols.at(linked);
  const { digits, text } = contentOf(debuggee, cpu, item);
  return {
    address: hex(address),
    instructionBytes: digits,
    instruction: text,
    ...(symbol?.offset === 0n ? { symbol: symbol.symbol.name } : {}),
    ...(line ? { location: sources.guest(line.file), line: line.line + 1 } : {}),
  };
}

/** Up to `count` things that end at an address. */
function lastBefore(debuggee: Debuggee, cpu: CpuState, address: bigint, count: number): CodeItem[] {
  const pieces: CodeItem[][] = [];
  let end = address;
  for (let found = 0; found < count; ) {
    const piece = itemsBefore(debuggee, cpu, end);
    const [first] = piece;
    if (!first) break;
    pieces.push(piece);
    found += piece.length;
    end = first.address;
  }
  return pieces.reverse().flat().slice(-count);
}
