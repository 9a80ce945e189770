import type { CodeBlock } from '../../simulator/object/dwarf/code-scopes';
import type { Debuggee } from '../debuggee';
import { type CodeLines, isAssembly } from './code-lines';

/** Where the body of a compiled function begins, by its line table, as gdb finds it: there its arguments are where they are described. */
export function bodyOf({ lines, scopes }: Debuggee, { entry, extent }: CodeBlock): bigint {
  const first = lines.rowAt(entry);
  if (!first || isAssembly(first.origin.file)) return entry;
  // Two rows at the entry: a prologue without instructions. One row for everything: nothing says where the prologue ends.
  if (lines.rowCountAt(entry) > 1 || first.end >= extent.end) return entry;
  let row = first;
  let body = entry;
  while (row.end < extent.end) {
    const next = lines.rowAt(row.end);
    // The compiler may have moved lines before the function's own into the prologue.
    const isPrologue = next?.origin.file === row.origin.file && next.origin.line < row.origin.line;
    if (!next || !isPrologue || scopes.functionsAt(row.end).at(-1)?.kind === 'inlined') break;
    body = row.end;
    row = next;
  }
  return atLineStart(lines, row.end < extent.end ? row.end : body, extent.end);
}

/** What is in the midst of a line is not yet the body. */
function atLineStart(lines: CodeLines, address: bigint, end: bigint): bigint {
  const row = lines.rowAt(address);
  return row && row.address !== address && row.end < end ? row.end : address;
}

/**
 * The addresses of a line of a compiled language at which a breakpoint stops, as in gdb: of several in one block the first, which
 * execution passes once; in a function's prologue none.
 */
export function breakpointAddresses(debuggee: Debuggee, addresses: readonly bigint[]): bigint[] {
  const { scopes } = debuggee;
  const blocks = new Set<CodeBlock>();
  const found = new Set<bigint>();
  for (const address of [...addresses].sort((a, b) => (a < b ? -1 : 1))) {
    const block = scopes.blockAt(address);
    if (block && blocks.has(block)) continue;
    if (block) blocks.add(block);
    found.add(afterPrologue(debuggee, address));
  }
  return [...found];
}

/** The address itself, or the body of the function in whose prologue it is. Where locations are followed through it, there is no need. */
export function afterPrologue(debuggee: Debuggee, address: bigint): bigint {
  const { scopes } = debuggee;
  const [outermost] = scopes.functionsAt(address);
  if (!outermost || scopes.hasMovingVariables(address)) return address;
  const body = bodyOf(debuggee, outermost);
  return address < body && address >= outermost.entry ? body : address;
}
