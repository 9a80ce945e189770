/** Zbb: basic bit manipulation (manual, volume I, "B" extension, "Zbb"). */

import { formatR, formatShift, unary } from '../formats';
import type { Execution, Value } from '../semantics';
import type { Instruction } from '../types';
import { reverseBytes } from './bit-order';

const ZBB = { extension: 'zbb' } as const;
const ZBB_OR_ZBKB = { extension: 'zbb', alternatives: [['zbkb']] } as const;
const OP = 0x33;
const OP_32 = 0x3b;
const OP_IMM = 0x13;
const OP_IMM_32 = 0x1b;

/** Ones in all bits of the bytes that are not 0. */
function orCombine({ rs1, constant }: Execution): Value {
  const low7 = constant(0x7f7f7f7f7f7f7f7fn);
  // The top bit of each byte: whether one of its bits is set. The sum has no carry out of a byte.
  const tops = rs1
    .and(low7)
    .add(low7)
    .or(rs1)
    .and(constant(BigInt.asIntN(64, 0x8080808080808080n)));
  return tops.shiftRight(7).mul(0xff);
}

export const bitManipulation: readonly Instruction[] = [
  formatR(ZBB_OR_ZBKB, 'andn', [OP, 7, 0x20], 'rd = rs1 & ~rs2', ({ rs1, rs2 }) => rs1.and(rs2.xor(-1))),
  formatR(ZBB_OR_ZBKB, 'orn', [OP, 6, 0x20], 'rd = rs1 | ~rs2', ({ rs1, rs2 }) => rs1.or(rs2.xor(-1))),
  formatR(ZBB_OR_ZBKB, 'xnor', [OP, 4, 0x20], 'rd = ~(rs1 ^ rs2)', ({ rs1, rs2 }) => rs1.xor(rs2).xor(-1)),

  unary(ZBB, 'clz', [OP_IMM, 1, 0x600], 'rd = zeros above the highest 1 of rs1 (64 if none)', ({ rs1 }) =>
    rs1.countLeadingZeros(),
  ),
  unary(ZBB, 'ctz', [OP_IMM, 1, 0x601], 'rd = zeros below the lowest 1 of rs1 (64 if none)', ({ rs1 }) =>
    rs1.countTrailingZeros(),
  ),
  unary(ZBB, 'cpop', [OP_IMM, 1, 0x602], 'rd = number of ones in rs1', ({ rs1 }) => rs1.countOnes()),
  unary(ZBB, 'clzw', [OP_IMM_32, 1, 0x600], 'rd = zeros above the highest 1 of rs1[31:0] (32 if none)', ({ rs1 }) =>
    rs1.word().countLeadingZeros().zeroExtend(),
  ),
  unary(ZBB, 'ctzw', [OP_IMM_32, 1, 0x601], 'rd = zeros below the lowest 1 of rs1[31:0] (32 if none)', ({ rs1 }) =>
    rs1.word().countTrailingZeros().zeroExtend(),
  ),
  unary(ZBB, 'cpopw', [OP_IMM_32, 1, 0x602], 'rd = number of ones in rs1[31:0]', ({ rs1 }) =>
    rs1.word().countOnes().zeroExtend(),
  ),

  formatR(ZBB, 'max', [OP, 6, 0x05], 'rd = max(rs1, rs2) (signed)', ({ rs1, rs2 }) =>
    rs1.lessSigned(rs2).choose(rs2, rs1),
  ),
  formatR(ZBB, 'maxu', [OP, 7, 0x05], 'rd = max(rs1, rs2) (unsigned)', ({ rs1, rs2 }) =>
    rs1.lessUnsigned(rs2).choose(rs2, rs1),
  ),
  formatR(ZBB, 'min', [OP, 4, 0x05], 'rd = min(rs1, rs2) (signed)', ({ rs1, rs2 }) =>
    rs1.lessSigned(rs2).choose(rs1, rs2),
  ),
  formatR(ZBB, 'minu', [OP, 5, 0x05], 'rd = min(rs1, rs2) (unsigned)', ({ rs1, rs2 }) =>
    rs1.lessUnsigned(rs2).choose(rs1, rs2),
  ),

  unary(ZBB, 'sext.b', [OP_IMM, 1, 0x604], 'rd = sext(rs1[7:0])', ({ rs1 }) => rs1.signExtend(8)),
  unary(ZBB, 'sext.h', [OP_IMM, 1, 0x605], 'rd = sext(rs1[15:0])', ({ rs1 }) => rs1.signExtend(16)),
  unary(ZBB, 'zext.h', [OP_32, 4, 0x080], 'rd = rs1[15:0]', ({ rs1 }) => rs1.and(0xffff), { refines: 'packw' }),

  formatR(ZBB_OR_ZBKB, 'rol', [OP, 1, 0x30], 'rd = rs1 rotated left by rs2 & 63', ({ rs1, rs2 }) =>
    rs1.rotateLeft(rs2),
  ),
  formatR(ZBB_OR_ZBKB, 'ror', [OP, 5, 0x30], 'rd = rs1 rotated right by rs2 & 63', ({ rs1, rs2 }) =>
    rs1.rotateRight(rs2),
  ),
  formatShift(ZBB_OR_ZBKB, 'rori', [OP_IMM, 5, 0x30], 6, 'rd = rs1 rotated right by shamt', (x) =>
    x.rs1.rotateRight(x.imm),
  ),
  formatR(ZBB_OR_ZBKB, 'rolw', [OP_32, 1, 0x30], 'rd = sext32(rs1[31:0] rotated left by rs2 & 31)', ({ rs1, rs2 }) =>
    rs1.word().rotateLeft(rs2.word()).signExtend(),
  ),
  formatR(ZBB_OR_ZBKB, 'rorw', [OP_32, 5, 0x30], 'rd = sext32(rs1[31:0] rotated right by rs2 & 31)', ({ rs1, rs2 }) =>
    rs1.word().rotateRight(rs2.word()).signExtend(),
  ),
  formatShift(ZBB_OR_ZBKB, 'roriw', [OP_IMM_32, 5, 0x30], 5, 'rd = sext32(rs1[31:0] rotated right by shamt)', (x) =>
    x.rs1.word().rotateRight(x.imm.word()).signExtend(),
  ),

  unary(ZBB, 'orc.b', [OP_IMM, 5, 0x287], 'rd = rs1 with all bits of the bytes set that are not 0', (x) =>
    orCombine(x),
  ),
  unary(ZBB_OR_ZBKB, 'rev8', [OP_IMM, 5, 0x6b8], 'rd = rs1 with its bytes in reverse order', (x) =>
    reverseBytes(x, x.rs1),
  ),
];
