import type { SystemOperation } from '../isa';
import type { CsrFile } from './csr-file';
import { CsrSlot } from './hart-state';

export type CsrOperation = Extract<SystemOperation, 'csr-write' | 'csr-set' | 'csr-clear'>;

/** By bits 9:8 of a CSR's number; 2 is the hypervisor's, used from S-mode. */
const privilegeOfNumber = [0, 1, 1, 3] as const;
const isReadOnly = (number: number): boolean => number >> 10 === 3;
const MIP = 0x344;

/** The field of rs1: a register's number, or the value itself of csrrwi, csrrsi and csrrci. */
const sourceField = (word: number): number => (word >>> 15) & 31;
const hasImmediate = (word: number): boolean => ((word >>> 14) & 1) !== 0;

/** The register that a CSR instruction reads; `undefined` when its operand is an immediate. */
export function csrSourceRegister(word: number): number | undefined {
  return hasImmediate(word) ? undefined : sourceField(word);
}

/**
 * Executes a CSR instruction on the CSRs of a hart or vCPU, with the privilege of its state (manual, volume I, "Zicsr"): csrrs and
 * csrrc with rs1 = x0, or an immediate of 0, do not write.
 * @param low low word of rs1, where the instruction reads one
 * @returns false for an illegal instruction; otherwise the CSR's old value, for rd, is in `csrs.low` and `csrs.high`
 */
export function executeCsrInstruction(
  csrs: CsrFile,
  operation: CsrOperation,
  word: number,
  low: number,
  high: number,
): boolean {
  const { state } = csrs;
  const number = word >>> 20;
  const source = sourceField(word);
  const writes = operation === 'csr-write' || source !== 0;
  const register = csrs.find(number);
  const isAllowed =
    register !== undefined &&
    state.privilege >= (privilegeOfNumber[(number >> 8) & 3] ?? 3) &&
    !(writes && isReadOnly(number)) &&
    (register.allowed?.(csrs) ?? true);
  if (!isAllowed) return false;
  const operandLow = hasImmediate(word) ? source : low;
  const operandHigh = hasImmediate(word) ? 0 : high;
  register.read(csrs);
  const oldLow = csrs.low;
  const oldHigh = csrs.high;
  if (writes) {
    // What is set or cleared in mip is what software wrote there: the wires do not stick.
    const isPending = number === MIP && operation !== 'csr-write';
    const baseLow = isPending ? state.csrLow(CsrSlot.mip) : oldLow;
    if (operation === 'csr-write') register.write?.(csrs, operandLow, operandHigh);
    else if (operation === 'csr-set') register.write?.(csrs, baseLow | operandLow, oldHigh | operandHigh);
    else register.write?.(csrs, baseLow & ~operandLow, oldHigh & ~operandHigh);
  }
  csrs.set(oldLow, oldHigh);
  return true;
}
