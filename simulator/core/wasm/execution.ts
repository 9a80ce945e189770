import {
  type AtomicWidth,
  type Execution,
  type Instruction,
  type LoadWidth,
  type StoreWidth,
  usesFloat,
  widths,
} from '../../isa';
import { FRAME } from '../../mmu/address';
import { SlowOperation, slowRequest, widthCodes } from '../interpreter/slow-operation';
import { FastPathLayout, HartLayout } from '../layout';
import { I32, I64 } from './expression';
import { NAN_BOX, WasmFloatExecution } from './float';
import type { FunctionBuilder } from './function';
import type { Local } from './locals';
import { Opcode } from './opcodes';

export interface ExecutionLocals {
  /** Base of the hart's block. */
  readonly hart: Local;
  /** Context of loads and stores. */
  readonly context: Local;
  /** The address and the value of the current access: what slow code is told. */
  readonly address: Local;
  readonly value: Local;
  readonly slot: Local;
}

const loadOpcodes: Readonly<Record<LoadWidth, number>> = {
  b: Opcode.i64Load8Signed,
  bu: Opcode.i64Load8Unsigned,
  h: Opcode.i64Load16Signed,
  hu: Opcode.i64Load16Unsigned,
  w: Opcode.i64Load32Signed,
  wu: Opcode.i64Load32Unsigned,
  d: Opcode.i64Load,
  boxed: Opcode.i64Load32Unsigned,
};

const storeOpcodes: Readonly<Record<StoreWidth, number>> = {
  b: Opcode.i64Store8,
  h: Opcode.i64Store16,
  w: Opcode.i64Store32,
  d: Opcode.i64Store,
};

/**
 * What the semantics of the instruction table means in WebAssembly: in the interpreter and in translated code, which differ in where
 * operands are and in how control goes on.
 */
export abstract class WasmExecution implements Execution {
  abstract readonly rs1: I64;
  abstract readonly rs2: I64;
  abstract readonly rs3: I64;
  abstract readonly imm: I64;
  abstract readonly pc: I64;
  /** The rm field of a floating-point instruction. */
  abstract readonly roundingMode: I32;
  abstract readonly length: 2 | 4;
  protected readonly hart: I32;

  constructor(
    readonly f: FunctionBuilder,
    protected readonly locals: ExecutionLocals,
  ) {
    this.hart = f.i32(locals.hart);
  }

  /** Writes to x0 are lost. */
  abstract writeRd(value: I64): void;
  abstract branch(condition: I32): undefined;
  abstract jump(target: I64): undefined;
  abstract jumpRelative(): undefined;
  /** Has slow code do the current instruction, or a part of it; control does not come back here. */
  protected abstract goSlow(request: number): void;

  /** What an instruction does, but for going on to the one that follows. Not for system instructions, which slow code does. */
  execute(instruction: Instruction): void {
    const { semantics } = instruction;
    this.f.pool.reset();
    if (usesFloat(instruction)) this.requireFloat();
    let result: I64 | undefined;
    if (typeof semantics === 'function') result = semantics(this) as I64 | undefined;
    else if ('float' in semantics) result = this.floatExecution().evaluate(semantics);
    else throw new Error(`${instruction.name} has no semantics here`);
    if (result !== undefined) this.writeRd(result);
  }

  readonly constant = (value: number | bigint): I64 => I64.constant(value);

  bind(value: I64, use: (bound: I64) => I64): I64 {
    return use(this.f.keepInteger(value));
  }

  load(width: LoadWidth, address: I64): I64 {
    const { f } = this;
    return new I64(() => {
      const request = this.request(SlowOperation.load, widthCodes.codeOf(width));
      this.slowUnless(this.probe(HartLayout.readTable, widths[width].size, address), request);
      const loaded = I64.load(this.memoryOffset(HartLayout.readTable), 0, loadOpcodes[width]);
      (width === 'boxed' ? loaded.or(NAN_BOX) : loaded).emit(f);
    });
  }

  store(width: StoreWidth, address: I64, value: I64): undefined {
    const { f, locals } = this;
    f.set(locals.value, value);
    const request = this.request(SlowOperation.store, widthCodes.codeOf(width));
    this.slowUnless(this.probe(HartLayout.writeTable, widths[width].size, address), request);
    f.store(storeOpcodes[width], this.memoryOffset(HartLayout.writeTable), 0, f.i64(locals.value));
  }

  atomic(width: AtomicWidth, update: (old: I64) => I64): I64 {
    const { f, locals } = this;
    const request = this.request(SlowOperation.atomic, widthCodes.codeOf(width));
    this.slowUnless(this.probe(HartLayout.writeTable, widths[width].size, this.rs1), request);
    f.set(locals.slot, this.memoryOffset(HartLayout.writeTable));
    const memory = f.i32(locals.slot);
    f.set(locals.value, I64.load(memory, 0, loadOpcodes[width]));
    f.store(storeOpcodes[width], memory, 0, update(f.i64(locals.value)));
    return f.i64(locals.value);
  }

  loadReserved(width: AtomicWidth): I64 {
    const { f, locals } = this;
    const request = this.request(SlowOperation.loadReserved, widthCodes.codeOf(width));
    this.slowUnless(this.probe(HartLayout.readTable, widths[width].size, this.rs1), request);
    f.set(locals.slot, this.memoryOffset(HartLayout.readTable));
    f.store(Opcode.i32Store, this.hart, HartLayout.reservation, f.i32(locals.slot));
    return I64.load(f.i32(locals.slot), 0, loadOpcodes[width]);
  }

  /** Here when it succeeds; else slow code does it, and writes rd itself. */
  storeConditional(width: AtomicWidth): I64 {
    const { f, locals } = this;
    const request = this.request(SlowOperation.storeConditional, widthCodes.codeOf(width));
    f.set(locals.value, this.rs2);
    this.slowUnless(this.probe(HartLayout.writeTable, widths[width].size, this.rs1), request);
    f.set(locals.slot, this.memoryOffset(HartLayout.writeTable));
    // No reservation is at an odd place.
    const place = f.i32(locals.slot).or(I32.load(this.hart, HartLayout.slowConditionals));
    this.slowUnless(place.equal(I32.load(this.hart, HartLayout.reservation)), request);
    f.store(storeOpcodes[width], f.i32(locals.slot), 0, f.i64(locals.value));
    f.store(Opcode.i32Store, this.hart, HartLayout.reservation, I32.constant(-1));
    return this.constant(0);
  }

  fence(): undefined {}

  /** Stores to code are seen at once: nothing decoded outlives them. */
  fenceInstruction(): undefined {}

  /**
   * Sets the locals `address` and `slot` (the table entry), and is true when the table answers for the whole access: the low bits
   * that the mask keeps differ from the tag's zeros when the access is misaligned.
   */
  protected probe(table: number, size: number, address: I64): I32 {
    const { f, locals } = this;
    f.set(locals.address, address);
    const virtual = f.i64(locals.address);
    const tag = virtual.and(-FRAME | (size - 1)).or(f.i64(locals.context));
    const entry = f.tee(locals.slot, tableEntry(this.hart, virtual));
    return tag.equal(I64.load(entry, table + FastPathLayout.tag));
  }

  protected memoryOffset(table: number): I32 {
    const { f, locals } = this;
    return f
      .i64(locals.address)
      .word()
      .add(I32.load(f.i32(locals.slot), table + FastPathLayout.addend));
  }

  protected request(operation: SlowOperation, detail = 0): number {
    return slowRequest(operation, detail, this.length);
  }

  /** The cold side is small and has no call in it, so that the engine keeps the variables of a loop in registers. */
  protected slowUnless(isFast: I32, request: number): void {
    this.f.if(isFast.equal(0), () => this.goSlow(request));
  }

  /** Slow code raises an illegal instruction, or makes the floating-point state dirty and tries again. */
  protected requireFloat(): void {
    this.slowUnless(this.floatReady, this.request(SlowOperation.prepareFloat));
  }

  protected get floatReady(): I32 {
    return I32.load(this.hart, HartLayout.floatReady);
  }

  protected get fcsr(): I32 {
    return I32.load(this.hart, HartLayout.fcsr);
  }

  private floatExecution(): WasmFloatExecution {
    const request = this.request(SlowOperation.float);
    return new WasmFloatExecution(this, {
      f: this.f,
      fcsr: this.fcsr,
      slowUnless: (isFast) => this.slowUnless(isFast, request),
    });
  }
}

const PAGE_BITS = 12;
const ENTRY_BITS = Math.log2(FastPathLayout.entrySize);

/** The fast-path entry for an address, without the offset of a table. */
export function tableEntry(hart: I32, address: I64): I32 {
  return hart.add(
    address
      .word()
      .shiftRight(PAGE_BITS - ENTRY_BITS)
      .mask((FastPathLayout.entries - 1) << ENTRY_BITS),
  );
}
