import { expansionOf, type Instruction, instructions, type Semantics, type SystemSemantics } from '../isa';
import {
  callSlow,
  currentPc,
  InterpreterExecution,
  type InterpreterLabels,
  type InterpreterLocals,
  type SlowFunctions,
  tableEntry,
} from './interpreter-execution';
import { DecodedLayout, FastPathLayout, HartLayout } from './layout';
import { I32, I64 } from './wasm/expression';
import { FunctionBuilder, type Label } from './wasm/function';
import { ModuleBuilder } from './wasm/module';
import { Opcode, Type } from './wasm/opcodes';

/** Opcodes of decoded entries that are no instructions. */
export const SpecialOpcode = {
  /** Not decoded yet. A page of zeros is a page of these. */
  undecoded: 0,
  /** The end of the page: go on at the page that follows. */
  pageEnd: 1,
  /** An instruction of which the second half is in the next page. */
  crossing: 2,
  breakpoint: 3,
} as const;

const FIRST_INSTRUCTION = 4;

/** One case of the interpreter's switch: an instruction in one of its lengths. */
interface InterpreterCase {
  readonly instruction: Instruction;
  readonly semantics: Semantics | SystemSemantics;
  readonly length: 2 | 4;
}

function interpreterCases(): readonly InterpreterCase[] {
  const compressedBases = new Set(instructions.map((instruction) => expansionOf(instruction)?.base));
  const cases: InterpreterCase[] = [];
  for (const instruction of instructions) {
    const { semantics } = instruction;
    if ('base' in semantics) continue;
    cases.push({ instruction, semantics, length: instruction.length });
    if (compressedBases.has(instruction.name)) cases.push({ instruction, semantics, length: 2 });
  }
  if (cases.length > 256 - FIRST_INSTRUCTION) throw new Error('a decoded opcode is one byte');
  return cases;
}

const cases = interpreterCases();

/** The decoded opcode of a base instruction in a length. */
export const opcodes: ReadonlyMap<Instruction, { readonly [length in 2 | 4]: number }> = (() => {
  const numbers = new Map<Instruction, { 2: number; 4: number }>();
  for (const [index, { instruction, length }] of cases.entries()) {
    const entry = numbers.get(instruction) ?? { 2: 0, 4: 0 };
    entry[length] = FIRST_INSTRUCTION + index;
    numbers.set(instruction, entry);
  }
  return numbers;
})();

/** The slow functions that the module imports, with how many i32 values each takes; all give an i32. */
export const slowFunctionParameters: Readonly<Record<keyof SlowFunctions, number>> = {
  fetch: 2,
  decode: 1,
  crossing: 2,
  breakpoint: 1,
  load: 3,
  store: 5,
  atomic: 3,
  loadReserved: 3,
  storeConditional: 5,
  system: 2,
};

/**
 * The interpreter as a WebAssembly module. It exports `run(hart: i32, budget: i32)`: executes at most `budget` instructions from the
 * pc in the hart's block and leaves pc and what is left of the budget there.
 */
export function buildInterpreter(memoryPages: number): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder(memoryPages);
  const names = Object.keys(slowFunctionParameters) as (keyof SlowFunctions)[];
  const slow = Object.fromEntries(
    names.map((name) => {
      const parameters = Array.from({ length: slowFunctionParameters[name] }, () => Type.i32);
      return [name, module.importFunction(name, { parameters, results: [Type.i32] })];
    }),
  ) as Record<keyof SlowFunctions, number>;
  const mulHigh = module.define(mulHighUnsigned());
  module.define(runFunction(slow, mulHigh), 'run');
  return module.toBinary();
}

/** The upper 64 bits of an unsigned product, from four products of 32-bit halves. */
function mulHighUnsigned(): FunctionBuilder {
  const f = new FunctionBuilder({ parameters: [Type.i64, Type.i64], results: [Type.i64] });
  const [a, b] = [f.i64(f.parameter(0)), f.i64(f.parameter(1))];
  const [low, high] = [f.local(Type.i64), f.local(Type.i64)];
  const mask = 0xffffffff;
  const [aLow, aHigh, bLow, bHigh] = [a.and(mask), a.shiftRight(32), b.and(mask), b.shiftRight(32)];
  f.set(low, aHigh.mul(bLow).add(aLow.mul(bLow).shiftRight(32)));
  f.set(high, aLow.mul(bHigh).add(f.i64(low).and(mask)));
  aHigh.mul(bHigh).add(f.i64(low).shiftRight(32)).add(f.i64(high).shiftRight(32)).emit(f);
  return f;
}

function runFunction(slow: SlowFunctions, mulHigh: number): FunctionBuilder {
  const f = new FunctionBuilder({ parameters: [Type.i32, Type.i32], results: [] }, mulHigh);
  const locals: InterpreterLocals = {
    hart: f.parameter(0),
    budget: f.parameter(1),
    entry: f.local(Type.i32),
    page: f.local(Type.i32),
    pageAddress: f.local(Type.i64),
    pc: f.local(Type.i64),
    context: f.local(Type.i64),
    address: f.local(Type.i64),
    slot: f.local(Type.i32),
    value: f.local(Type.i64),
  };
  const [hart, budget, pc] = [f.i32(locals.hart), f.i32(locals.budget), f.i64(locals.pc)];
  f.set(locals.pc, I64.load(hart, HartLayout.pc));
  f.block((out) => {
    f.loop((jump) => {
      f.branchIf(budget.lessSigned(1), out);
      f.set(locals.context, I64.load(hart, HartLayout.dataContext));
      enterPage(f, locals, slow, jump);
      f.loop((next) => executeNext(f, locals, { jump, next }, slow, out));
      f.unreachable();
    });
  });
  f.store(Opcode.i64Store, hart, HartLayout.pc, pc);
  f.store(Opcode.i32Store, hart, HartLayout.budget, budget);
  return f;
}

/** Finds the decoded page of pc, asking slow code where the execute table does not know. */
function enterPage(f: FunctionBuilder, locals: InterpreterLocals, slow: SlowFunctions, jump: Label): void {
  const [hart, pc] = [f.i32(locals.hart), f.i64(locals.pc)];
  const tag = pc.and(-4096).or(I64.load(hart, HartLayout.fetchContext));
  const slot = f.tee(locals.slot, tableEntry(hart, pc));
  f.if(tag.notEqual(I64.load(slot, HartLayout.executeTable + FastPathLayout.tag)), () => {
    callSlow(f, locals, jump, slow.fetch, pc, [pc.word(), pc.shiftRight(32).word()]);
  });
  const decodedPage = I32.load(f.i32(locals.slot), HartLayout.executeTable + FastPathLayout.decodedPage);
  f.set(locals.page, decodedPage);
  f.set(locals.pageAddress, pc.and(-4096));
  f.set(locals.entry, f.i32(locals.page).add(pc.word().mask(0xffe).shiftLeft(2)));
}

/** The body of the inner loop: one instruction. */
function executeNext(
  f: FunctionBuilder,
  locals: InterpreterLocals,
  labels: InterpreterLabels,
  slow: SlowFunctions,
  out: Label,
): void {
  const [budget, entry] = [f.i32(locals.budget), f.i32(locals.entry)];
  f.if(budget.lessSigned(1), () => {
    f.set(locals.pc, currentPc(f, locals));
    f.branch(out);
  });
  f.set(locals.budget, budget.sub(1));
  const opcode = f.local(Type.i32);
  f.set(opcode, I32.load(entry, DecodedLayout.opcode, Opcode.i32Load8Unsigned));
  f.loop((again) => {
    const special = specialCases(f, locals, labels, slow, again, (value) => f.set(opcode, value));
    const bodies = cases.map(({ semantics, length }) => () => {
      const execution = new InterpreterExecution(f, locals, labels, slow, length);
      const result = 'system' in semantics ? execution.system(semantics.system) : semantics(execution);
      if (result !== undefined) execution.writeRd(result as I64);
      f.set(locals.entry, entry.add(length * 4));
      f.branch(labels.next);
    });
    f.cases([...special, ...bodies], (targets) => {
      const undecoded = targets[SpecialOpcode.undecoded];
      if (undecoded) f.branchTable(f.i32(opcode), targets, undecoded);
    });
  });
}

/** What entries do that are no instructions; in the order of their numbers. They give back the instruction that was counted. */
function specialCases(
  f: FunctionBuilder,
  locals: InterpreterLocals,
  labels: InterpreterLabels,
  slow: SlowFunctions,
  again: Label,
  setOpcode: (opcode: I32) => void,
): readonly (() => void)[] {
  const [hart, budget, entry, pc] = [f.i32(locals.hart), f.i32(locals.budget), f.i32(locals.entry), f.i64(locals.pc)];
  const giveBack = (): void => f.set(locals.budget, budget.add(1));
  const undecoded = (): void => {
    giveBack();
    f.set(locals.slot, I32.call(slow.decode, entry));
    f.branch(labels.next);
  };
  const pageEnd = (): void => {
    giveBack();
    f.set(locals.pc, currentPc(f, locals));
    f.branch(labels.jump);
  };
  const crossing = (): void => {
    giveBack();
    f.set(locals.pc, currentPc(f, locals));
    const cachedPc = I64.load(hart, HartLayout.crossingPc);
    const cachedContext = I64.load(hart, HartLayout.crossingContext);
    const isCached = cachedPc.equal(pc).and(cachedContext.equal(I64.load(hart, HartLayout.fetchContext)));
    f.if(isCached.equal(0), () => {
      callSlow(f, locals, labels.jump, slow.crossing, pc, [pc.word(), pc.shiftRight(32).word()]);
    });
    f.set(locals.page, hart.add(HartLayout.crossingPage));
    f.set(locals.entry, f.i32(locals.page).add(0xffe * 4));
    f.branch(labels.next);
  };
  const breakpoint = (): void => {
    f.store(Opcode.i64Store, hart, HartLayout.pc, currentPc(f, locals));
    f.store(Opcode.i32Store, hart, HartLayout.budget, budget);
    setOpcode(I32.call(slow.breakpoint, entry));
    f.set(locals.budget, I32.load(hart, HartLayout.budget));
    f.branch(again);
  };
  return [undecoded, pageEnd, crossing, breakpoint];
}
