import { binary, type Emit, type Expression, I32, I64, unary } from './expression';
import { Opcode, Type } from './opcodes';

export type RealType = typeof Type.f32 | typeof Type.f64;

/** By operation: the opcodes for f32 and f64. */
const opcodes = {
  abs: [Opcode.f32Abs, Opcode.f64Abs],
  negate: [Opcode.f32Negate, Opcode.f64Negate],
  sqrt: [Opcode.f32Sqrt, Opcode.f64Sqrt],
  add: [Opcode.f32Add, Opcode.f64Add],
  sub: [Opcode.f32Sub, Opcode.f64Sub],
  mul: [Opcode.f32Mul, Opcode.f64Mul],
  div: [Opcode.f32Div, Opcode.f64Div],
  min: [Opcode.f32Min, Opcode.f64Min],
  max: [Opcode.f32Max, Opcode.f64Max],
  equal: [Opcode.f32Equal, Opcode.f64Equal],
  less: [Opcode.f32Less, Opcode.f64Less],
  lessOrEqual: [Opcode.f32LessOrEqual, Opcode.f64LessOrEqual],
  fromSigned: [Opcode.f32ConvertI64Signed, Opcode.f64ConvertI64Signed],
  fromUnsigned: [Opcode.f32ConvertI64Unsigned, Opcode.f64ConvertI64Unsigned],
} as const;
type Operation = keyof typeof opcodes;

const opcodeOf = (operation: Operation, type: RealType): number => opcodes[operation][type === Type.f32 ? 0 : 1];

/** A floating-point number of the host, rounded to nearest even. */
export class Real implements Expression {
  constructor(
    readonly type: RealType,
    readonly emit: Emit,
  ) {}

  static constant(value: number, type: RealType = Type.f64): Real {
    const isDouble = type === Type.f64;
    const number = isDouble ? new Float64Array([value]) : new Float32Array([value]);
    return new Real(type, ({ code }) => {
      code.byte(isDouble ? Opcode.f64Const : Opcode.f32Const);
      code.bytes(new Uint8Array(number.buffer));
    });
  }

  /** The number that the low bits stand for. */
  static fromBits(type: RealType, bits: I64): Real {
    if (type === Type.f32) return new Real(type, unary(Opcode.f32ReinterpretI32, bits.word()));
    return new Real(type, bits.double?.emit ?? unary(Opcode.f64ReinterpretI64, bits));
  }

  static fromInteger(type: RealType, value: I64, isSigned: boolean): Real {
    return new Real(type, unary(opcodeOf(isSigned ? 'fromSigned' : 'fromUnsigned', type), value));
  }

  /** The bits, zero-extended. */
  bits(): I64 {
    if (this.type === Type.f64) return new I64(unary(Opcode.i64ReinterpretF64, this), this);
    return new I32(unary(Opcode.i32ReinterpretF32, this)).zeroExtend();
  }

  add(other: Real): Real {
    return this.with('add', other);
  }
  sub(other: Real): Real {
    return this.with('sub', other);
  }
  mul(other: Real): Real {
    return this.with('mul', other);
  }
  div(other: Real): Real {
    return this.with('div', other);
  }
  min(other: Real): Real {
    return this.with('min', other);
  }
  max(other: Real): Real {
    return this.with('max', other);
  }
  sqrt(): Real {
    return new Real(this.type, unary(opcodeOf('sqrt', this.type), this));
  }
  abs(): Real {
    return new Real(this.type, unary(opcodeOf('abs', this.type), this));
  }
  negate(): Real {
    return new Real(this.type, unary(opcodeOf('negate', this.type), this));
  }
  equal(other: Real): I32 {
    return new I32(binary(opcodeOf('equal', this.type), this, other));
  }
  less(other: Real): I32 {
    return new I32(binary(opcodeOf('less', this.type), this, other));
  }
  lessOrEqual(other: Real): I32 {
    return new I32(binary(opcodeOf('lessOrEqual', this.type), this, other));
  }
  /** To f64; the number is the same. */
  promote(): Real {
    return this.type === Type.f64 ? this : new Real(Type.f64, unary(Opcode.f64PromoteF32, this));
  }
  /** To f32, rounded. */
  demote(): Real {
    return this.type === Type.f32 ? this : new Real(Type.f32, unary(Opcode.f32DemoteF64, this));
  }
  /** To an integral number (of type f64). */
  round(direction: 'truncate' | 'floor' | 'ceil' | 'nearest'): Real {
    const opcode = {
      truncate: Opcode.f64Truncate,
      floor: Opcode.f64Floor,
      ceil: Opcode.f64Ceil,
      nearest: Opcode.f64Nearest,
    }[direction];
    return new Real(Type.f64, unary(opcode, this));
  }
  /** The integer part (of type f64) as an integer; saturates. */
  toInteger(isSigned: boolean): I64 {
    return new I64((into) => {
      this.emit(into);
      into.code.byte(Opcode.saturating);
      into.code.byte(isSigned ? Opcode.i64TruncateF64Signed : Opcode.i64TruncateF64Unsigned);
    });
  }

  private with(operation: Operation, other: Real): Real {
    return new Real(this.type, binary(opcodeOf(operation, this.type), this, other));
  }
}
