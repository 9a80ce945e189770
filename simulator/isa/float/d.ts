/** D: double-precision floating point (manual, volume I, "D" extension). */

import type { Instruction } from '../types';
import {
  bitsUnary,
  DOUBLE,
  floatInstructions,
  formatFloatLoad,
  formatFloatStore,
  RoundingMode,
  roundedUnary,
  SINGLE,
} from './float-formats';

/** The conversion has the format of its result, and belongs to D. */
const TO_SINGLE = { ...SINGLE, arithmetic: DOUBLE.arithmetic };

export const doublePrecision: readonly Instruction[] = [
  formatFloatLoad(DOUBLE, 'fld', 3, 'rd = mem64[rs1 + imm]', 'd'),
  formatFloatStore(DOUBLE, 'fsd', 3, 'mem64[rs1 + imm] = rs2', 'd'),
  ...floatInstructions(DOUBLE),
  roundedUnary(TO_SINGLE, 'fcvt.s.d', [0x08, 1], ['f', 'f'], 'rd = rs1 (double to single)', {
    float: (x) => x.double.rs1.toFormat('single'),
  }),
  roundedUnary(
    DOUBLE,
    'fcvt.d.s',
    [0x08, 0],
    ['f', 'f'],
    'rd = rs1 (single to double)',
    { float: (x) => x.single.rs1.toFormat('double') },
    RoundingMode.rne,
  ),
  bitsUnary(DOUBLE.registers, DOUBLE, 'fmv.x.d', [0x1c, 0], ['x', 'f'], 'rd = bits of rs1', (x) => x.rs1),
  bitsUnary(DOUBLE.registers, DOUBLE, 'fmv.d.x', [0x1e, 0], ['f', 'x'], 'bits of rd = rs1', (x) => x.rs1),
];
