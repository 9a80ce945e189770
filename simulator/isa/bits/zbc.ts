/** Zbc: multiplication without carries (manual, volume I, "B" extension, "Zbc"); Zbkc has its lower and upper halves. */

import { formatR } from '../formats';
import type { Execution, Value } from '../semantics';
import type { Instruction } from '../types';
import { reverseBits } from './bit-order';

const ZBC = { extension: 'zbc' } as const;
const ZBC_OR_ZBKC = { extension: 'zbc', alternatives: [['zbkc']] } as const;
const OP = 0x33;

/** Bits 126 to 63 of the product: the lower half of the product of the mirrored operands, mirrored. */
function reversedProduct(x: Execution): Value {
  return reverseBits(x, reverseBits(x, x.rs1).carrylessMul(reverseBits(x, x.rs2)));
}

export const carrylessMultiply: readonly Instruction[] = [
  formatR(ZBC_OR_ZBKC, 'clmul', [OP, 1, 0x05], 'rd = carry-less product of rs1 and rs2, bits 63:0', ({ rs1, rs2 }) =>
    rs1.carrylessMul(rs2),
  ),
  formatR(ZBC_OR_ZBKC, 'clmulh', [OP, 3, 0x05], 'rd = carry-less product of rs1 and rs2, bits 127:64', (x) =>
    reversedProduct(x).shiftRight(1),
  ),
  formatR(ZBC, 'clmulr', [OP, 2, 0x05], 'rd = carry-less product of rs1 and rs2, bits 126:63', reversedProduct),
];
