import type { AtomicWidth, Execution, LoadWidth, StoreWidth, SystemOperation } from '../isa';
import { DecodedLayout, FastPathLayout, HartLayout } from './layout';
import { loadWidths, SlowOperation, sizeOf, slowRequest, storeWidths, systemOperations } from './slow-operation';
import { I32, I64 } from './wasm/expression';
import type { FunctionBuilder, Label, Local } from './wasm/function';
import { Opcode } from './wasm/opcodes';

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
  /** What is asked of slow code; see `slowRequest`. */
  readonly request: Local;
}

export interface InterpreterLabels {
  /** Goes on at the local `pc`. */
  readonly jump: Label;
  /** Goes on at the local `entry`, in the same decoded page. */
  readonly next: Label;
  /** Has slow code do what `request` says about the current instruction, and goes on where that leaves pc. */
  readonly slow: Label;
}

const loadOpcodes: Readonly<Record<LoadWidth, number>> = {
  b: Opcode.i64Load8Signed,
  bu: Opcode.i64Load8Unsigned,
  h: Opcode.i64Load16Signed,
  hu: Opcode.i64Load16Unsigned,
  w: Opcode.i64Load32Signed,
  wu: Opcode.i64Load32Unsigned,
  d: Opcode.i64Load,
};

const storeOpcodes: Readonly<Record<StoreWidth, number>> = {
  b: Opcode.i64Store8,
  h: Opcode.i64Store16,
  w: Opcode.i64Store32,
  d: Opcode.i64Store,
};

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
    const { f } = this;
    return new I64(() => {
      const request = this.request(SlowOperation.load, loadWidths.indexOf(width));
      this.slowUnless(this.probe(HartLayout.readTable, sizeOf[width], address), request);
      I64.load(this.memoryOffset(HartLayout.readTable), 0, loadOpcodes[width]).emit(f);
    });
  }

  store(width: StoreWidth, address: I64, value: I64): undefined {
    const { f, locals } = this;
    f.set(locals.value, value);
    const request = this.request(SlowOperation.store, storeWidths.indexOf(width));
    this.slowUnless(this.probe(HartLayout.writeTable, sizeOf[width], address), request);
    f.store(storeOpcodes[width], this.memoryOffset(HartLayout.writeTable), 0, f.i64(locals.value));
  }

  atomic(width: AtomicWidth, update: (old: I64) => I64): I64 {
    const { f, locals } = this;
    const request = this.request(SlowOperation.atomic, storeWidths.indexOf(width));
    this.slowUnless(this.probe(HartLayout.writeTable, sizeOf[width], this.rs1), request);
    f.set(locals.slot, this.memoryOffset(HartLayout.writeTable));
    const memory = f.i32(locals.slot);
    f.set(locals.value, I64.load(memory, 0, loadOpcodes[width]));
    f.store(storeOpcodes[width], memory, 0, update(f.i64(locals.value)));
    return f.i64(locals.value);
  }

  loadReserved(width: AtomicWidth): I64 {
    const { f, locals } = this;
    const request = this.request(SlowOperation.loadReserved, loadWidths.indexOf(width));
    this.slowUnless(this.probe(HartLayout.readTable, sizeOf[width], this.rs1), request);
    f.set(locals.slot, this.memoryOffset(HartLayout.readTable));
    f.store(Opcode.i32Store, this.hart, HartLayout.reservation, f.i32(locals.slot));
    return I64.load(f.i32(locals.slot), 0, loadOpcodes[width]);
  }

  /** Here when it succeeds; else slow code does it, and writes rd itself. */
  storeConditional(width: AtomicWidth): I64 {
    const { f, locals } = this;
    const request = this.request(SlowOperation.storeConditional, storeWidths.indexOf(width));
    f.set(locals.value, this.rs2);
    this.slowUnless(this.probe(HartLayout.writeTable, sizeOf[width], this.rs1), request);
    f.set(locals.slot, this.memoryOffset(HartLayout.writeTable));
    this.slowUnless(f.i32(locals.slot).equal(I32.load(this.hart, HartLayout.reservation)), request);
    f.store(storeOpcodes[width], f.i32(locals.slot), 0, f.i64(locals.value));
    f.store(Opcode.i32Store, this.hart, HartLayout.reservation, I32.constant(-1));
    return this.constant(0);
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
    f.if(offset.lessUnsigned(4096), () => {
      f.set(locals.entry, entryAt(f, locals));
      f.branch(labels.next);
    });
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
    this.goSlow(this.request(SlowOperation.system, systemOperations.indexOf(operation)));
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

  private request(operation: SlowOperation, detail: number): number {
    return slowRequest(operation, detail, this.length);
  }

  /** The cold side is small and has no call in it, so that the engine keeps the loop's variables in registers. */
  private slowUnless(isFast: I32, request: number): void {
    this.f.if(isFast.equal(0), () => this.goSlow(request));
  }

  private goSlow(request: number): void {
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

/** The fast-path entry for an address, without the offset of a table. */
export function tableEntry(hart: I32, address: I64): I32 {
  return hart.add(address.word().shiftRight(8).mask(0xff0));
}
