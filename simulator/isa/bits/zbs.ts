/** Zbs: single bits (manual, volume I, "B" extension, "Zbs"). */
import { formatR, formatShift } from '../formats';
import type { Execution, Value } from '../semantics';
import type { Instruction } from '../types';

const ZBS = { extension: 'zbs' } as const;
const OP = 0x33;
const OP_IMM = 0x13;

type Change = (value: Value, bit: Value) => Value;

/** The register form, whose index is in rs2, and the one with a constant index. */
function pair(
  name: string,
  [funct3, funct7]: readonly [number, number],
  summary: (index: string) => string,
  change: (x: Execution, index: Value) => Value,
): readonly Instruction[] {
  return [
    formatR(ZBS, name, [OP, funct3, funct7], summary('(rs2 & 63)'), (x) => change(x, x.rs2)),
    formatShift(ZBS, `${name}i`, [OP_IMM, funct3, funct7], 6, summary('shamt'), (x) => change(x, x.imm)),
  ];
}

const withBit =
  (change: Change) =>
  ({ rs1, constant }: Execution, index: Value): Value =>
    change(rs1, constant(1).shiftLeft(index));

export const singleBits: readonly Instruction[] = [
  ...pair(
    'bclr',
    [1, 0x24],
    (index) => `rd = rs1 & ~(1 << ${index})`,
    withBit((value, bit) => value.and(bit.xor(-1))),
  ),
  ...pair(
    'bext',
    [5, 0x24],
    (index) => `rd = (rs1 >> ${index}) & 1`,
    ({ rs1 }, index) => rs1.shiftRight(index).and(1),
  ),
  ...pair(
    'binv',
    [1, 0x34],
    (index) => `rd = rs1 ^ (1 << ${index})`,
    withBit((value, bit) => value.xor(bit)),
  ),
  ...pair(
    'bset',
    [1, 0x14],
    (index) => `rd = rs1 | (1 << ${index})`,
    withBit((value, bit) => value.or(bit)),
  ),
];
