/** Zba: address generation (manual, volume I, "B" extension, "Zba"). */
import { formatR, formatShift } from '../formats';
import type { Value } from '../semantics';
import type { Instruction } from '../types';

const ZBA = { extension: 'zba' } as const;
const OP = 0x33;
const OP_32 = 0x3b;
const OP_IMM_32 = 0x1b;

const word = (value: Value): Value => value.word().zeroExtend();

export const addressGeneration: readonly Instruction[] = [
  formatR(ZBA, 'sh1add', [OP, 2, 0x10], 'rd = (rs1 << 1) + rs2', ({ rs1, rs2 }) => rs1.shiftLeft(1).add(rs2)),
  formatR(ZBA, 'sh2add', [OP, 4, 0x10], 'rd = (rs1 << 2) + rs2', ({ rs1, rs2 }) => rs1.shiftLeft(2).add(rs2)),
  formatR(ZBA, 'sh3add', [OP, 6, 0x10], 'rd = (rs1 << 3) + rs2', ({ rs1, rs2 }) => rs1.shiftLeft(3).add(rs2)),
  formatR(ZBA, 'add.uw', [OP_32, 0, 0x04], 'rd = rs1[31:0] + rs2', ({ rs1, rs2 }) => word(rs1).add(rs2)),
  formatR(ZBA, 'sh1add.uw', [OP_32, 2, 0x10], 'rd = (rs1[31:0] << 1) + rs2', ({ rs1, rs2 }) =>
    word(rs1).shiftLeft(1).add(rs2),
  ),
  formatR(ZBA, 'sh2add.uw', [OP_32, 4, 0x10], 'rd = (rs1[31:0] << 2) + rs2', ({ rs1, rs2 }) =>
    word(rs1).shiftLeft(2).add(rs2),
  ),
  formatR(ZBA, 'sh3add.uw', [OP_32, 6, 0x10], 'rd = (rs1[31:0] << 3) + rs2', ({ rs1, rs2 }) =>
    word(rs1).shiftLeft(3).add(rs2),
  ),
  formatShift(ZBA, 'slli.uw', [OP_IMM_32, 1, 0x04], 6, 'rd = rs1[31:0] << shamt', (x) => word(x.rs1).shiftLeft(x.imm)),
];
