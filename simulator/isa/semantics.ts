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

export type LoadWidth = 'b' | 'bu' | 'h' | 'hu' | 'w' | 'wu' | 'd';
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
  /** Defined to be illegal (c.unimp). */
  | 'illegal';

/** What an instruction can read and do. */
export interface Execution {
  readonly rs1: Value;
  readonly rs2: Value;
  /** The immediate, sign-extended: of lui and auipc shifted to its place, of branches and jumps the distance, of shifts the amount. */
  readonly imm: Value;
  readonly pc: Value;
  constant(value: number | bigint): Value;
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

/** Semantics of an instruction that slow code does. */
export interface SystemSemantics {
  readonly system: SystemOperation;
}
