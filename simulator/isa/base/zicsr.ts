/** Zicsr: reading and writing control and status registers (manual, volume I, "Zicsr"). */
import { entry, rd, rs1 } from '../formats';
import { immediate, run, special } from '../operands';
import type { SystemOperation } from '../semantics';
import type { Instruction, Operand } from '../types';

const ZICSR = { extension: 'zicsr' } as const;
const SYSTEM = 0x73;

const csr = special('csr', 'csr', [run(20, 12)], 'a CSR name or a number from 0 to 4095');
const uimm = immediate('uimm', [run(15, 5)]);

function access(
  name: string,
  funct3: number,
  source: Operand,
  summary: string,
  operation: SystemOperation,
): Instruction {
  return entry(ZICSR, {
    name,
    mask: 0x0000707f,
    match: (funct3 << 12) | SYSTEM,
    operands: [rd, csr, source],
    syntax: `rd, csr, ${source.name}`,
    // A write can change what is fetched next: privilege checks, translation, pending interrupts.
    transfers: true,
    summary,
    semantics: { system: operation },
  });
}

export const csrAccess: readonly Instruction[] = [
  access('csrrw', 1, rs1, 'rd = csr; csr = rs1', 'csr-write'),
  access('csrrs', 2, rs1, 'rd = csr; csr = csr | rs1', 'csr-set'),
  access('csrrc', 3, rs1, 'rd = csr; csr = csr & ~rs1', 'csr-clear'),
  access('csrrwi', 5, uimm, 'rd = csr; csr = uimm', 'csr-write'),
  access('csrrsi', 6, uimm, 'rd = csr; csr = csr | uimm', 'csr-set'),
  access('csrrci', 7, uimm, 'rd = csr; csr = csr & ~uimm', 'csr-clear'),
];
