/**
 * The small language in which the table says what an instruction does. A semantics is a function over `Execution`; whoever calls it
 * decides what it builds: the interpreter (operands read from the decoded entry), a translated region (operands bound to constants).
 * The result of the function is the new value of rd; `undefined` leaves rd alone.
 */

/** A 64-bit value. Numbers stand for sign-extended constants. */
export interface Value {
  add(other: Value | number): Value;
  sub(other: Value | number): Value;
  mul(other: Value | number): Value;
  /** Quotients and remainders as the host computes them: the divisor is not 0, and the quotient fits. */
  divSigned(other: Value | number): Value;
  divUnsigned(other: Value | number): Value;
  remSigned(other: Value | number): Value;
  remUnsigned(other: Value | number): Value;
  /** The upper 64 bits of the 128-bit product of two unsigned values. */
  mulHighUnsigned(other: Value): Value;
  /** The lower 64 bits of the product without carries: sums are exclusive ors. */
  carrylessMul(other: Value): Value;
  and(other: Value | number): Value;
  or(other: Value | number): Value;
  xor(other: Value | number): Value;
  /** Shifts take the amount modulo 64. */
  shiftLeft(amount: Value | number): Value;
  shiftRight(amount: Value | number): Value;
  shiftRightSigned(amount: Value | number): Value;
  equal(other: Value | number): Condition;
  notEqual(other: Value | number): Condition;
  lessSigned(other: Value | number): Condition;
  lessUnsigned(other: Value | number): Condition;
  greaterEqualSigned(other: Value | number): Condition;
  greaterEqualUnsigned(other: Value | number): Condition;
  /** Rotations take the amount modulo 64. */
  rotateLeft(amount: Value | number): Value;
  rotateRight(amount: Value | number): Value;
  /** 64 for 0. */
  countLeadingZeros(): Value;
  countTrailingZeros(): Value;
  countOnes(): Value;
  /** The low 8 or 16 bits, sign-extended. */
  signExtend(bits: 8 | 16): Value;
  /** The low 32 bits. */
  word(): Word;
}

/** A 32-bit value. */
export interface Word {
  add(other: Word | number): Word;
  sub(other: Word | number): Word;
  mul(other: Word | number): Word;
  /** Shifts take the amount modulo 32. */
  shiftLeft(amount: Word | number): Word;
  shiftRight(amount: Word | number): Word;
  shiftRightSigned(amount: Word | number): Word;
  /** Rotations take the amount modulo 32. */
  rotateLeft(amount: Word | number): Word;
  rotateRight(amount: Word | number): Word;
  /** 32 for 0. */
  countLeadingZeros(): Word;
  countTrailingZeros(): Word;
  countOnes(): Word;
  signExtend(): Value;
  zeroExtend(): Value;
}

/** A truth value. */
export interface Condition {
  and(other: Condition): Condition;
  /** Only the chosen side is evaluated. */
  choose(ifTrue: Value, ifFalse: Value): Value;
  /** 1 or 0. */
  value(): Value;
}

/** `boxed` is a `w` whose upper half is all ones: a single-precision number in a register of 64 bits (NaN boxing). */
export type LoadWidth = 'b' | 'bu' | 'h' | 'hu' | 'w' | 'wu' | 'd' | 'boxed';
export type StoreWidth = 'b' | 'h' | 'w' | 'd';
export type AtomicWidth = 'w' | 'd';

/** Instructions whose work is done by readable slow code: CSR access, traps, returns, fences, hints. */
export type SystemOperation =
  | 'csr-write'
  | 'csr-set'
  | 'csr-clear'
  | 'ecall'
  | 'ebreak'
  | 'mret'
  | 'sret'
  | 'wfi'
  | 'pause'
  | 'sfence.vma'
  | 'sfence.inval'
  | 'hfence.vvma'
  | 'hfence.gvma'
  | 'hypervisor-load'
  | 'hypervisor-store'
  | 'cbo.inval'
  | 'cbo.clean'
  | 'cbo.flush'
  | 'cbo.zero'
  /** Defined to be illegal (c.unimp), or not of this machine. */
  | 'illegal';

/** Those that access a CSR. */
export type CsrOperation = Extract<SystemOperation, 'csr-write' | 'csr-set' | 'csr-clear'>;

/** What an instruction can read and do. */
export interface Execution {
  /** The operands' registers, whole: of x or of f, as the operand in the table says. */
  readonly rs1: Value;
  readonly rs2: Value;
  /** The immediate, sign-extended: of lui and auipc shifted to its place, of branches and jumps the distance, of shifts the amount. */
  readonly imm: Value;
  readonly pc: Value;
  constant(value: number | bigint): Value;
  /** Evaluates a value once that is used several times. */
  bind(value: Value, use: (bound: Value) => Value): Value;
  load(width: LoadWidth, address: Value): Value;
  store(width: StoreWidth, address: Value, value: Value): undefined;
  /** Loads the value at rs1, stores what `update` makes of it, and gives the old value. Permission to write is checked first. */
  atomic(width: AtomicWidth, update: (old: Value) => Value): Value;
  loadReserved(width: AtomicWidth): Value;
  /** 0 when stored, 1 when not. */
  storeConditional(width: AtomicWidth): Value;
  /** if (condition) pc = pc + imm */
  branch(condition: Condition): undefined;
  /** rd = address of the next instruction; pc = target. */
  jump(target: Value): undefined;
  /** rd = address of the next instruction; pc = pc + imm. */
  jumpRelative(): undefined;
  /** Orders memory: nothing to do where harts run in turn. */
  fence(): undefined;
  /** Makes stores to code visible to fetches. */
  fenceInstruction(): undefined;
}

export type Semantics = (x: Execution) => Value | undefined;

/** The integers that floating-point numbers are converted from and to: signed and unsigned, of 32 bits (w) and 64 (l). */
export type IntegerFormat = 'w' | 'wu' | 'l' | 'lu';
export type FloatFormat = 'single' | 'double';

/**
 * A floating-point number. Operations round as the instruction's rm says, accrue exceptions in fcsr, and give the canonical NaN for
 * any NaN (manual, volume I, "F" extension). `Integer` is what stands for integers where the semantics is evaluated.
 */
export interface Float<Integer> {
  add(other: Float<Integer>): Float<Integer>;
  sub(other: Float<Integer>): Float<Integer>;
  mul(other: Float<Integer>): Float<Integer>;
  div(other: Float<Integer>): Float<Integer>;
  sqrt(): Float<Integer>;
  /** this * factor + addend, rounded once */
  mulAdd(factor: Float<Integer>, addend: Float<Integer>): Float<Integer>;
  /** Changes the sign, and raises nothing. */
  negate(): Float<Integer>;
  /** Of a number and a NaN the number; -0 is less than +0. */
  min(other: Float<Integer>): Float<Integer>;
  max(other: Float<Integer>): Float<Integer>;
  /** 1 or 0. Quiet NaNs raise nothing in `equal`. */
  equal(other: Float<Integer>): Integer;
  less(other: Float<Integer>): Integer;
  lessOrEqual(other: Float<Integer>): Integer;
  /** What is out of range saturates, NaN to the greatest integer; the result is sign-extended to 64 bits. */
  toInteger(format: IntegerFormat): Integer;
  toFormat(format: FloatFormat): Float<Integer>;
}

/** The operands of an instruction as numbers of one format. A single that is not boxed is the canonical NaN. */
export interface FloatOperands<Integer> {
  readonly rs1: Float<Integer>;
  readonly rs2: Float<Integer>;
  readonly rs3: Float<Integer>;
  /** The integer in x[rs1]. */
  fromInteger(format: IntegerFormat): Float<Integer>;
}

export type FloatExecution<Integer> = { readonly [format in FloatFormat]: FloatOperands<Integer> };

/**
 * Semantics of an arithmetic instruction of F and D. Translated to host arithmetic where that is known to give the same result and
 * flags; else slow code evaluates the same function exactly.
 */
export interface FloatSemantics {
  readonly float: <Integer>(x: FloatExecution<Integer>) => Float<Integer> | Integer;
}

/** Semantics of an instruction that slow code does. */
export interface SystemSemantics {
  readonly system: SystemOperation;
}
