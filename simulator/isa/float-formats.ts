/** What F and D have in common: the same instructions over numbers of 32 and of 64 bits (manual, volume I, "F" and "D" extensions). */
import { entry, formatI, rd, rs1 } from './formats';
import { floatRegister, immediate, roundingMode, run } from './operands';
import type {
  Execution,
  Float,
  FloatExecution,
  FloatFormat,
  FloatSemantics,
  IntegerFormat,
  Semantics,
  Value,
} from './semantics';
import type { ExtensionId, Instruction, Operand } from './types';

/** The rm and frm fields: to nearest even, towards 0, down, up, to nearest with ties away from 0; rm only: as frm says. */
export const RoundingMode = { rne: 0, rtz: 1, rdn: 2, rup: 3, rmm: 4, dyn: 7 } as const;
export const roundingModeNames: readonly (string | undefined)[] = [
  'rne',
  'rtz',
  'rdn',
  'rup',
  'rmm',
  undefined,
  undefined,
  'dyn',
];

/** How the numbers of an extension are encoded. */
export interface FloatEncoding {
  readonly extension: ExtensionId;
  readonly format: FloatFormat;
  /** The last letter of mnemonics. */
  readonly letter: 's' | 'd';
  /** The fmt field. */
  readonly fmt: 0 | 1;
  /** The sign, the least bits of a normal number, of an infinity, and of a quiet NaN, in a register of 64 bits. */
  readonly sign: bigint;
  readonly smallestNormal: bigint;
  readonly infinity: bigint;
  readonly quiet: bigint;
}

export const SINGLE: FloatEncoding = {
  extension: 'f',
  format: 'single',
  letter: 's',
  fmt: 0,
  sign: 1n << 31n,
  smallestNormal: 1n << 23n,
  infinity: 0xffn << 23n,
  quiet: 1n << 22n,
};

export const DOUBLE: FloatEncoding = {
  extension: 'd',
  format: 'double',
  letter: 'd',
  fmt: 1,
  sign: 1n << 63n,
  smallestNormal: 1n << 52n,
  infinity: 0x7ffn << 52n,
  quiet: 1n << 51n,
};

/** A single-precision number in a register has ones above it; else it is the canonical NaN. */
const NAN_BOX = 0xffffffff00000000n;
const CANONICAL_SINGLE = NAN_BOX | 0x7fc00000n;

const LOAD_FP = 0x07;
const STORE_FP = 0x27;
const OP_FP = 0x53;
const MASK_FUNCT7 = 0xfe00007f;
const MASK_FUNCT3 = 0x00007000;
const MASK_RS2 = 0x01f00000;

const frd = floatRegister('rd', 7);
const frs1 = floatRegister('rs1', 15);
const frs2 = floatRegister('rs2', 20);
const frs3 = floatRegister('rs3', 27);
const rm = roundingMode(12);
const offsetS = immediate('imm', [run(7, 5), run(25, 7, 5)], { signed: true });

type Numbers<Integer> = FloatExecution<Integer>[FloatFormat];
type Arithmetic = <Integer>(x: Numbers<Integer>) => Float<Integer> | Integer;

const inFormat = ({ format }: FloatEncoding, arithmetic: Arithmetic): FloatSemantics => ({
  float: (x) => arithmetic(x[format]),
});

/** Fields of an instruction word of OP-FP. */
function code({ fmt }: FloatEncoding, funct5: number, fields: { rs2?: number; funct3?: number } = {}): number {
  return ((funct5 << 27) | (fmt << 25) | ((fields.rs2 ?? 0) << 20) | ((fields.funct3 ?? 0) << 12) | OP_FP) >>> 0;
}

/** `fadd.s rd, rs1, rs2[, rm]` */
function rounded(
  numbers: FloatEncoding,
  name: string,
  funct5: number,
  summary: string,
  arithmetic: Arithmetic,
): Instruction {
  return entry(numbers, {
    name: `${name}.${numbers.letter}`,
    mask: MASK_FUNCT7,
    match: code(numbers, funct5),
    operands: [frd, frs1, frs2, rm],
    syntax: 'rd, rs1, rs2[, rm]',
    defaults: { rm: RoundingMode.dyn },
    summary: `${summary} (${numbers.format})`,
    semantics: inFormat(numbers, arithmetic),
  });
}

/** `fmadd.s rd, rs1, rs2, rs3[, rm]` */
function fused(
  numbers: FloatEncoding,
  name: string,
  opcode: number,
  summary: string,
  arithmetic: Arithmetic,
): Instruction {
  return entry(numbers, {
    name: `${name}.${numbers.letter}`,
    mask: 0x0600007f,
    match: (numbers.fmt << 25) | opcode,
    operands: [frd, frs1, frs2, frs3, rm],
    syntax: 'rd, rs1, rs2, rs3[, rm]',
    defaults: { rm: RoundingMode.dyn },
    summary: `${summary}, rounded once (${numbers.format})`,
    semantics: inFormat(numbers, arithmetic),
  });
}

/** `feq.s rd, rs1, rs2`, `fmin.s rd, rs1, rs2`: without rounding */
function exact(
  numbers: FloatEncoding,
  name: string,
  [funct5, funct3]: readonly [number, number],
  destination: Operand,
  summary: string,
  semantics: Semantics | FloatSemantics,
): Instruction {
  return entry(numbers, {
    name: `${name}.${numbers.letter}`,
    mask: MASK_FUNCT7 | MASK_FUNCT3,
    match: code(numbers, funct5, { funct3 }),
    operands: [destination, frs1, frs2],
    syntax: 'rd, rs1, rs2',
    summary: `${summary} (${numbers.format})`,
    semantics,
  });
}

/** `fsqrt.s rd, rs1[, rm]`, `fcvt.w.s rd, rs1[, rm]`: one operand, and a number in the place of rs2 */
export function roundedUnary(
  numbers: FloatEncoding,
  name: string,
  [funct5, rs2]: readonly [number, number],
  [destination, source]: readonly [destination: 'x' | 'f', source: 'x' | 'f'],
  summary: string,
  semantics: FloatSemantics,
  defaultMode: number = RoundingMode.dyn,
): Instruction {
  return entry(numbers, {
    name,
    mask: MASK_FUNCT7 | MASK_RS2,
    match: code(numbers, funct5, { rs2 }),
    operands: [destination === 'x' ? rd : frd, source === 'x' ? rs1 : frs1, rm],
    syntax: 'rd, rs1[, rm]',
    defaults: { rm: defaultMode },
    summary,
    semantics,
  });
}

/** `fmv.x.w rd, rs1`, `fclass.s rd, rs1`: bits, not numbers */
export function unary(
  numbers: FloatEncoding,
  name: string,
  [funct5, funct3]: readonly [number, number],
  [destination, source]: readonly [destination: 'x' | 'f', source: 'x' | 'f'],
  summary: string,
  semantics: Semantics,
): Instruction {
  return entry(numbers, {
    name,
    mask: MASK_FUNCT7 | MASK_FUNCT3 | MASK_RS2,
    match: code(numbers, funct5, { funct3 }),
    operands: [destination === 'x' ? rd : frd, source === 'x' ? rs1 : frs1],
    syntax: 'rd, rs1',
    summary,
    semantics,
  });
}

/** `flw rd, imm(rs1)` */
export function formatFloatLoad(
  { extension }: FloatEncoding,
  name: string,
  funct3: number,
  summary: string,
  semantics: Semantics,
): Instruction {
  const base = formatI({ extension }, name, [LOAD_FP, funct3], summary, semantics);
  const [, source, offset] = base.operands as readonly [Operand, Operand, Operand];
  return { ...base, operands: [frd, offset, source], syntax: 'rd, imm(rs1)' };
}

/** `fsw rs2, imm(rs1)` */
export function formatFloatStore(
  { extension }: FloatEncoding,
  name: string,
  funct3: number,
  summary: string,
  semantics: Semantics,
): Instruction {
  return entry(
    { extension },
    {
      name,
      mask: MASK_FUNCT3 | 0x7f,
      match: (funct3 << 12) | STORE_FP,
      operands: [frs2, offsetS, rs1],
      syntax: 'rs2, imm(rs1)',
      summary,
      semantics,
    },
  );
}

/** The bits of a number in a register. */
function unboxed({ format }: FloatEncoding, x: Execution, register: Value): Value {
  if (format === 'double') return register;
  return register.greaterEqualUnsigned(x.constant(NAN_BOX)).choose(register, x.constant(CANONICAL_SINGLE));
}

type SignRule = (x: Execution, own: Value, other: Value) => Value;

/** The number in rs1 with a sign that depends on that of rs2. */
function signed(numbers: FloatEncoding, name: string, funct3: number, summary: string, rule: SignRule): Instruction {
  return exact(numbers, name, [0x04, funct3], frd, summary, (x) => {
    const [a, b] = [unboxed(numbers, x, x.rs1), unboxed(numbers, x, x.rs2)];
    const sign = x.constant(BigInt.asIntN(64, numbers.sign));
    const magnitude = a.and(x.constant(BigInt.asIntN(64, ~numbers.sign)));
    return magnitude.or(rule(x, a, b).and(sign));
  });
}

/**
 * One bit of ten, from bit 0: -infinity, negative normal, negative subnormal, -0, +0, positive subnormal, positive normal, +infinity,
 * signaling NaN, quiet NaN.
 */
function classOf(numbers: FloatEncoding, x: Execution): Value {
  return x.bind(unboxed(numbers, x, x.rs1), (bits) =>
    x.bind(bits.and(x.constant(numbers.sign - 1n)), (magnitude) => {
      const isAtLeast = (least: bigint): Value => magnitude.greaterEqualUnsigned(x.constant(least)).value();
      const size = isAtLeast(1n).add(isAtLeast(numbers.smallestNormal)).add(isAtLeast(numbers.infinity));
      const isPositive = bits.and(x.constant(BigInt.asIntN(64, numbers.sign))).equal(0);
      const ofNumber = isPositive.choose(x.constant(1 << 4).shiftLeft(size), x.constant(1 << 3).shiftRight(size));
      const ofNaN = magnitude
        .and(x.constant(numbers.quiet))
        .equal(0)
        .choose(x.constant(1 << 8), x.constant(1 << 9));
      return x.constant(numbers.infinity).lessUnsigned(magnitude).choose(ofNaN, ofNumber);
    }),
  );
}

const integerFormats: readonly (readonly [format: IntegerFormat, summary: string])[] = [
  ['w', 'signed 32 bits'],
  ['wu', 'unsigned 32 bits, sign-extended'],
  ['l', 'signed 64 bits'],
  ['lu', 'unsigned 64 bits'],
];

/** The instructions that F and D have alike. */
export function floatInstructions(numbers: FloatEncoding): readonly Instruction[] {
  const { format, letter } = numbers;
  return [
    rounded(numbers, 'fadd', 0x00, 'rd = rs1 + rs2', ({ rs1, rs2 }) => rs1.add(rs2)),
    rounded(numbers, 'fsub', 0x01, 'rd = rs1 - rs2', ({ rs1, rs2 }) => rs1.sub(rs2)),
    rounded(numbers, 'fmul', 0x02, 'rd = rs1 * rs2', ({ rs1, rs2 }) => rs1.mul(rs2)),
    rounded(numbers, 'fdiv', 0x03, 'rd = rs1 / rs2', ({ rs1, rs2 }) => rs1.div(rs2)),
    roundedUnary(
      numbers,
      `fsqrt.${letter}`,
      [0x0b, 0],
      ['f', 'f'],
      `rd = square root of rs1 (${format})`,
      inFormat(numbers, ({ rs1 }) => rs1.sqrt()),
    ),
    fused(numbers, 'fmadd', 0x43, 'rd = rs1 * rs2 + rs3', ({ rs1, rs2, rs3 }) => rs1.mulAdd(rs2, rs3)),
    fused(numbers, 'fmsub', 0x47, 'rd = rs1 * rs2 - rs3', ({ rs1, rs2, rs3 }) => rs1.mulAdd(rs2, rs3.negate())),
    fused(numbers, 'fnmsub', 0x4b, 'rd = -(rs1 * rs2) + rs3', ({ rs1, rs2, rs3 }) => rs1.negate().mulAdd(rs2, rs3)),
    fused(numbers, 'fnmadd', 0x4f, 'rd = -(rs1 * rs2) - rs3', ({ rs1, rs2, rs3 }) =>
      rs1.negate().mulAdd(rs2, rs3.negate()),
    ),

    signed(numbers, 'fsgnj', 0, 'rd = |rs1| with the sign of rs2', (_, _own, other) => other),
    signed(numbers, 'fsgnjn', 1, 'rd = |rs1| with the opposite sign of rs2', (_, _own, other) => other.xor(-1)),
    signed(numbers, 'fsgnjx', 2, 'rd = |rs1| with the product of both signs', (_, own, other) => own.xor(other)),

    exact(
      numbers,
      'fmin',
      [0x05, 0],
      frd,
      'rd = min(rs1, rs2)',
      inFormat(numbers, ({ rs1, rs2 }) => rs1.min(rs2)),
    ),
    exact(
      numbers,
      'fmax',
      [0x05, 1],
      frd,
      'rd = max(rs1, rs2)',
      inFormat(numbers, ({ rs1, rs2 }) => rs1.max(rs2)),
    ),
    exact(
      numbers,
      'feq',
      [0x14, 2],
      rd,
      'rd = rs1 == rs2 ? 1 : 0',
      inFormat(numbers, ({ rs1, rs2 }) => rs1.equal(rs2)),
    ),
    exact(
      numbers,
      'flt',
      [0x14, 1],
      rd,
      'rd = rs1 < rs2 ? 1 : 0',
      inFormat(numbers, ({ rs1, rs2 }) => rs1.less(rs2)),
    ),
    exact(
      numbers,
      'fle',
      [0x14, 0],
      rd,
      'rd = rs1 <= rs2 ? 1 : 0',
      inFormat(numbers, ({ rs1, rs2 }) => rs1.lessOrEqual(rs2)),
    ),
    unary(numbers, `fclass.${letter}`, [0x1c, 1], ['x', 'f'], `rd = class of rs1, one bit of ten (${format})`, (x) =>
      classOf(numbers, x),
    ),

    ...integerFormats.map(([integer, summary], index) =>
      roundedUnary(
        numbers,
        `fcvt.${integer}.${letter}`,
        [0x18, index],
        ['x', 'f'],
        `rd = integer of rs1 (${format} to ${summary})`,
        inFormat(numbers, ({ rs1 }) => rs1.toInteger(integer)),
      ),
    ),
    ...integerFormats.map(([integer, summary], index) =>
      roundedUnary(
        numbers,
        `fcvt.${letter}.${integer}`,
        [0x1a, index],
        ['f', 'x'],
        `rd = number of the integer rs1 (${summary.replace(', sign-extended', '')} to ${format})`,
        inFormat(numbers, (x) => x.fromInteger(integer)),
        // Nothing is rounded: GNU writes rne.
        format === 'double' && integer.startsWith('w') ? RoundingMode.rne : RoundingMode.dyn,
      ),
    ),
  ];
}
