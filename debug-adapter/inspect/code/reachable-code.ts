import type { CpuState } from '../../../simulator/hypervisor/cpu';
import {
  decode,
  expand,
  isCall,
  RegisterNumber,
  returnsFromTrap,
  systemOperationOf,
} from '../../../simulator/isa/index';
import type { Debuggee } from '../../debuggee';

/** More code than a function or handler has. */
const MOST_INSTRUCTIONS = 2000;

/** The instructions that are reached from some addresses without a call, up to returns: a function's own code, or a trap handler's. */
export function reachableCode(debuggee: Debuggee, cpu: CpuState, entries: Iterable<bigint>): ReadonlySet<bigint> {
  const code = new Set<bigint>();
  // What is near comes first: a way that leads far off does not keep the search from the others.
  const waiting = [...entries];
  for (const at of waiting) {
    if (code.size >= MOST_INSTRUCTIONS) break;
    if (code.has(at)) continue;
    const next = successors(debuggee, cpu, at);
    if (!next) continue;
    code.add(at);
    waiting.push(...next);
  }
  return code;
}

/** Where the instruction at an address may go on, calls taken as steps over; undefined when there is none. */
function successors(debuggee: Debuggee, cpu: CpuState, at: bigint): bigint[] | undefined {
  const word = debuggee.instructionAt(cpu, at);
  const decoded = word === undefined ? undefined : decode(word);
  if (!decoded) return undefined;
  const { instruction, fields } = expand(decoded);
  // Zeros are no code, though they decode: to an instruction that is illegal by definition.
  if (systemOperationOf(instruction) === 'illegal') return undefined;
  const next = at + BigInt(decoded.instruction.length);
  const target = fields.target === undefined ? undefined : BigInt.asUintN(64, at + BigInt(fields.target));
  if (returnsFromTrap(instruction)) return [];
  const isLinked = fields.rd !== RegisterNumber.zero;
  switch (instruction.jump) {
    case 'relative':
      return isLinked ? [next] : [target ?? next];
    case 'indirect':
      return isLinked ? [next] : [];
    default:
      return target === undefined ? [next] : [next, target];
  }
}

/** The call before a return address. `target` is undefined when it is in a register. */
export interface Call {
  readonly target: bigint | undefined;
}

/** The call that returns to an address; undefined when the instruction before it is none. */
export function callBefore(debuggee: Debuggee, cpu: CpuState, address: bigint): Call | undefined {
  for (const length of [4n, 2n]) {
    const at = address - length;
    const word = debuggee.instructionAt(cpu, at);
    const decoded = word === undefined ? undefined : decode(word);
    if (!decoded || BigInt(decoded.instruction.length) !== length) continue;
    const expanded = expand(decoded);
    if (!isCall(expanded)) continue;
    const { instruction, fields } = expanded;
    if (instruction.jump === 'indirect') return { target: pairTarget(debuggee, cpu, at, fields) };
    return { target: BigInt.asUintN(64, at + BigInt(fields.target ?? 0)) };
  }
  return undefined;
}

/** The target of the `auipc` and `jalr` that a far call is made of. */
function pairTarget(
  debuggee: Debuggee,
  cpu: CpuState,
  at: bigint,
  { rs1, imm = 0 }: { readonly rs1?: number; readonly imm?: number },
): bigint | undefined {
  const word = debuggee.instructionAt(cpu, at - 4n);
  const decoded = word === undefined ? undefined : decode(word);
  if (decoded?.instruction.name !== 'auipc' || decoded.fields.rd !== rs1) return undefined;
  const upper = BigInt.asIntN(32, BigInt(decoded.fields.imm ?? 0) << 12n);
  return BigInt.asUintN(64, at - 4n + upper + BigInt(imm));
}
