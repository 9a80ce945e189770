/**
 * Typed expressions that write themselves into a function. `I64` and `I32` are the `Value`, `Word` and `Condition` in which the
 * instruction table says what instructions do; an expression is evaluated where, and as often as, it is emitted.
 */
import type { Condition, Value, Word } from '../../isa';
import type { Bytes } from './bytes';
import { type NumberType, Opcode, Type } from './opcodes';

/** Operations on integers that WebAssembly lacks. */
export interface IntegerOperations {
  /** The upper 64 bits of the product of unsigned numbers. */
  mulHigh(a: I64, b: I64): I64;
  /** The lower 64 bits of the product without carries. */
  carrylessMul(a: I64, b: I64): I64;
}

/** The body of a function (function.ts) as expressions write themselves into it. */
export interface FunctionBody {
  readonly code: Bytes;
  readonly operations: IntegerOperations;
  /** A load or store of what is on the stack. */
  memoryAccess(opcode: number, offset: number): void;
  /** Leaves one of two values of a type on the stack. */
  ifValue(type: NumberType, condition: I32, then: () => void, otherwise: () => void): void;
  call(functionIndex: number, ...values: Expression[]): void;
}

export interface Expression {
  emit(into: FunctionBody): void;
}

export type Emit = (into: FunctionBody) => void;

export function binary(opcode: number, left: Expression, right: Expression): Emit {
  return (into) => {
    left.emit(into);
    right.emit(into);
    into.code.byte(opcode);
  };
}

export function unary(opcode: number, operand: Expression): Emit {
  return (into) => {
    operand.emit(into);
    into.code.byte(opcode);
  };
}

/** A 32-bit number, or a truth value (0 is false). */
export class I32 implements Expression, Word, Condition {
  constructor(readonly emit: Emit) {}

  static constant(value: number): I32 {
    return new I32(({ code }) => {
      code.byte(Opcode.i32Const);
      code.signed(value | 0);
    });
  }

  static load(address: I32, offset: number, opcode: number = Opcode.i32Load): I32 {
    return new I32((into) => {
      address.emit(into);
      into.memoryAccess(opcode, offset);
    });
  }

  add(other: I32 | number): I32 {
    return other === 0 ? this : this.with(Opcode.i32Add, other);
  }
  sub(other: I32 | number): I32 {
    return this.with(Opcode.i32Sub, other);
  }
  mul(other: I32 | number): I32 {
    return this.with(Opcode.i32Mul, other);
  }
  and(other: I32): I32 {
    return this.with(Opcode.i32And, other);
  }
  or(other: I32): I32 {
    return this.with(Opcode.i32Or, other);
  }
  mask(bits: number): I32 {
    return this.with(Opcode.i32And, bits);
  }
  shiftLeft(amount: I32 | number): I32 {
    return this.with(Opcode.i32ShiftLeft, amount);
  }
  shiftRight(amount: I32 | number): I32 {
    return this.with(Opcode.i32ShiftRight, amount);
  }
  shiftRightSigned(amount: I32 | number): I32 {
    return this.with(Opcode.i32ShiftRightSigned, amount);
  }
  rotateLeft(amount: I32 | number): I32 {
    return this.with(Opcode.i32RotateLeft, amount);
  }
  rotateRight(amount: I32 | number): I32 {
    return this.with(Opcode.i32RotateRight, amount);
  }
  countLeadingZeros(): I32 {
    return new I32(unary(Opcode.i32CountLeadingZeros, this));
  }
  countTrailingZeros(): I32 {
    return new I32(unary(Opcode.i32CountTrailingZeros, this));
  }
  countOnes(): I32 {
    return new I32(unary(Opcode.i32CountOnes, this));
  }
  equal(other: I32 | number): I32 {
    return this.with(Opcode.i32Eq, other);
  }
  lessSigned(other: I32 | number): I32 {
    return this.with(Opcode.i32LessSigned, other);
  }
  lessUnsigned(other: I32 | number): I32 {
    return this.with(Opcode.i32LessUnsigned, other);
  }
  signExtend(): I64 {
    return new I64(unary(Opcode.i64ExtendI32Signed, this));
  }
  zeroExtend(): I64 {
    return new I64(unary(Opcode.i64ExtendI32Unsigned, this));
  }
  value(): I64 {
    return this.zeroExtend();
  }
  choose(ifTrue: I64, ifFalse: I64): I64 {
    return new I64((into) =>
      into.ifValue(
        Type.i64,
        this,
        () => ifTrue.emit(into),
        () => ifFalse.emit(into),
      ),
    );
  }

  private with(opcode: number, other: I32 | number): I32 {
    return new I32(binary(opcode, this, typeof other === 'number' ? I32.constant(other) : other));
  }
}

/** A 64-bit number. */
export class I64 implements Expression, Value {
  /** @param double an expression of type f64 that has these bits, where the number comes of one */
  constructor(
    readonly emit: Emit,
    readonly double?: Expression,
  ) {}

  static constant(value: number | bigint): I64 {
    return new I64(({ code }) => {
      code.byte(Opcode.i64Const);
      code.signed(BigInt.asIntN(64, BigInt(value)));
    });
  }

  static load(address: I32, offset: number, opcode: number = Opcode.i64Load): I64 {
    return new I64((into) => {
      address.emit(into);
      into.memoryAccess(opcode, offset);
    });
  }

  add(other: I64 | number): I64 {
    return this.with(Opcode.i64Add, other);
  }
  sub(other: I64 | number): I64 {
    return this.with(Opcode.i64Sub, other);
  }
  mul(other: I64 | number): I64 {
    return this.with(Opcode.i64Mul, other);
  }
  divSigned(other: I64 | number): I64 {
    return this.with(Opcode.i64DivSigned, other);
  }
  divUnsigned(other: I64 | number): I64 {
    return this.with(Opcode.i64DivUnsigned, other);
  }
  remSigned(other: I64 | number): I64 {
    return this.with(Opcode.i64RemSigned, other);
  }
  remUnsigned(other: I64 | number): I64 {
    return this.with(Opcode.i64RemUnsigned, other);
  }
  mulHighUnsigned(other: I64): I64 {
    return new I64((into) => into.operations.mulHigh(this, other).emit(into));
  }
  carrylessMul(other: I64): I64 {
    return new I64((into) => into.operations.carrylessMul(this, other).emit(into));
  }
  and(other: I64 | number): I64 {
    return this.with(Opcode.i64And, other);
  }
  or(other: I64 | number): I64 {
    return this.with(Opcode.i64Or, other);
  }
  xor(other: I64 | number): I64 {
    return this.with(Opcode.i64Xor, other);
  }
  shiftLeft(amount: I64 | number): I64 {
    return this.with(Opcode.i64ShiftLeft, amount);
  }
  shiftRight(amount: I64 | number): I64 {
    return this.with(Opcode.i64ShiftRight, amount);
  }
  shiftRightSigned(amount: I64 | number): I64 {
    return this.with(Opcode.i64ShiftRightSigned, amount);
  }
  rotateLeft(amount: I64 | number): I64 {
    return this.with(Opcode.i64RotateLeft, amount);
  }
  rotateRight(amount: I64 | number): I64 {
    return this.with(Opcode.i64RotateRight, amount);
  }
  countLeadingZeros(): I64 {
    return new I64(unary(Opcode.i64CountLeadingZeros, this));
  }
  countTrailingZeros(): I64 {
    return new I64(unary(Opcode.i64CountTrailingZeros, this));
  }
  countOnes(): I64 {
    return new I64(unary(Opcode.i64CountOnes, this));
  }
  equal(other: I64 | number): I32 {
    return other === 0 ? new I32(unary(Opcode.i64Eqz, this)) : this.compare(Opcode.i64Eq, other);
  }
  notEqual(other: I64 | number): I32 {
    return this.compare(Opcode.i64Ne, other);
  }
  lessSigned(other: I64 | number): I32 {
    return this.compare(Opcode.i64LessSigned, other);
  }
  lessUnsigned(other: I64 | number): I32 {
    return this.compare(Opcode.i64LessUnsigned, other);
  }
  greaterEqualSigned(other: I64 | number): I32 {
    return this.compare(Opcode.i64GreaterEqualSigned, other);
  }
  greaterEqualUnsigned(other: I64 | number): I32 {
    return this.compare(Opcode.i64GreaterEqualUnsigned, other);
  }
  word(): I32 {
    return new I32(unary(Opcode.i32WrapI64, this));
  }
  /** The low `bits` bits, sign-extended. */
  signExtend(bits: 8 | 16 | 32): I64 {
    const opcode = { 8: Opcode.i64Extend8Signed, 16: Opcode.i64Extend16Signed, 32: Opcode.i64Extend32Signed }[bits];
    return new I64(unary(opcode, this));
  }

  private with(opcode: number, other: I64 | number): I64 {
    return new I64(binary(opcode, this, typeof other === 'number' ? I64.constant(other) : other));
  }

  private compare(opcode: number, other: I64 | number): I32 {
    return new I32(binary(opcode, this, typeof other === 'number' ? I64.constant(other) : other));
  }
}
