import type { AtomicWidth, Execution, LoadWidth, StoreWidth, SystemOperation } from '../isa';
import { DecodedLayout, FastPathLayout, HartLayout } from './layout';
import { type Expression, I32, I64 } from './wasm/expression';
import type { FunctionBuilder, Label, Local } from './wasm/function';
import { Opcode, Type } from './wasm/opcodes';

/** The slow functions that the interpreter calls; see `SlowPaths`. Indexes in the module. */
export interface SlowFunctions {
  readonly fetch: number;
  readonly decode: number;
  readonly crossing: number;
  readonly breakpoint: number;
  readonly load: number;
  readonly store: number;
  readonly atomic: number;
  readonly loadReserved: number;
  readonly storeConditional: number;
  readonly system: number;
}

export interface InterpreterLocals {
  /** Base of the hart's block. */
  readonly hart: Local;
  /** Instructions left. */
  readonly budget: Local;
  /** The decoded entry of the current instruction. */
  readonly entry: Local;
  /** The decoded page that holds it. */
  readonly page: Local;
  /** Virtual address of that page. */
  readonly pageAddress: Local;
  readonly pc: Local;
  readonly context: Local;
  readonly address: Local;
  readonly slot: Local;
  readonly value: Local;
}

export interface InterpreterLabels {
  /** Goes on at the local `pc`. */
  readonly jump: Label;
  /** Goes on at the local `entry`, in the same decoded page. */
  readonly next: Label;
}

const loads: Readonly<Record<LoadWidth, { size: 1 | 2 | 4 | 8; opcode: number; signed?: 8 | 16 | 32 }>> = {
  b: { size: 1, opcode: Opcode.i64Load8Signed, signed: 8 },
  bu: { size: 1, opcode: Opcode.i64Load8Unsigned },
  h: { size: 2, opcode: Opcode.i64Load16Signed, signed: 16 },
  hu: { size: 2, opcode: Opcode.i64Load16Unsigned },
  w: { size: 4, opcode: Opcode.i64Load32Signed, signed: 32 },
  wu: { size: 4, opcode: Opcode.i64Load32Unsigned },
  d: { size: 8, opcode: Opcode.i64Load },
};

const stores: Readonly<Record<StoreWidth, { size: 1 | 2 | 4 | 8; opcode: number }>> = {
  b: { size: 1, opcode: Opcode.i64Store8 },
  h: { size: 2, opcode: Opcode.i64Store16 },
  w: { size: 4, opcode: Opcode.i64Store32 },
  d: { size: 8, opcode: Opcode.i64Store },
};

/** System operations by the number that the interpreter passes to slow code. */
export const systemOperations: readonly SystemOperation[] = [
  'csr-write',
  'csr-set',
  'csr-clear',
  'ecall',
  'ebreak',
  'mret',
  'sret',
  'wfi',
  'pause',
  'sfence.vma',
  'illegal',
];

/** What the semantics of the instruction table means in the interpreter: operands are read through the decoded entry. */
export class InterpreterExecution implements Execution {
  readonly imm: I64;
  readonly rs1: I64;
  readonly rs2: I64;
  readonly pc: I64;
  private readonly entry: I32;
  private readonly hart: I32;

  constructor(
    private readonly f: FunctionBuilder,
    private readonly locals: InterpreterLocals,
    private readonly labels: InterpreterLabels,
    private readonly slow: SlowFunctions,
    private readonly length: 2 | 4,
  ) {
    this.entry = f.i32(locals.entry);
    this.hart = f.i32(locals.hart);
    this.imm = I64.load(this.entry, DecodedLayout.immediate, Opcode.i64Load32Signed);
    this.rs1 = I64.load(this.registerSlot(DecodedLayout.rs1), HartLayout.registers);
    this.rs2 = I64.load(this.registerSlot(DecodedLayout.rs2), HartLayout.registers);
    this.pc = currentPc(f, locals);
  }

  readonly constant = (value: number | bigint): I64 => I64.constant(value);

  writeRd(value: I64): void {
    this.f.store(Opcode.i64Store, this.registerSlot(DecodedLayout.rd), HartLayout.registers, value);
  }

  load(width: LoadWidth, address: I64): I64 {
    const { size, opcode, signed } = loads[width];
    return new I64(() => {
      const { f, locals, slow } = this;
      const hit = this.probe(HartLayout.readTable, size, address);
      f.ifValue(
        Type.i64,
        hit,
        () => I64.load(this.memoryOffset(HartLayout.readTable), 0, opcode).emit(f),
        () => {
          this.callSlow(slow.load, ...this.words(f.i64(locals.address)), I32.constant(size));
          const result = I64.load(this.hart, HartLayout.result);
          (signed ? result.signExtend(signed) : result).emit(f);
        },
      );
    });
  }

  store(width: StoreWidth, address: I64, value: I64): undefined {
    const { f, locals, slow } = this;
    const { size, opcode } = stores[width];
    f.if(
      this.probe(HartLayout.writeTable, size, address),
      () => f.store(opcode, this.memoryOffset(HartLayout.writeTable), 0, value),
      () => {
        this.callSlow(slow.store, ...this.words(f.i64(locals.address)), I32.constant(size), ...this.words(value));
      },
    );
  }

  atomic(width: AtomicWidth, update: (old: I64) => I64): I64 {
    const { f, locals, slow } = this;
    const { size, opcode } = stores[width];
    f.if(
      this.probe(HartLayout.writeTable, size, this.rs1),
      () => f.set(locals.slot, this.memoryOffset(HartLayout.writeTable)),
      () => {
        this.callSlow(slow.atomic, ...this.words(f.i64(locals.address)), I32.constant(size));
        f.set(locals.slot, I32.load(this.hart, HartLayout.result));
      },
    );
    const memory = f.i32(locals.slot);
    f.set(locals.value, I64.load(memory, 0, loads[width].opcode));
    f.store(opcode, memory, 0, update(f.i64(locals.value)));
    return f.i64(locals.value);
  }

  loadReserved(width: AtomicWidth): I64 {
    const { f, locals, slow } = this;
    const { size, opcode } = loads[width];
    f.if(
      this.probe(HartLayout.readTable, size, this.rs1),
      () => {
        f.set(locals.slot, this.memoryOffset(HartLayout.readTable));
        f.store(Opcode.i32Store, this.hart, HartLayout.reservation, f.i32(locals.slot));
        f.set(locals.value, I64.load(f.i32(locals.slot), 0, opcode));
      },
      () => {
        this.callSlow(slow.loadReserved, ...this.words(f.i64(locals.address)), I32.constant(size));
        f.set(locals.value, I64.load(this.hart, HartLayout.result));
        if (size === 4) f.set(locals.value, f.i64(locals.value).signExtend(32));
      },
    );
    return f.i64(locals.value);
  }

  storeConditional(width: AtomicWidth): I64 {
    const { f, locals, slow } = this;
    const { size } = stores[width];
    f.set(locals.address, this.rs1);
    this.callSlow(
      slow.storeConditional,
      ...this.words(f.i64(locals.address)),
      I32.constant(size),
      ...this.words(this.rs2),
    );
    return I64.load(this.hart, HartLayout.result);
  }

  branch(condition: I32): undefined {
    this.f.if(condition, () => this.jumpToImmediate());
  }

  jump(target: I64): undefined {
    const { f, locals, labels } = this;
    // The target may depend on the register that the link overwrites.
    f.set(locals.pc, target);
    this.writeRd(this.nextPc());
    f.branch(labels.jump);
  }

  jumpRelative(): undefined {
    this.writeRd(this.nextPc());
    this.jumpToImmediate();
  }

  fence(): undefined {}

  /** Stores to code are seen at once: nothing decoded outlives them. */
  fenceInstruction(): undefined {}

  system(operation: SystemOperation): undefined {
    const number = systemOperations.indexOf(operation);
    this.callSlow(this.slow.system, I32.constant(number), I32.load(this.entry, DecodedLayout.immediate));
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
      f.branch(labels.next);
    });
    f.set(locals.pc, this.pc.add(this.imm));
    f.branch(labels.jump);
  }

  private registerSlot(operand: number): I32 {
    return this.hart.add(I32.load(this.entry, operand, Opcode.i32Load8Unsigned).shiftLeft(3));
  }

  /**
   * Sets the locals `address` and `slot` (the table entry), and is true when the table answers for the whole access: the low bits
   * that the mask keeps differ from the tag's zeros when the access is misaligned.
   */
  private probe(table: number, size: number, address: I64): I32 {
    const { f, locals } = this;
    f.set(locals.address, address);
    const virtual = f.i64(locals.address);
    const tag = virtual.and(-4096 | (size - 1)).or(f.i64(locals.context));
    const entry = f.tee(locals.slot, tableEntry(this.hart, virtual));
    return tag.equal(I64.load(entry, table + FastPathLayout.tag));
  }

  private memoryOffset(table: number): I32 {
    const { f, locals } = this;
    return f
      .i64(locals.address)
      .word()
      .add(I32.load(f.i32(locals.slot), table + FastPathLayout.addend));
  }

  private words(value: I64): [I32, I32] {
    return [value.word(), value.shiftRight(32).word()];
  }

  private callSlow(functionIndex: number, ...values: Expression[]): void {
    callSlow(this.f, this.locals, this.labels.jump, functionIndex, this.pc, values);
  }
}

/** The virtual address of the current instruction. */
export function currentPc(f: FunctionBuilder, locals: InterpreterLocals): I64 {
  const parcels = f.i32(locals.entry).sub(f.i32(locals.page));
  return f.i64(locals.pageAddress).add(parcels.shiftRight(2).zeroExtend());
}

/** The fast-path entry for an address, without the offset of a table. */
export function tableEntry(hart: I32, address: I64): I32 {
  return hart.add(address.word().shiftRight(8).mask(0xff0));
}

/**
 * Calls slow code with pc and budget in the hart's block. When it answers other than 0 the instruction ends here (a trap, or a
 * system instruction that went elsewhere): pc and budget come from the block. Else the budget does, so that slow code can end the run
 * after this instruction.
 */
export function callSlow(
  f: FunctionBuilder,
  locals: InterpreterLocals,
  jump: Label,
  functionIndex: number,
  pc: I64,
  values: readonly Expression[],
): void {
  const hart = f.i32(locals.hart);
  f.store(Opcode.i64Store, hart, HartLayout.pc, pc);
  f.store(Opcode.i32Store, hart, HartLayout.budget, f.i32(locals.budget));
  f.if(I32.call(functionIndex, ...values), () => {
    f.set(locals.pc, I64.load(hart, HartLayout.pc));
    f.set(locals.budget, I32.load(hart, HartLayout.budget));
    f.branch(jump);
  });
  f.set(locals.budget, I32.load(hart, HartLayout.budget));
}
