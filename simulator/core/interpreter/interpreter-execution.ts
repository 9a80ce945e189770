import { FRAME } from '../../mmu/address';
import { DecodedLayout, HartLayout } from '../layout';
import { type ExecutionLocals, WasmExecution } from '../wasm/execution';
import { I32, I64 } from '../wasm/expression';
import type { FunctionBuilder, Label } from '../wasm/function';
import type { Local } from '../wasm/locals';
import { Opcode } from '../wasm/opcodes';
import { DETAIL_SHIFT, SlowOperation } from './slow-operation';

export interface InterpreterLocals extends ExecutionLocals {
  /** Instructions left. */
  readonly budget: Local;
  /** The decoded entry of the current instruction. */
  readonly entry: Local;
  /** The decoded page that holds it. */
  readonly page: Local;
  /** Virtual address of that page. */
  readonly pageAddress: Local;
  readonly pc: Local;
  /** What is asked of slow code; see `slowRequest`. */
  readonly request: Local;
  /** Whether the next instruction is the interpreter's even if a region begins there. */
  readonly isAlone: Local;
  /** How many jumps from now on do not count towards translation. */
  readonly uncounted: Local;
}

export interface InterpreterLabels {
  /** Goes on at the local `pc`. */
  readonly jump: Label;
  /** Goes on at the local `entry`, in the same decoded page. */
  readonly next: Label;
  /** The same after a jump. */
  readonly arrive: Label;
  /** Has slow code do what `request` says about the current instruction, and goes on where that leaves pc. */
  readonly slow: Label;
}

/** Where the word of a floating-point instruction has rm and rs3. */
const RM_SHIFT = 12;
const RS3_SHIFT = 27;

/** What the semantics of the instruction table means in the interpreter: operands are read through the decoded entry. */
export class InterpreterExecution extends WasmExecution {
  readonly imm: I64;
  readonly rs1: I64;
  readonly rs2: I64;
  readonly rs3: I64;
  readonly pc: I64;
  readonly roundingMode: I32;
  private readonly entry: I32;

  constructor(
    f: FunctionBuilder,
    protected override readonly locals: InterpreterLocals,
    private readonly labels: InterpreterLabels,
    readonly length: 2 | 4,
  ) {
    super(f, locals);
    this.entry = f.i32(locals.entry);
    this.imm = I64.load(this.entry, DecodedLayout.immediate, Opcode.i64Load32Signed);
    this.rs1 = I64.load(this.registerSlot(DecodedLayout.rs1), HartLayout.registers);
    this.rs2 = I64.load(this.registerSlot(DecodedLayout.rs2), HartLayout.registers);
    // Floating-point arithmetic has no immediate: the whole word is there instead.
    const word = I32.load(this.entry, DecodedLayout.immediate);
    this.rs3 = I64.load(this.hart.add(word.shiftRight(RS3_SHIFT).shiftLeft(3)), HartLayout.floatRegisters);
    this.roundingMode = word.shiftRight(RM_SHIFT).mask(7);
    this.pc = currentPc(f, locals);
  }

  writeRd(value: I64): void {
    this.f.store(Opcode.i64Store, this.registerSlot(DecodedLayout.rd), HartLayout.registers, value);
  }

  branch(condition: I32): undefined {
    this.f.if(condition, () => this.jumpToImmediate());
  }

  jump(target: I64): undefined {
    const { f, locals, labels } = this;
    // The target may depend on the register that the link overwrites.
    f.set(locals.pc, target);
    this.writeRd(this.nextPc());
    const offset = f.i64(locals.pc).sub(f.i64(locals.pageAddress));
    f.if(offset.lessUnsigned(FRAME), () => {
      f.set(locals.entry, entryAt(f, locals));
      f.branch(labels.arrive);
    });
    f.branch(labels.jump);
  }

  jumpRelative(): undefined {
    this.writeRd(this.nextPc());
    this.jumpToImmediate();
  }

  /** Asks slow code for a system operation, of which the number is in the entry's rd. */
  system(): void {
    const operation = I32.load(this.entry, DecodedLayout.rd, Opcode.i32Load8Unsigned);
    const request = I32.constant(this.request(SlowOperation.system)).add(operation.shiftLeft(DETAIL_SHIFT));
    this.f.set(this.locals.request, request);
    this.f.branch(this.labels.slow);
  }

  private nextPc(): I64 {
    return this.pc.add(this.length);
  }

  /** Stays in the decoded page where the target is in it. */
  private jumpToImmediate(): void {
    const { f, locals, labels } = this;
    const distance = I32.load(this.entry, DecodedLayout.immediate);
    f.set(locals.slot, this.entry.add(distance.shiftLeft(2)));
    const target = f.i32(locals.slot);
    f.if(target.sub(f.i32(locals.page)).lessUnsigned(DecodedLayout.entriesSize), () => {
      f.set(locals.entry, target);
      f.branch(labels.arrive);
    });
    f.set(locals.pc, this.pc.add(this.imm));
    f.branch(labels.jump);
  }

  private registerSlot(operand: number): I32 {
    return this.hart.add(I32.load(this.entry, operand, Opcode.i32Load8Unsigned).shiftLeft(3));
  }

  protected goSlow(request: number): void {
    const { f, locals, labels } = this;
    f.set(locals.request, I32.constant(request));
    f.branch(labels.slow);
  }
}

/** The entry of the local `pc` in the current decoded page, where it is in that. */
export function entryAt(f: FunctionBuilder, locals: InterpreterLocals): I32 {
  return f.i32(locals.page).add(f.i64(locals.pc).word().mask(0xffe).shiftLeft(2));
}

/** The virtual address of the current instruction. */
export function currentPc(f: FunctionBuilder, locals: InterpreterLocals): I64 {
  const parcels = f.i32(locals.entry).sub(f.i32(locals.page));
  return f.i64(locals.pageAddress).add(parcels.shiftRight(2).zeroExtend());
}
