/** Zbkb: bit manipulation for cryptography (manual, volume I, "Scalar Cryptography", "Zbkb"); what it shares with Zbb is in that file. */

import { formatR, unary } from '../formats';
import type { Instruction } from '../types';
import { reverseBitsOfBytes } from './bit-order';

const ZBKB = { extension: 'zbkb' } as const;
const OP = 0x33;
const OP_32 = 0x3b;
const OP_IMM = 0x13;

export const packing: readonly Instruction[] = [
  formatR(ZBKB, 'pack', [OP, 4, 0x04], 'rd = rs2[31:0] above rs1[31:0]', ({ rs1, rs2 }) =>
    rs1.word().zeroExtend().or(rs2.shiftLeft(32)),
  ),
  formatR(ZBKB, 'packh', [OP, 7, 0x04], 'rd = rs2[7:0] above rs1[7:0]', ({ rs1, rs2 }) =>
    rs1.and(0xff).or(rs2.and(0xff).shiftLeft(8)),
  ),
  formatR(ZBKB, 'packw', [OP_32, 4, 0x04], 'rd = sext(rs2[15:0] above rs1[15:0])', ({ rs1, rs2 }) =>
    rs1.and(0xffff).or(rs2.shiftLeft(16)).word().signExtend(),
  ),
  unary(ZBKB, 'brev8', [OP_IMM, 5, 0x687], 'rd = rs1 with the bits of each byte in reverse order', (x) =>
    reverseBitsOfBytes(x, x.rs1),
  ),
];
