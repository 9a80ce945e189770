/** Zfh and Zfhmin: half-precision floating point (manual, volume I, "Zfh" and "Zfhmin"). The machine does not run them. */

import { notRun } from '../formats';
import type { Instruction } from '../types';
import {
  bitsUnary,
  DOUBLE,
  floatInstructions,
  formatFloatLoad,
  formatFloatStore,
  HALF,
  RoundingMode,
  roundedUnary,
  SINGLE,
} from './float-formats';

/** Conversions are of Zfhmin, and have the format of their result. */
const CONVERSION = { extension: 'zfhmin', alternatives: [['zhinxmin']] } as const;
const WITH_DOUBLE = { extension: 'zfhmin', beside: ['d'], alternatives: [['zhinxmin', 'zdinx']] } as const;

const SINGLE_FIELD = 0;
const DOUBLE_FIELD = 1;
const HALF_FIELD = 2;

export const halfPrecision: readonly Instruction[] = [
  formatFloatLoad(HALF, 'flh', 1, 'rd = mem16[rs1 + imm]', 'h'),
  formatFloatStore(HALF, 'fsh', 1, 'mem16[rs1 + imm] = rs2', 'h'),
  ...floatInstructions(HALF),
  bitsUnary(HALF.registers, HALF, 'fmv.x.h', [0x1c, 0], ['x', 'f'], 'rd = sext(bits of rs1)', notRun),
  bitsUnary(HALF.registers, HALF, 'fmv.h.x', [0x1e, 0], ['f', 'x'], 'bits of rd = rs1[15:0]', notRun),
  roundedUnary(
    { ...SINGLE, arithmetic: CONVERSION },
    'fcvt.s.h',
    [0x08, HALF_FIELD],
    ['f', 'f'],
    'rd = rs1 (half to single)',
    notRun,
    RoundingMode.rne,
  ),
  roundedUnary(
    { ...DOUBLE, arithmetic: WITH_DOUBLE },
    'fcvt.d.h',
    [0x08, HALF_FIELD],
    ['f', 'f'],
    'rd = rs1 (half to double)',
    notRun,
    RoundingMode.rne,
  ),
  roundedUnary(
    { ...HALF, arithmetic: CONVERSION },
    'fcvt.h.s',
    [0x08, SINGLE_FIELD],
    ['f', 'f'],
    'rd = rs1 (single to half)',
    notRun,
  ),
  roundedUnary(
    { ...HALF, arithmetic: WITH_DOUBLE },
    'fcvt.h.d',
    [0x08, DOUBLE_FIELD],
    ['f', 'f'],
    'rd = rs1 (double to half)',
    notRun,
  ),
];
