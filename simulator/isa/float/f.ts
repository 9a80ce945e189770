/** F: single-precision floating point (manual, volume I, "F" extension). */

import type { Instruction } from '../types';
import { bitsUnary, floatInstructions, formatFloatLoad, formatFloatStore, SINGLE } from './float-formats';

/** What a move into a register of 64 bits puts above a number of 32. */
const NAN_BOX = -(2 ** 32);

export const singlePrecision: readonly Instruction[] = [
  formatFloatLoad(SINGLE, 'flw', 2, 'rd = mem32[rs1 + imm]', 'boxed'),
  formatFloatStore(SINGLE, 'fsw', 2, 'mem32[rs1 + imm] = rs2', 'w'),
  ...floatInstructions(SINGLE),
  bitsUnary(SINGLE.registers, SINGLE, 'fmv.x.w', [0x1c, 0], ['x', 'f'], 'rd = sext(bits of rs1)', (x) =>
    x.rs1.word().signExtend(),
  ),
  bitsUnary(SINGLE.registers, SINGLE, 'fmv.w.x', [0x1e, 0], ['f', 'x'], 'bits of rd = rs1[31:0]', (x) =>
    x.rs1.or(NAN_BOX),
  ),
];
