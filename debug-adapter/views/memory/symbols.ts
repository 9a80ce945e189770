import type { CpuState } from '../../../simulator/hypervisor/cpu';
import type { ProgramSymbol } from '../../../simulator/object/program';
import type { Inspected } from '../../debugging';
import { hex } from '../../format';
import type { MemorySymbol, SymbolList } from '../../protocol';

const kinds: Readonly<Partial<Record<ProgramSymbol['type'], MemorySymbol['kind']>>> = {
  function: 'function',
  object: 'object',
};

/** @param first where it begins, in whichever space */
export function showSymbol({ debuggee, sources }: Inspected, symbol: ProgramSymbol, first: bigint): MemorySymbol {
  const { definition } = symbol;
  const origin = definition ?? debuggee.lines.at(symbol.value);
  return {
    name: symbol.name,
    kind: kinds[symbol.type] ?? 'label',
    first: hex(first),
    size: Number(debuggee.symbols.sizeOf(symbol)),
    ...(origin ? { source: { path: sources.guestPath(origin.file), line: origin.line + 1 } } : {}),
  };
}

/** Symbols by a part of their names, where a CPU finds them. */
export function symbolList(running: Inspected, cpu: CpuState, part: string, count: number): SymbolList {
  const { debuggee } = running;
  const found = debuggee.symbols.containing(part.trim());
  const symbols = found.slice(0, count).map((each) => showSymbol(running, each, debuggee.placeFor(cpu, each.value)));
  return { symbols, total: found.length };
}
