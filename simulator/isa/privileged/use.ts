/** What software can do with a machine: each instruction, and each access to a CSR. */
import { type CsrDescription, csrs } from '../csr';
import { instructions, isCsrOperation, systemOperationOf } from '../table';
import type { Instruction } from '../types';

/** An instruction, or the read or the write of a CSR: of the instructions that access CSRs it is the CSR that counts. */
export type Use = { readonly instruction: Instruction } | { readonly csr: CsrDescription; readonly access: CsrAccess };

export type CsrAccess = 'read' | 'write';

/** What can be done with a CSR: those whose numbers say that they are read-only are written by nobody. */
export function usesOfCsr(csr: CsrDescription): readonly Use[] {
  return csr.readOnly ? [{ csr, access: 'read' }] : (['read', 'write'] as const).map((access) => ({ csr, access }));
}

/** All that the table knows, in its order. */
export function allUses(): readonly Use[] {
  const others = instructions.filter((instruction) => !isCsrOperation(systemOperationOf(instruction)));
  return [...others.map((instruction) => ({ instruction })), ...csrs.flatMap(usesOfCsr)];
}

/** As tables list it: the mnemonic, or the CSR. */
export const nameOfUse = (use: Use): string => ('csr' in use ? use.csr.name : use.instruction.name);
