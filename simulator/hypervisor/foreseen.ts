import { csrNumberIn } from '../core/index';
import {
  csrNumbered,
  type Decoded,
  isCsrOperation,
  memoryOf,
  type SystemOperation,
  systemOperationOf,
  type Use,
  writesCsr,
} from '../isa/index';
import { Access } from '../mmu/index';
import type { CpuState } from './cpu';

/** An instruction at which a guest stands, and what it needs: for whoever looks what would come of it. */
export interface Foreseen {
  readonly word: number;
  /** A compressed one as that for which it stands. */
  readonly decoded: Decoded;
  readonly operation: SystemOperation | undefined;
  /** What it does, as far as that may need privilege; undefined of an access to a CSR that nobody knows. */
  readonly use: Use | undefined;
  /** The fetch, and what it does to memory; guest-virtual. */
  readonly accesses: readonly ForeseenAccess[];
}

interface ForeseenAccess {
  readonly address: bigint;
  readonly access: Access;
}

/** @param decoded what the word is, expanded */
export function foreseen(cpu: CpuState, word: number, decoded: Decoded): Foreseen {
  const { instruction, fields } = decoded;
  const memory = memoryOf(instruction);
  const accesses: ForeseenAccess[] = [{ address: cpu.pc, access: Access.execute }];
  if (memory && !memory.asGuest) {
    const address = BigInt.asUintN(64, cpu.x(fields.rs1 ?? 0) + BigInt(fields.imm ?? 0));
    accesses.push({ address, access: memory.kind === 'load' ? Access.read : Access.write });
  }
  const operation = systemOperationOf(instruction);
  return { word, decoded, operation, use: useOf(word, decoded, operation), accesses };
}

function useOf(
  word: number,
  { instruction, fields }: Decoded,
  operation: SystemOperation | undefined,
): Use | undefined {
  if (!isCsrOperation(operation)) return { instruction };
  const csr = csrNumbered(csrNumberIn(word));
  return csr && { csr, access: writesCsr(operation, fields) ? 'write' : 'read' };
}

/** The number of the CSR that an instruction accesses; undefined where it accesses none. */
export function accessedCsr({ operation, word }: Foreseen): number | undefined {
  return isCsrOperation(operation) ? csrNumberIn(word) : undefined;
}
