/** What the semantics of the instruction table means in a region: operands are constants, and registers local variables. */
import type { Instruction, OperandName } from '../../isa';
import { FLOAT_REGISTERS, HartLayout } from '../layout';
import { type ExecutionLocals, WasmExecution } from '../wasm/execution';
import { I32, I64 } from '../wasm/expression';
import type { FunctionBuilder, Label } from '../wasm/function';
import type { Local } from '../wasm/locals';
import { Opcode, Type } from '../wasm/opcodes';
import { Real } from '../wasm/real';
import { type InlineCsr, inlineCsrOf } from './inline-csr';
import type { RegionInstruction } from './region';

export interface RegionLocals extends ExecutionLocals {
  /** Instructions left, without those of the current block. */
  readonly budget: Local;
  /** Virtual address of the region's origin. */
  readonly base: Local;
  readonly pc: Local;
  /** Where to go on, and what to give back, when the interpreter is to do an instruction: see `mendOf`. */
  readonly mend: Local;
  /** What the hart's block has of the floating-point unit: only slow code changes it. */
  readonly floatReady: Local;
  readonly fcsr: Local;
  /** Local variables of the registers that the region uses, by `registerOf`: those of f registers are of type f64. */
  readonly registers: ReadonlyMap<number, Local>;
}

/** Where control goes from the middle or the end of a block. */
export interface RegionExits {
  /** Goes on at an offset, in the region or outside. */
  edge(target: number): void;
  /** Goes on at the local `pc`. */
  readonly indirect: Label;
  /** Leaves for the interpreter to do the instruction that the local `mend` tells. */
  readonly slow: Label;
  /** Whether the current block has found that the floating-point unit is ready. */
  isFloatKnown: boolean;
}

const REMAINDER_BITS = 7;
/** The longest block: what is left of it has to fit. */
export const LONGEST_BLOCK = (1 << REMAINDER_BITS) - 1;
/** Offsets from the origin are less than this in both directions. */
export const OFFSET_LIMIT = 1 << (31 - REMAINDER_BITS);

/** The offset of an instruction and how many of its block do not retire, in one number. */
const mendOf = (offset: number, remaining: number): number => (offset << REMAINDER_BITS) | remaining;
export const offsetOfMend = (mend: I32): I32 => mend.shiftRightSigned(REMAINDER_BITS);
export const remainderOfMend = (mend: I32): I32 => mend.mask(LONGEST_BLOCK);

/** The number of an operand's register among x and f registers, as `HartLayout.registers` has them; 0 for x0 and for none. */
export function registerOf({ instruction, fields }: RegionInstruction, name: OperandName): number {
  const number = fields[name];
  if (number === undefined) return 0;
  const isFloat = instruction.operands.some((operand) => operand.name === name && operand.file === 'f');
  return isFloat ? FLOAT_REGISTERS + number : number;
}

export class RegionExecution extends WasmExecution {
  readonly length: 2 | 4;

  /** @param remaining instructions of the block from this one on: all have been taken off the budget */
  constructor(
    f: FunctionBuilder,
    protected override readonly locals: RegionLocals,
    private readonly exits: RegionExits,
    private readonly instruction: RegionInstruction,
    private readonly remaining: number,
  ) {
    super(f, locals);
    this.length = instruction.length;
  }

  get rs1(): I64 {
    return this.register('rs1');
  }

  get rs2(): I64 {
    return this.register('rs2');
  }

  get rs3(): I64 {
    return this.register('rs3');
  }

  get imm(): I64 {
    return I64.constant(immediateOf(this.instruction));
  }

  get pc(): I64 {
    return this.f.i64(this.locals.base).add(this.instruction.offset);
  }

  get roundingMode(): I32 {
    return I32.constant(this.instruction.fields.rm ?? 0);
  }

  override execute(instruction: Instruction): void {
    const csr = inlineCsrOf(this.instruction);
    if (csr) this.accessCsr(csr);
    else super.execute(instruction);
  }

  private accessCsr({ operation, place, mask, access, immediate, writes }: InlineCsr): void {
    const { f, locals, hart } = this;
    f.if(I32.load(hart, HartLayout.csrAccess).mask(access).equal(0), () => this.goSlow());
    f.set(locals.value, I64.load(hart, place));
    const old = f.i64(locals.value);
    const operand = immediate === undefined ? this.rs1 : I64.constant(immediate);
    const written = { 'csr-write': operand, 'csr-set': old.or(operand), 'csr-clear': old.and(operand.xor(-1)) }[
      operation
    ];
    if (writes) f.store(Opcode.i64Store, hart, place, written.and(mask));
    this.writeRd(old);
  }

  writeRd(value: I64): void {
    const local = this.locals.registers.get(registerOf(this.instruction, 'rd'));
    if (local) setRegister(this.f, local, value);
    else this.f.drop(value);
  }

  branch(condition: I32): undefined {
    const { offset, fields } = this.instruction;
    this.f.if(condition, () => this.exits.edge(offset + (fields.target ?? 0)));
  }

  jump(target: I64): undefined {
    const { f, locals, exits } = this;
    // The target may depend on the register that the link overwrites.
    f.set(locals.pc, target);
    this.link();
    f.branch(exits.indirect);
  }

  /** The edge itself is the block's end. */
  jumpRelative(): undefined {
    this.link();
  }

  protected goSlow(): void {
    this.leaveToInterpreter();
  }

  /** The interpreter does the instruction from its start, and asks slow code itself. */
  leaveToInterpreter(): void {
    const { f, locals, exits, instruction, remaining } = this;
    f.set(locals.mend, I32.constant(mendOf(instruction.offset, remaining)));
    f.branch(exits.slow);
  }

  private link(): void {
    if (this.instruction.fields.rd) this.writeRd(this.pc.add(this.length));
  }

  private register(name: OperandName): I64 {
    const local = this.locals.registers.get(registerOf(this.instruction, name));
    return local ? getRegister(this.f, local) : I64.constant(0);
  }

  protected override requireFloat(): void {
    if (!this.exits.isFloatKnown) super.requireFloat();
    this.exits.isFloatKnown = true;
  }

  protected override get floatReady(): I32 {
    return this.f.i32(this.locals.floatReady);
  }

  protected override get fcsr(): I32 {
    return this.f.i32(this.locals.fcsr);
  }
}

/** The bits of a register in its local variable. */
export function getRegister(f: FunctionBuilder, local: Local): I64 {
  return local.type === Type.f64 ? f.real(local).bits() : f.i64(local);
}

export function setRegister(f: FunctionBuilder, local: Local, bits: I64): void {
  f.set(local, local.type === Type.f64 ? Real.fromBits(Type.f64, bits) : bits);
}

/** As the decoded entries of the interpreter have it: the immediate of lui and auipc is in its place. */
function immediateOf({ instruction, fields }: RegionInstruction): number {
  const { imm, shamt, target } = fields;
  if (target !== undefined) return target;
  if (shamt !== undefined) return shamt;
  const isUpper = instruction.operands.some(({ kind }) => kind === 'upper');
  return isUpper ? ((imm ?? 0) << 12) | 0 : (imm ?? 0);
}
