import type { GuestCpu } from '../../simulator/hypervisor/guest';
import { decode, expand } from '../../simulator/isa/index';
import type { Debuggee } from '../debuggee';

/** More code than a handler has that is written without functions. */
const MOST_INSTRUCTIONS = 2000;
const VECTORED = 1n;
const VECTORS = 16n;

/** A trap handler's own code: all that is reached from the trap vector without a call, up to the return from the trap. */
export interface HandlerCode {
  readonly code: ReadonlySet<bigint>;
  /** Where traps enter it. */
  readonly entries: ReadonlySet<bigint>;
}

/** @param vector the value of stvec or mtvec */
export function handlerCode(debuggee: Debuggee, cpu: GuestCpu, vector: bigint): HandlerCode {
  const base = vector & ~3n;
  const count = (vector & 3n) === VECTORED ? VECTORS : 1n;
  const entries = new Set(Array.from({ length: Number(count) }, (_, cause) => base + 4n * BigInt(cause)));
  const code = new Set<bigint>();
  const waiting = [...entries];
  for (let at = waiting.pop(); at !== undefined && code.size < MOST_INSTRUCTIONS; at = waiting.pop()) {
    if (code.has(at)) continue;
    const next = successors(debuggee, cpu, at);
    if (!next) continue;
    code.add(at);
    waiting.push(...next);
  }
  return { code, entries };
}

/** Where the instruction at an address may go on, calls taken as steps over; undefined when there is none. */
function successors(debuggee: Debuggee, cpu: GuestCpu, at: bigint): bigint[] | undefined {
  const word = debuggee.instructionAt(cpu, at);
  const decoded = word === undefined ? undefined : decode(word);
  if (!decoded) return undefined;
  const { instruction, fields } = expand(decoded);
  const next = at + BigInt(decoded.instruction.length);
  const target = fields.target === undefined ? undefined : BigInt.asUintN(64, at + BigInt(fields.target));
  switch (instruction.name) {
    case 'sret':
    case 'mret':
      return [];
    case 'jal':
      return fields.rd === 0 ? [target ?? next] : [next];
    case 'jalr':
      return fields.rd === 0 ? [] : [next];
    default:
      return target === undefined ? [next] : [next, target];
  }
}
