/**
 * What a machine lets U-mode do that has the faults of x86 before VT: instructions that are sensitive and do not trap. Each is the like of
 * one that Robin and Irvine list ("Analysis of the Intel Pentium's Ability to Support a Secure Virtual Machine Monitor", 2000).
 */
import { Csr, type CsrDescription } from '../csr';
import type { CsrAccess } from './use';

/** What becomes of the access, and which instruction of x86 does so. */
export interface ClassicHole {
  readonly csr: CsrDescription;
  readonly access: CsrAccess;
  readonly effect: 'returns' | 'ignored';
  readonly like: string;
}

export const classicHoles: readonly ClassicHole[] = [
  { csr: Csr.sstatus, access: 'read', effect: 'returns', like: '`pushf`: it reads the real interrupt flag' },
  { csr: Csr.sstatus, access: 'write', effect: 'ignored', like: '`popf`: the interrupt flag stays as it is' },
  { csr: Csr.stvec, access: 'read', effect: 'returns', like: '`sidt`: it reads where the real handlers are' },
  { csr: Csr.satp, access: 'read', effect: 'returns', like: '`smsw`: it reads how the real machine translates' },
];

/** The hole that an access goes through, by the number of its CSR. */
export function classicHole(csr: number, access: CsrAccess): ClassicHole | undefined {
  return classicHoles.find((hole) => hole.csr.number === csr && hole.access === access);
}
