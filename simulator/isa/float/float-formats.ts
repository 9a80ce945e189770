/**
 * What F, D and Zfh have in common: the same instructions over numbers of 32, 64 and 16 bits (manual, volume I, "F", "D" and "Zfh"
 * extensions).
 */
import type { Availability } from '../extensions';
import { entry, formatI, notRun, rd, rs1 } from '../formats';
import { loads, stores } from '../memory-access';
import { floatRegister, immediate, roundingMode, run } from '../operands';
import type {
  Execution,
  Float,
  FloatExecution,
  FloatFormat,
  FloatSemantics,
  IntegerFormat,
  LoadWidth,
  Semantics,
  StoreWidth,
  SystemSemantics,
  Value,
} from '../semantics';
import type { Instruction, Operand } from '../types';

/** The rm and frm fields. */
export const RoundingMode = { rne: 0, rtz: 1, rdn: 2, rup: 3, rmm: 4, dyn: 7 } as const;
export const roundingModeSummaries: Readonly<Record<keyof typeof RoundingMode, string>> = {
  rne: 'round to the nearest value, of two that are equally near to the even one',
  rtz: 'round towards zero',
  rdn: 'round down, towards minus infinity',
  rup: 'round up, towards plus infinity',
  rmm: 'round to the nearest value, of two that are equally near to that of larger magnitude',
  dyn: 'round as the `frm` field of `fcsr` says',
};
/** By number; undefined where it is reserved. */
export const roundingModeNames: readonly (string | undefined)[] = Array.from(
  { length: 8 },
  (_, number) => Object.entries(RoundingMode).find(([, each]) => each === number)?.[0],
);

/** How the numbers of an extension are encoded. */
export interface FloatEncoding {
  /** Which extensions have arithmetic on them, in registers of either file. */
  readonly arithmetic: Availability;
  /** Which have loads, stores and moves of floating-point registers. */
  readonly registers: Availability;
  readonly precision: 'single' | 'double' | 'half';
  /** The last letter of mnemonics. */
  readonly letter: 's' | 'd' | 'h';
  /** The fmt field. */
  readonly fmt: 0 | 1 | 2;
  /** What the machine computes with; absent for what it does not run. */
  readonly numbers?: FloatNumbers;
}

/** How the machine holds the numbers. */
interface FloatNumbers {
  readonly format: FloatFormat;
  /** The sign, the least bits of a normal number, of an infinity, and of a quiet NaN, in a register of 64 bits. */
  readonly sign: bigint;
  readonly smallestNormal: bigint;
  readonly infinity: bigint;
  readonly quiet: bigint;
}

export const SINGLE: FloatEncoding = {
  arithmetic: { extension: 'f', alternatives: [['zfinx']] },
  registers: { extension: 'f' },
  precision: 'single',
  letter: 's',
  fmt: 0,
  numbers: { format: 'single', sign: 1n << 31n, smallestNormal: 1n << 23n, infinity: 0xffn << 23n, quiet: 1n << 22n },
};

export const DOUBLE: FloatEncoding = {
  arithmetic: { extension: 'd', alternatives: [['zdinx']] },
  registers: { extension: 'd' },
  precision: 'double',
  letter: 'd',
  fmt: 1,
  numbers: { format: 'double', sign: 1n << 63n, smallestNormal: 1n << 52n, infinity: 0x7ffn << 52n, quiet: 1n << 51n },
};

export const HALF: FloatEncoding = {
  arithmetic: { extension: 'zfh', alternatives: [['zhinx']] },
  registers: { extension: 'zfhmin' },
  precision: 'half',
  letter: 'h',
  fmt: 2,
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

function inFormat({ numbers }: FloatEncoding, arithmetic: Arithmetic): FloatSemantics | SystemSemantics {
  return numbers ? { float: (x) => arithmetic(x[numbers.format]) } : notRun;
}

/** Semantics over the bits of the numbers. */
function onBits(
  { numbers }: FloatEncoding,
  semantics: (x: Execution, numbers: FloatNumbers) => Value,
): Semantics | SystemSemantics {
  return numbers ? (x) => semantics(x, numbers) : notRun;
}

/** Fields of an instruction word of OP-FP. */
function code({ fmt }: FloatEncoding, funct5: number, fields: { rs2?: number; funct3?: number } = {}): number {
  return ((funct5 << 27) | (fmt << 25) | ((fields.rs2 ?? 0) << 20) | ((fields.funct3 ?? 0) << 12) | OP_FP) >>> 0;
}

/** `fadd.s rd, rs1, rs2[, rm]` */
function rounded(
  encoding: FloatEncoding,
  name: string,
  funct5: number,
  summary: string,
  arithmetic: Arithmetic,
): Instruction {
  return entry(encoding.arithmetic, {
    name: `${name}.${encoding.letter}`,
    mask: MASK_FUNCT7,
    match: code(encoding, funct5),
    operands: [frd, frs1, frs2, rm],
    syntax: 'rd, rs1, rs2[, rm]',
    defaults: { rm: RoundingMode.dyn },
    summary: `${summary} (${encoding.precision})`,
    semantics: inFormat(encoding, arithmetic),
  });
}

/** `fmadd.s rd, rs1, rs2, rs3[, rm]` */
function fused(
  encoding: FloatEncoding,
  name: string,
  opcode: number,
  summary: string,
  arithmetic: Arithmetic,
): Instruction {
  return entry(encoding.arithmetic, {
    name: `${name}.${encoding.letter}`,
    mask: 0x0600007f,
    match: (encoding.fmt << 25) | opcode,
    operands: [frd, frs1, frs2, frs3, rm],
    syntax: 'rd, rs1, rs2, rs3[, rm]',
    defaults: { rm: RoundingMode.dyn },
    summary: `${summary}, rounded once (${encoding.precision})`,
    semantics: inFormat(encoding, arithmetic),
  });
}

/** `feq.s rd, rs1, rs2`, `fmin.s rd, rs1, rs2`: without rounding */
function exact(
  encoding: FloatEncoding,
  name: string,
  [funct5, funct3]: readonly [number, number],
  destination: Operand,
  summary: string,
  semantics: Semantics | FloatSemantics | SystemSemantics,
): Instruction {
  return entry(encoding.arithmetic, {
    name: `${name}.${encoding.letter}`,
    mask: MASK_FUNCT7 | MASK_FUNCT3,
    match: code(encoding, funct5, { funct3 }),
    operands: [destination, frs1, frs2],
    syntax: 'rd, rs1, rs2',
    summary: `${summary} (${encoding.precision})`,
    semantics,
  });
}

/** `fsqrt.s rd, rs1[, rm]`, `fcvt.w.s rd, rs1[, rm]`: one operand, and a number in the place of rs2 */
export function roundedUnary(
  encoding: FloatEncoding,
  name: string,
  [funct5, rs2]: readonly [number, number],
  [destination, source]: readonly [destination: 'x' | 'f', source: 'x' | 'f'],
  summary: string,
  semantics: FloatSemantics | SystemSemantics,
  defaultMode: number = RoundingMode.dyn,
): Instruction {
  return entry(encoding.arithmetic, {
    name,
    mask: MASK_FUNCT7 | MASK_RS2,
    match: code(encoding, funct5, { rs2 }),
    operands: [destination === 'x' ? rd : frd, source === 'x' ? rs1 : frs1, rm],
    syntax: 'rd, rs1[, rm]',
    defaults: { rm: defaultMode },
    summary,
    semantics,
  });
}

/** `fmv.x.w rd, rs1`, `fclass.s rd, rs1`: bits, not numbers */
export function bitsUnary(
  group: Availability,
  encoding: FloatEncoding,
  name: string,
  [funct5, funct3]: readonly [number, number],
  [destination, source]: readonly [destination: 'x' | 'f', source: 'x' | 'f'],
  summary: string,
  semantics: Semantics | SystemSemantics,
): Instruction {
  return entry(group, {
    name,
    mask: MASK_FUNCT7 | MASK_FUNCT3 | MASK_RS2,
    match: code(encoding, funct5, { funct3 }),
    operands: [destination === 'x' ? rd : frd, source === 'x' ? rs1 : frs1],
    syntax: 'rd, rs1',
    summary,
    semantics,
  });
}

/** `flw rd, imm(rs1)` */
export function formatFloatLoad(
  { registers, numbers }: FloatEncoding,
  name: string,
  funct3: number,
  summary: string,
  width: LoadWidth,
): Instruction {
  const semantics = numbers ? (x: Execution) => x.load(width, x.rs1.add(x.imm)) : notRun;
  const base = formatI(registers, name, [LOAD_FP, funct3], summary, semantics, { memory: loads(width) });
  const [, source, offset] = base.operands as readonly [Operand, Operand, Operand];
  return { ...base, operands: [frd, offset, source], syntax: 'rd, imm(rs1)' };
}

/** `fsw rs2, imm(rs1)` */
export function formatFloatStore(
  { registers, numbers }: FloatEncoding,
  name: string,
  funct3: number,
  summary: string,
  width: StoreWidth,
): Instruction {
  return entry(registers, {
    name,
    mask: MASK_FUNCT3 | 0x7f,
    match: (funct3 << 12) | STORE_FP,
    operands: [frs2, offsetS, rs1],
    syntax: 'rs2, imm(rs1)',
    summary,
    memory: stores(width),
    semantics: numbers ? (x) => x.store(width, x.rs1.add(x.imm), x.rs2) : notRun,
  });
}

/** The bits of a number in a register. */
function unboxed({ format }: FloatNumbers, x: Execution, register: Value): Value {
  if (format === 'double') return register;
  return register.greaterEqualUnsigned(x.constant(NAN_BOX)).choose(register, x.constant(CANONICAL_SINGLE));
}

type SignRule = (x: Execution, own: Value, other: Value) => Value;

/** The number in rs1 with a sign that depends on that of rs2. */
function signed(encoding: FloatEncoding, name: string, funct3: number, summary: string, rule: SignRule): Instruction {
  const semantics = onBits(encoding, (x, numbers) => {
    const [a, b] = [unboxed(numbers, x, x.rs1), unboxed(numbers, x, x.rs2)];
    const sign = x.constant(BigInt.asIntN(64, numbers.sign));
    const magnitude = a.and(x.constant(BigInt.asIntN(64, ~numbers.sign)));
    return magnitude.or(rule(x, a, b).and(sign));
  });
  return exact(encoding, name, [0x04, funct3], frd, summary, semantics);
}

/**
 * One bit of ten, from bit 0: -infinity, negative normal, negative subnormal, -0, +0, positive subnormal, positive normal, +infinity,
 * signaling NaN, quiet NaN.
 */
function classOf(x: Execution, numbers: FloatNumbers): Value {
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

/** With the number that stands for them in the place of rs2. */
const integerFormats: readonly (readonly [format: IntegerFormat, code: number, summary: string])[] = [
  ['w', 0, 'signed 32 bits'],
  ['wu', 1, 'unsigned 32 bits, sign-extended'],
  ['l', 2, 'signed 64 bits'],
  ['lu', 3, 'unsigned 64 bits'],
];

/** The instructions that F, D and Zfh have alike. */
export function floatInstructions(encoding: FloatEncoding): readonly Instruction[] {
  const { arithmetic, precision, letter } = encoding;
  return [
    rounded(encoding, 'fadd', 0x00, 'rd = rs1 + rs2', ({ rs1, rs2 }) => rs1.add(rs2)),
    rounded(encoding, 'fsub', 0x01, 'rd = rs1 - rs2', ({ rs1, rs2 }) => rs1.sub(rs2)),
    rounded(encoding, 'fmul', 0x02, 'rd = rs1 * rs2', ({ rs1, rs2 }) => rs1.mul(rs2)),
    rounded(encoding, 'fdiv', 0x03, 'rd = rs1 / rs2', ({ rs1, rs2 }) => rs1.div(rs2)),
    roundedUnary(
      encoding,
      `fsqrt.${letter}`,
      [0x0b, 0],
      ['f', 'f'],
      `rd = square root of rs1 (${precision})`,
      inFormat(encoding, ({ rs1 }) => rs1.sqrt()),
    ),
    fused(encoding, 'fmadd', 0x43, 'rd = rs1 * rs2 + rs3', ({ rs1, rs2, rs3 }) => rs1.mulAdd(rs2, rs3)),
    fused(encoding, 'fmsub', 0x47, 'rd = rs1 * rs2 - rs3', ({ rs1, rs2, rs3 }) => rs1.mulAdd(rs2, rs3.negate())),
    fused(encoding, 'fnmsub', 0x4b, 'rd = -(rs1 * rs2) + rs3', ({ rs1, rs2, rs3 }) => rs1.negate().mulAdd(rs2, rs3)),
    fused(encoding, 'fnmadd', 0x4f, 'rd = -(rs1 * rs2) - rs3', ({ rs1, rs2, rs3 }) =>
      rs1.negate().mulAdd(rs2, rs3.negate()),
    ),

    signed(encoding, 'fsgnj', 0, 'rd = |rs1| with the sign of rs2', (_, _own, other) => other),
    signed(encoding, 'fsgnjn', 1, 'rd = |rs1| with the opposite sign of rs2', (_, _own, other) => other.xor(-1)),
    signed(encoding, 'fsgnjx', 2, 'rd = |rs1| with the product of both signs', (_, own, other) => own.xor(other)),

    exact(
      encoding,
      'fmin',
      [0x05, 0],
      frd,
      'rd = min(rs1, rs2)',
      inFormat(encoding, ({ rs1, rs2 }) => rs1.min(rs2)),
    ),
    exact(
      encoding,
      'fmax',
      [0x05, 1],
      frd,
      'rd = max(rs1, rs2)',
      inFormat(encoding, ({ rs1, rs2 }) => rs1.max(rs2)),
    ),
    exact(
      encoding,
      'feq',
      [0x14, 2],
      rd,
      'rd = rs1 == rs2 ? 1 : 0',
      inFormat(encoding, ({ rs1, rs2 }) => rs1.equal(rs2)),
    ),
    exact(
      encoding,
      'flt',
      [0x14, 1],
      rd,
      'rd = rs1 < rs2 ? 1 : 0',
      inFormat(encoding, ({ rs1, rs2 }) => rs1.less(rs2)),
    ),
    exact(
      encoding,
      'fle',
      [0x14, 0],
      rd,
      'rd = rs1 <= rs2 ? 1 : 0',
      inFormat(encoding, ({ rs1, rs2 }) => rs1.lessOrEqual(rs2)),
    ),
    bitsUnary(
      arithmetic,
      encoding,
      `fclass.${letter}`,
      [0x1c, 1],
      ['x', 'f'],
      `rd = class of rs1, one bit of ten (${precision})`,
      onBits(encoding, classOf),
    ),

    ...integerFormats.map(([integer, code, summary]) =>
      roundedUnary(
        encoding,
        `fcvt.${integer}.${letter}`,
        [0x18, code],
        ['x', 'f'],
        `rd = integer of rs1 (${precision} to ${summary})`,
        inFormat(encoding, ({ rs1 }) => rs1.toInteger(integer)),
      ),
    ),
    ...integerFormats.map(([integer, code, summary]) =>
      roundedUnary(
        encoding,
        `fcvt.${letter}.${integer}`,
        [0x1a, code],
        ['f', 'x'],
        `rd = number of the integer rs1 (${summary.replace(', sign-extended', '')} to ${precision})`,
        inFormat(encoding, (x) => x.fromInteger(integer)),
        // Nothing is rounded: GNU writes rne.
        precision === 'double' && integer.startsWith('w') ? RoundingMode.rne : RoundingMode.dyn,
      ),
    ),
  ];
}
