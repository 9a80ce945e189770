import type { CpuState } from '../../../simulator/hypervisor/cpu';
import type { Debuggee } from '../../debuggee';
import { reachableCode } from './reachable-code';

const VECTORED = 1n;
const VECTORS = 16;

/** A trap handler's own code. */
export interface HandlerCode {
  readonly code: ReadonlySet<bigint>;
  /** Where traps enter it. */
  readonly entries: ReadonlySet<bigint>;
}

/** @param vector the value of stvec or mtvec */
export function handlerCode(debuggee: Debuggee, cpu: CpuState, vector: bigint): HandlerCode {
  const base = vector & ~3n;
  const count = (vector & 3n) === VECTORED ? VECTORS : 1;
  const entries = new Set(Array.from({ length: count }, (_, cause) => base + 4n * BigInt(cause)));
  return { code: reachableCode(debuggee, cpu, entries), entries };
}
