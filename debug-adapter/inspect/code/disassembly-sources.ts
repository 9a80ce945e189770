import type { DebugProtocol } from '@vscode/debugprotocol';
import type { CpuState } from '../../../simulator/hypervisor/cpu';
import type { DebuggedMachine } from '../../debugged-machine';
import type { Debuggee } from '../../debuggee';
import { hex } from '../../format';
import { RequestError } from '../../request-error';
import { contentOf, itemFrom } from './code-items';

/** Instructions of a generated source where no symbol says what belongs together. */
const PIECE = 256;
const MOST = 4096;

interface Listing {
  /** Whose code it is. */
  readonly debuggee: Debuggee;
  readonly name: string;
  readonly text: string;
  /** The instruction of each line. */
  readonly addresses: readonly bigint[];
}

/** Sources for guests that have none: their code, disassembled, a function each. */
export class DisassemblySources {
  private readonly listings = new Map<number, Listing>();
  private readonly references = new Map<string, number>();

  constructor(private readonly machine: DebuggedMachine) {}

  /** Where an instruction stands in a generated source. @param origin what is said of it */
  place(
    cpu: CpuState,
    pc: bigint,
    origin = 'guest memory',
  ): Pick<DebugProtocol.StackFrame, 'source' | 'line' | 'column'> {
    const debuggee = this.machine.guestOf(cpu);
    const { symbols } = debuggee;
    const place = symbols.at(debuggee.linked(cpu, pc));
    const start = place && place.offset < BigInt(MOST) ? pc - place.offset : pc;
    const end = place && start !== pc ? start + (symbols.endOf(place.symbol) - place.symbol.value) : undefined;
    const listing = listFrom(debuggee, cpu, place?.symbol.name ?? hex(start), start, end, pc);
    const line = listing.addresses.indexOf(pc);
    if (line < 0) return { line: 0, column: 0 };
    const reference = this.remember(listing, start);
    const source = { name: `${listing.name} (disassembly)`, sourceReference: reference, origin };
    return { source, line: line + 1, column: 1 };
  }

  /** @throws RequestError */
  content(reference: number): string {
    const listing = this.listings.get(reference);
    if (!listing) throw new RequestError(`there is no source ${reference}`);
    return listing.text;
  }

  /** The instruction at a line (from 1) of a generated source, and whose it is. */
  addressOf(reference: number, line: number): { readonly debuggee: Debuggee; readonly address: bigint } | undefined {
    const listing = this.listings.get(reference);
    const address = listing?.addresses[line - 1];
    return listing && address !== undefined ? { debuggee: listing.debuggee, address } : undefined;
  }

  /** References stay those of the same code; other code at the place is another source. */
  private remember(listing: Listing, start: bigint): number {
    const key = `${this.machine.guests.indexOf(listing.debuggee)}:${start}:${listing.text}`;
    let reference = this.references.get(key);
    if (reference === undefined) {
      reference = this.references.size + 1;
      this.references.set(key, reference);
      this.listings.set(reference, listing);
    }
    return reference;
  }
}

function listFrom(
  debuggee: Debuggee,
  cpu: CpuState,
  name: string,
  start: bigint,
  end: bigint | undefined,
  pc: bigint,
): Listing {
  const addresses: bigint[] = [];
  const lines: string[] = [];
  for (let at = start; end === undefined ? addresses.length < PIECE : at < end && addresses.length < MOST; ) {
    const item = itemFrom(debuggee, cpu, at);
    if (item.kind === 'nothing') break;
    addresses.push(at);
    lines.push(`${hex(at)}\t${contentOf(debuggee, cpu, item).text}`);
    at += item.length;
    // What was read as the end of one instruction is the beginning of the one that runs.
    if (at - pc > 0n && at - pc < 4n && !addresses.includes(pc)) at = pc;
  }
  return { debuggee, name, text: `${lines.join('\n')}\n`, addresses };
}
