import { Bytes } from './bytes';
import { type Expression, type FunctionBody, I32, I64 } from './expression';
import { type Local, LocalPool } from './locals';
import { type NumberType, Opcode, Type } from './opcodes';
import type { Operations } from './operations';
import { Real } from './real';

/** A place that a branch can go to: the end of a block, or the start of a loop. */
export interface Label {
  /** How many blocks are open inside the function once its block is. */
  readonly depth: number;
}

export interface Signature {
  readonly parameters: readonly NumberType[];
  readonly results: readonly NumberType[];
}

/** Writes the body of one function: structured control flow, locals, and statements made of expressions. */
export class FunctionBuilder implements FunctionBody {
  readonly code = new Bytes();
  /** Locals that are free again after each instruction. */
  readonly pool = new LocalPool((type) => this.local(type));
  private readonly localTypes: NumberType[] = [];
  private readonly ownOperations: Operations | undefined;
  private depth = 0;

  /** @param operations how this function does what WebAssembly has no operation for */
  constructor(
    readonly signature: Signature,
    operations?: (f: FunctionBuilder) => Operations,
  ) {
    this.ownOperations = operations?.(this);
  }

  get operations(): Operations {
    if (!this.ownOperations) throw new Error('the function has no operations beside those of WebAssembly');
    return this.ownOperations;
  }

  parameter(index: number): Local {
    const type = this.signature.parameters[index];
    if (type === undefined) throw new RangeError(`the function has no parameter ${index}`);
    return { index, type };
  }

  local(type: NumberType): Local {
    this.localTypes.push(type);
    return { index: this.signature.parameters.length + this.localTypes.length - 1, type };
  }

  i32(local: Local): I32 {
    return new I32(() => this.access(Opcode.localGet, local));
  }

  i64(local: Local): I64 {
    return new I64(() => this.access(Opcode.localGet, local));
  }

  real(local: Local): Real {
    if (local.type !== Type.f32 && local.type !== Type.f64)
      throw new TypeError('the local is no floating-point number');
    return new Real(local.type, () => this.access(Opcode.localGet, local));
  }

  /** Evaluates now what is used more than once. */
  keepReal(value: Real): Real {
    const local = this.pool.take(value.type);
    this.set(local, value);
    return this.real(local);
  }

  keepInteger(value: I64): I64 {
    const local = this.pool.take(Type.i64);
    this.set(local, value);
    return this.i64(local);
  }

  set(local: Local, value: Expression): void {
    value.emit(this);
    this.access(Opcode.localSet, local);
  }

  /** Sets the local to what is on top of the stack. */
  setFromStack(local: Local): void {
    this.access(Opcode.localSet, local);
  }

  /** Sets the local and is its value. */
  tee(local: Local, value: I32): I32 {
    return new I32(() => {
      value.emit(this);
      this.access(Opcode.localTee, local);
    });
  }

  /** Branches to the label leave the block. */
  block(body: (end: Label) => void): void {
    this.structure(Opcode.block, Type.empty, body);
  }

  /** Branches to the label start the body again; falling off its end leaves the loop. */
  loop(body: (start: Label) => void): void {
    this.structure(Opcode.loop, Type.empty, body);
  }

  if(condition: I32, then: () => void, otherwise?: () => void): void {
    condition.emit(this);
    this.structure(Opcode.if, Type.empty, () => {
      then();
      if (otherwise) {
        this.code.byte(Opcode.else);
        otherwise();
      }
    });
  }

  ifValue(type: NumberType, condition: I32, then: () => void, otherwise: () => void): void {
    condition.emit(this);
    this.structure(Opcode.if, type, () => {
      then();
      this.code.byte(Opcode.else);
      otherwise();
    });
  }

  branch(label: Label): void {
    this.code.byte(Opcode.br);
    this.code.unsigned(this.depth - label.depth);
  }

  branchIf(condition: I32, label: Label): void {
    condition.emit(this);
    this.code.byte(Opcode.brIf);
    this.code.unsigned(this.depth - label.depth);
  }

  /** Goes to the label with the number `index`, or to `otherwise` beyond the last. */
  branchTable(index: I32, labels: readonly Label[], otherwise: Label): void {
    index.emit(this);
    this.code.byte(Opcode.brTable);
    this.code.vector(labels, (label) => this.code.unsigned(this.depth - label.depth));
    this.code.unsigned(this.depth - otherwise.depth);
  }

  /**
   * One block inside the other, first block innermost: a branch to label i goes to body i, which runs on into body i + 1 unless it
   * branches away. `enter` stands inside all of them.
   */
  cases(bodies: readonly (() => void)[], enter: (labels: readonly Label[]) => void): void {
    const labels = bodies.map((_, index) => ({ depth: this.depth + bodies.length - index }));
    for (const _ of bodies) this.open(Opcode.block, Type.empty);
    enter(labels);
    for (const body of bodies) {
      this.close();
      body();
    }
  }

  store(opcode: number, address: I32, offset: number, value: Expression): void {
    address.emit(this);
    value.emit(this);
    this.memoryAccess(opcode, offset);
  }

  memoryAccess(opcode: number, offset: number): void {
    this.code.byte(opcode);
    // Alignment hint 0 is always valid; engines ignore it.
    this.code.unsigned(0);
    this.code.unsigned(offset);
  }

  call(functionIndex: number, ...values: Expression[]): void {
    for (const value of values) value.emit(this);
    this.code.byte(Opcode.call);
    this.code.unsigned(functionIndex);
  }

  /** Calls the function with a number in the module's table; `type` is the index of its signature. */
  callIndirect(type: number, functionNumber: I32, ...values: Expression[]): void {
    for (const value of values) value.emit(this);
    functionNumber.emit(this);
    this.code.byte(Opcode.callIndirect);
    this.code.unsigned(type);
    this.code.unsigned(0);
  }

  /** Evaluates an expression for its effects. */
  drop(value: Expression): void {
    value.emit(this);
    this.code.byte(Opcode.drop);
  }

  return(): void {
    this.code.byte(Opcode.return);
  }

  unreachable(): void {
    this.code.byte(Opcode.unreachable);
  }

  /** The body as the code section holds it: locals, instructions, end. */
  toBody(): Uint8Array {
    const body = new Bytes();
    body.vector(this.localTypes, (type) => {
      body.unsigned(1);
      body.byte(type);
    });
    body.bytes(this.code.toArray());
    body.byte(Opcode.end);
    return body.toArray();
  }

  private structure(opcode: number, type: number, body: (label: Label) => void): void {
    this.open(opcode, type);
    body({ depth: this.depth });
    this.close();
  }

  private open(opcode: number, type: number): void {
    this.code.byte(opcode);
    this.code.byte(type);
    this.depth += 1;
  }

  private close(): void {
    this.code.byte(Opcode.end);
    this.depth -= 1;
  }

  private access(opcode: number, local: Local): void {
    this.code.byte(opcode);
    this.code.unsigned(local.index);
  }
}
