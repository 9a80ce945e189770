/** M: multiplication and division (manual, volume I, "M" extension). Division by zero and overflow give results, not traps. */
import { formatR } from '../formats';
import type { Value } from '../semantics';
import type { Instruction } from '../types';

const M = { extension: 'm' } as const;
const M_OR_ZMMUL = { extension: 'm', alternatives: [['zmmul']] } as const;
const OP = 0x33;
const OP_32 = 0x3b;

/** -1, the quotient of a division by zero. */
const ALL_ONES = -1;

/** The upper half of a product whose first operand is signed: (a < 0 ? unsigned product - b * 2^64 : unsigned product). */
function mulHighSignedUnsigned(a: Value, b: Value): Value {
  return a.mulHighUnsigned(b).sub(a.shiftRightSigned(63).and(b));
}

/** A quotient that is -1 when the divisor is 0. Dividing by -1 is negation, so that -2^63 / -1 overflows to -2^63. */
function quotientSigned(a: Value, b: Value, constant: (value: number) => Value): Value {
  const zero = constant(0);
  return b.equal(0).choose(constant(ALL_ONES), b.equal(-1).choose(zero.sub(a), a.divSigned(b)));
}

/** A remainder that is the dividend when the divisor is 0, and 0 when it is -1. */
function remainderSigned(a: Value, b: Value, constant: (value: number) => Value): Value {
  return b.equal(0).choose(a, b.equal(-1).choose(constant(0), a.remSigned(b)));
}

export const multiply: readonly Instruction[] = [
  formatR(M_OR_ZMMUL, 'mul', [OP, 0, 1], 'rd = rs1 * rs2', ({ rs1, rs2 }) => rs1.mul(rs2)),
  formatR(M_OR_ZMMUL, 'mulh', [OP, 1, 1], 'rd = (rs1 * rs2) >> 64 (signed x signed)', ({ rs1, rs2 }) =>
    mulHighSignedUnsigned(rs1, rs2).sub(rs2.shiftRightSigned(63).and(rs1)),
  ),
  formatR(M_OR_ZMMUL, 'mulhsu', [OP, 2, 1], 'rd = (rs1 * rs2) >> 64 (signed x unsigned)', ({ rs1, rs2 }) =>
    mulHighSignedUnsigned(rs1, rs2),
  ),
  formatR(M_OR_ZMMUL, 'mulhu', [OP, 3, 1], 'rd = (rs1 * rs2) >> 64 (unsigned x unsigned)', ({ rs1, rs2 }) =>
    rs1.mulHighUnsigned(rs2),
  ),
  formatR(M, 'div', [OP, 4, 1], 'rd = rs1 / rs2 (signed, towards zero; -1 if rs2 == 0)', ({ rs1, rs2, constant }) =>
    quotientSigned(rs1, rs2, constant),
  ),
  formatR(M, 'divu', [OP, 5, 1], 'rd = rs1 / rs2 (unsigned; all ones if rs2 == 0)', ({ rs1, rs2, constant }) =>
    rs2.equal(0).choose(constant(ALL_ONES), rs1.divUnsigned(rs2)),
  ),
  formatR(M, 'rem', [OP, 6, 1], 'rd = rs1 % rs2 (signed, sign of rs1; rs1 if rs2 == 0)', ({ rs1, rs2, constant }) =>
    remainderSigned(rs1, rs2, constant),
  ),
  formatR(M, 'remu', [OP, 7, 1], 'rd = rs1 % rs2 (unsigned; rs1 if rs2 == 0)', ({ rs1, rs2 }) =>
    rs2.equal(0).choose(rs1, rs1.remUnsigned(rs2)),
  ),

  formatR(M_OR_ZMMUL, 'mulw', [OP_32, 0, 1], 'rd = sext32(rs1 * rs2)', ({ rs1, rs2 }) =>
    rs1.word().mul(rs2.word()).signExtend(),
  ),
  formatR(M, 'divw', [OP_32, 4, 1], 'rd = sext32(rs1[31:0] / rs2[31:0]) (signed)', ({ rs1, rs2, constant }) =>
    quotientSigned(rs1.word().signExtend(), rs2.word().signExtend(), constant).word().signExtend(),
  ),
  formatR(M, 'divuw', [OP_32, 5, 1], 'rd = sext32(rs1[31:0] / rs2[31:0]) (unsigned)', ({ rs1, rs2, constant }) => {
    const divisor = rs2.word().zeroExtend();
    return divisor
      .equal(0)
      .choose(constant(ALL_ONES), rs1.word().zeroExtend().divUnsigned(divisor).word().signExtend());
  }),
  formatR(M, 'remw', [OP_32, 6, 1], 'rd = sext32(rs1[31:0] % rs2[31:0]) (signed)', ({ rs1, rs2, constant }) =>
    remainderSigned(rs1.word().signExtend(), rs2.word().signExtend(), constant).word().signExtend(),
  ),
  formatR(M, 'remuw', [OP_32, 7, 1], 'rd = sext32(rs1[31:0] % rs2[31:0]) (unsigned)', ({ rs1, rs2 }) => {
    const divisor = rs2.word().zeroExtend();
    return divisor
      .equal(0)
      .choose(rs1.word().signExtend(), rs1.word().zeroExtend().remUnsigned(divisor).word().signExtend());
  }),
];
