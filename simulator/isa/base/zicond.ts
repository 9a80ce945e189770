/** Zicond: conditional zero (manual, volume I, "Zicond"). */
import { formatR } from '../formats';
import type { Instruction } from '../types';

const ZICOND = { extension: 'zicond' } as const;
const OP = 0x33;

export const conditionalZero: readonly Instruction[] = [
  formatR(ZICOND, 'czero.eqz', [OP, 5, 0x07], 'rd = rs2 == 0 ? 0 : rs1', ({ rs1, rs2, constant }) =>
    rs2.equal(0).choose(constant(0), rs1),
  ),
  formatR(ZICOND, 'czero.nez', [OP, 7, 0x07], 'rd = rs2 != 0 ? 0 : rs1', ({ rs1, rs2, constant }) =>
    rs2.equal(0).choose(rs1, constant(0)),
  ),
];
