import { type ClassicHole, type CsrOperation, classicHole, csrLevel, isReadOnlyCsr } from '../../isa';
import { Privilege } from '../../mmu';
import type { CsrFile } from './file';
import { type CsrRegister, Refusal } from './register';

/** By the level of a CSR's number: the privilege it needs; the hypervisor's are for HS-mode. */
const privilegeOfNumber = [Privilege.user, Privilege.supervisor, Privilege.supervisor, Privilege.machine] as const;
const HYPERVISOR_LEVEL = 2;

/** The field of rs1: a register's number, or the value itself of csrrwi, csrrsi and csrrci. */
const sourceField = (word: number): number => (word >>> 15) & 31;
const hasImmediate = (word: number): boolean => ((word >>> 14) & 1) !== 0;

/** The opcode SYSTEM, and the bits of funct3 that only CSR instructions set. */
const SYSTEM = 0x73;
const OPCODE = 0x7f;
const ACCESS = 3 << 12;

/** The number of the CSR that a CSR instruction accesses. */
export const csrNumberIn = (word: number): number => word >>> 20;

/** Whether an instruction is one that accesses a CSR. */
export function accessesCsr(word: number, { number }: { readonly number: number }): boolean {
  return (word & OPCODE) === SYSTEM && (word & ACCESS) !== 0 && csrNumberIn(word) === number;
}

/** The register that a CSR instruction reads; `undefined` when its operand is an immediate. */
export function csrSourceRegister(word: number): number | undefined {
  return hasImmediate(word) ? undefined : sourceField(word);
}

/**
 * Whether the current mode may access a CSR so (manual, volume II, "CSR Address Mapping Conventions"; for V = 1 "Trap Cause Codes" of
 * the hypervisor extension: what HS-mode could do is a virtual instruction, what it could not is illegal).
 */
function refusalOf(csrs: CsrFile, register: CsrRegister | undefined, number: number, writes: boolean): Refusal {
  if (!register || (writes && isReadOnlyCsr(number))) return Refusal.Illegal;
  const { privilege, virtual } = csrs.state;
  const level = csrLevel(number);
  const needed = privilegeOfNumber[level] ?? Privilege.machine;
  if (needed === Privilege.machine && privilege !== Privilege.machine) return Refusal.Illegal;
  const own = register.refusal?.(csrs) ?? Refusal.Allowed;
  if (own === Refusal.Illegal) return own;
  const isBeyond = privilege < needed || (virtual && level === HYPERVISOR_LEVEL);
  if (isBeyond) return virtual ? Refusal.Virtual : Refusal.Illegal;
  return own;
}

/** The hole of a machine that has x86's, through which U-mode gets what it may not have. */
function holeOf({ host, state }: CsrFile, number: number, writes: boolean): ClassicHole | undefined {
  if (!host.options.classicHoles || state.privilege !== Privilege.user || state.virtual) return undefined;
  return classicHole(number, writes ? 'write' : 'read');
}

/**
 * Executes a CSR instruction on the CSRs of a hart or vCPU, in the mode of its state (manual, volume I, "Zicsr"): csrrs and
 * csrrc with rs1 = x0, or an immediate of 0, do not write.
 * @param low low word of rs1, where the instruction reads one
 * @returns false when it is refused, for the reason in `csrs.refusal`; otherwise the CSR's old value, for rd, is in `csrs.low`
 * and `csrs.high`
 */
export function executeCsrInstruction(
  csrs: CsrFile,
  operation: CsrOperation,
  word: number,
  low: number,
  high: number,
): boolean {
  const number = csrNumberIn(word);
  const source = sourceField(word);
  const writes = operation === 'csr-write' || source !== 0;
  const register = csrs.findInMode(number);
  csrs.refusal = refusalOf(csrs, register, number, writes);
  if (register && csrs.refusal === Refusal.Illegal && holeOf(csrs, number, writes)) {
    // What it would write is not written, and nobody is told.
    csrs.refusal = Refusal.Allowed;
    register.read(csrs);
    return true;
  }
  if (!register || csrs.refusal !== Refusal.Allowed) return false;
  const operandLow = hasImmediate(word) ? source : low;
  const operandHigh = hasImmediate(word) ? 0 : high;
  register.read(csrs);
  const oldLow = csrs.low;
  const oldHigh = csrs.high;
  if (writes) {
    const baseLow = register.written?.(csrs) ?? oldLow;
    if (operation === 'csr-write') register.write?.(csrs, operandLow, operandHigh);
    else if (operation === 'csr-set') register.write?.(csrs, baseLow | operandLow, oldHigh | operandHigh);
    else register.write?.(csrs, baseLow & ~operandLow, oldHigh & ~operandHigh);
  }
  csrs.set(oldLow, oldHigh);
  return true;
}
