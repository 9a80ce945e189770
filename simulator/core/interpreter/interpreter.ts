import { expansionOf, type Instruction, instructions, systemOperationOf } from '../../isa';
import { FRAME } from '../../mmu/address';
import { regionSignature } from '../jit/region-signature';
import { DecodedLayout, FastPathLayout, HartLayout, TranslationLayout } from '../layout';
import { tableEntry } from '../wasm/execution';
import { I32, I64 } from '../wasm/expression';
import { FunctionBuilder, type Label } from '../wasm/function';
import { inlineHelpers } from '../wasm/helpers';
import { ModuleBuilder } from '../wasm/module';
import { Opcode, Type } from '../wasm/opcodes';
import {
  currentPc,
  entryAt,
  InterpreterExecution,
  type InterpreterLabels,
  type InterpreterLocals,
} from './interpreter-execution';
import { SlowOperation, slowRequest } from './slow-operation';

/** Opcodes of decoded entries that are no instruction of their own. */
export const SpecialOpcode = {
  /** Not decoded yet. A page of zeros is a page of these. */
  undecoded: 0,
  /** The end of the page: go on at the page that follows. */
  pageEnd: 1,
  /** An instruction of which the second half is in the next page. */
  crossing: 2,
  breakpoint: 3,
  /** An instruction of 4 bytes, or of 2, that slow code does: the number of the operation in rd, the instruction's word in the immediate. */
  system: 4,
  compressedSystem: 5,
  /** Floating-point arithmetic that rounds as the host does not: the instruction's word is in the immediate. */
  float: 6,
  /** A translated region can be entered here; see `TranslationLayout`. */
  region: 7,
} as const;

const FIRST_INSTRUCTION = Object.keys(SpecialOpcode).length;

/**
 * Jumps that are not counted at the beginning of a call, until a region is entered: calls begin and end in the middle of regions, and
 * what is interpreted there is hot already.
 */
const UNSETTLED = 8;

/** One case of the interpreter's switch: an instruction in one of its lengths. */
interface InterpreterCase {
  readonly instruction: Instruction;
  readonly length: 2 | 4;
}

function interpreterCases(): readonly InterpreterCase[] {
  const compressedBases = new Set(instructions.map((instruction) => expansionOf(instruction)?.base));
  const cases: InterpreterCase[] = [];
  for (const instruction of instructions) {
    if (expansionOf(instruction) || systemOperationOf(instruction)) continue;
    cases.push({ instruction, length: instruction.length });
    if (compressedBases.has(instruction.name)) cases.push({ instruction, length: 2 });
  }
  if (cases.length > 256 - FIRST_INSTRUCTION) throw new Error('a decoded opcode is one byte');
  return cases;
}

const cases = interpreterCases();

/** The decoded opcode of a base instruction that slow code does not do, in a length. */
export const opcodes: ReadonlyMap<Instruction, { readonly [length in 2 | 4]: number }> = (() => {
  const numbers = new Map<Instruction, { 2: number; 4: number }>();
  for (const [index, { instruction, length }] of cases.entries()) {
    const entry = numbers.get(instruction) ?? { 2: 0, 4: 0 };
    entry[length] = FIRST_INSTRUCTION + index;
    numbers.set(instruction, entry);
  }
  return numbers;
})();

/** The instruction of a decoded opcode that is one. */
export function instructionOfOpcode(opcode: number): Instruction {
  const found = cases[opcode - FIRST_INSTRUCTION];
  if (!found) throw new RangeError(`opcode ${opcode} is no instruction`);
  return found.instruction;
}

interface LoopLabels extends InterpreterLabels {
  /** Runs the region that begins at the local `entry`, if there are regions. */
  readonly region: Label | undefined;
}

/**
 * The interpreter as a WebAssembly module. It exports `run(hart: i32, budget: i32)`: executes at most `budget` instructions from the
 * pc in the hart's block and leaves pc and what is left of the budget there. It imports `slow(request, entry, addressLow, addressHigh,
 * valueLow, valueHigh)`, which finds pc and budget in the hart's block and leaves there where to go on; see `SlowPaths`.
 * @param hotEvery the number of jumps to a place, a power of two, after which it asks for translation, and calls the regions in the
 * imported table; undefined for an interpreter that knows no regions
 */
export function buildInterpreter(hotEvery: number | undefined): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder(hotEvery !== undefined);
  const parameters = Array.from({ length: 6 }, () => Type.i32);
  const slow = module.importFunction('slow', { parameters, results: [] });
  const regions = hotEvery === undefined ? undefined : { type: module.typeIndex(regionSignature), hotEvery };
  module.define(runFunction(slow, regions), 'run');
  return module.toBinary();
}

/** @param regions the type of their functions, if there are any */
function runFunction(
  slow: number,
  regions: { readonly type: number; readonly hotEvery: number } | undefined,
): FunctionBuilder {
  const f = new FunctionBuilder({ parameters: [Type.i32, Type.i32], results: [] }, inlineHelpers);
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
    request: f.local(Type.i32),
    isAlone: f.local(Type.i32),
    uncounted: f.local(Type.i32),
  };
  const [hart, budget, pc] = [f.i32(locals.hart), f.i32(locals.budget), f.i64(locals.pc)];
  if (regions) f.set(locals.uncounted, I32.constant(UNSETTLED));
  f.set(locals.pc, I64.load(hart, HartLayout.pc));
  f.block((out) => {
    f.loop((jump) => {
      f.branchIf(budget.lessSigned(1), out);
      f.block((slowAtPc) => {
        f.block((slowHere) => {
          f.block((regionHere) => {
            f.set(locals.context, I64.load(hart, HartLayout.dataContext));
            enterPage(f, locals, slowAtPc);
            f.loop((arrive) => {
              if (regions) countArrival(f, locals, slowHere, regions.hotEvery);
              f.loop((next) =>
                executeNext(f, locals, { jump, next, arrive, slow: slowHere, region: regions && regionHere }, out),
              );
              f.unreachable();
            });
          });
          if (regions) callRegion(f, locals, regions.type);
          f.branch(jump);
        });
        f.set(locals.pc, currentPc(f, locals));
      });
      callSlow(f, locals, slow, regions !== undefined);
      f.branch(jump);
    });
  });
  f.store(Opcode.i64Store, hart, HartLayout.pc, pc);
  f.store(Opcode.i32Store, hart, HartLayout.budget, budget);
  return f;
}

/** Asks for translation of what is jumped to often, but for the jumps that the local `uncounted` tells. */
function countArrival(f: FunctionBuilder, locals: InterpreterLocals, slow: Label, hotEvery: number): void {
  const { counters, countersSize } = TranslationLayout;
  const [entry, slot] = [f.i32(locals.entry), f.i32(locals.slot)];
  const count = (): void => {
    f.set(locals.slot, entry.shiftRight(1).mask(countersSize - 4));
    f.store(Opcode.i32Store, slot, counters, I32.load(slot, counters).add(1));
    const isHot = I32.load(slot, counters).mask(hotEvery - 1);
    f.if(isHot.equal(0), () => {
      f.set(locals.request, I32.constant(slowRequest(SlowOperation.hot)));
      f.branch(slow);
    });
  };
  const uncounted = f.i32(locals.uncounted);
  f.if(uncounted, () => f.set(locals.uncounted, uncounted.sub(1)), count);
}

/** Runs the region that begins at the local `entry`; like slow code it leaves pc and budget in the hart's block. */
function callRegion(f: FunctionBuilder, locals: InterpreterLocals, type: number): void {
  const [hart, entry] = [f.i32(locals.hart), f.i32(locals.entry)];
  const number = I32.load(entry, DecodedLayout.opcode).shiftRight(8);
  const record = I32.load(entry, DecodedLayout.immediate);
  f.callIndirect(type, number, hart, f.i32(locals.budget), f.i64(locals.pageAddress), record);
  f.setFromStack(locals.isAlone);
  f.set(locals.uncounted, I32.constant(0));
  f.set(locals.pc, I64.load(hart, HartLayout.pc));
  f.set(locals.budget, I32.load(hart, HartLayout.budget));
}

/** Calls slow code outside the inner loop: whatever it changes is read again afterwards. */
function callSlow(f: FunctionBuilder, locals: InterpreterLocals, slow: number, hasRegions: boolean): void {
  const hart = f.i32(locals.hart);
  const [address, value] = [f.i64(locals.address), f.i64(locals.value)];
  f.store(Opcode.i64Store, hart, HartLayout.pc, f.i64(locals.pc));
  f.store(Opcode.i32Store, hart, HartLayout.budget, f.i32(locals.budget));
  const words = [address.word(), address.shiftRight(32).word(), value.word(), value.shiftRight(32).word()];
  f.call(slow, f.i32(locals.request), f.i32(locals.entry), ...words);
  if (hasRegions) {
    const isHot = f.i32(locals.request).equal(slowRequest(SlowOperation.hot));
    f.if(
      isHot,
      // The jump that made its target hot has been counted, and the instruction there is still to be executed.
      () => f.set(locals.uncounted, I32.constant(1)),
      () => f.set(locals.isAlone, I32.constant(0)),
    );
  }
  f.set(locals.pc, I64.load(hart, HartLayout.pc));
  f.set(locals.budget, I32.load(hart, HartLayout.budget));
}

/** Finds the decoded page of pc, asking slow code where the execute table does not know. */
function enterPage(f: FunctionBuilder, locals: InterpreterLocals, slow: Label): void {
  const [hart, pc] = [f.i32(locals.hart), f.i64(locals.pc)];
  const tag = pc.and(-FRAME).or(I64.load(hart, HartLayout.fetchContext));
  const slot = f.tee(locals.slot, tableEntry(hart, pc));
  f.if(tag.notEqual(I64.load(slot, HartLayout.executeTable + FastPathLayout.tag)), () => {
    f.set(locals.request, I32.constant(slowRequest(SlowOperation.fetch)));
    f.branch(slow);
  });
  const decodedPage = I32.load(f.i32(locals.slot), HartLayout.executeTable + FastPathLayout.decodedPage);
  f.set(locals.page, decodedPage);
  f.set(locals.pageAddress, pc.and(-FRAME));
  f.set(locals.entry, entryAt(f, locals));
}

/** The body of the inner loop: one instruction. */
function executeNext(f: FunctionBuilder, locals: InterpreterLocals, labels: LoopLabels, out: Label): void {
  const [budget, entry] = [f.i32(locals.budget), f.i32(locals.entry)];
  f.if(f.tee(locals.budget, budget.sub(1)).lessSigned(0), () => {
    f.set(locals.budget, I32.constant(0));
    f.set(locals.pc, currentPc(f, locals));
    f.branch(out);
  });
  const bodies = cases.map(({ instruction, length }) => () => {
    new InterpreterExecution(f, locals, labels, length).execute(instruction);
    f.set(locals.entry, entry.add(length * 4));
    f.branch(labels.next);
  });
  f.cases([...specialCases(f, locals, labels), ...bodies], (targets) => {
    const undecoded = targets[SpecialOpcode.undecoded];
    const opcode = I32.load(entry, DecodedLayout.opcode, Opcode.i32Load8Unsigned);
    if (undecoded) f.branchTable(opcode, targets, undecoded);
  });
}

/**
 * What entries do that have special opcodes, in the order of their numbers. Those that are no instructions give back the one that was
 * counted.
 */
function specialCases(f: FunctionBuilder, locals: InterpreterLocals, labels: LoopLabels): readonly (() => void)[] {
  const [hart, budget, pc] = [f.i32(locals.hart), f.i32(locals.budget), f.i64(locals.pc)];
  const giveBack = (): void => f.set(locals.budget, budget.add(1));
  const goSlow = (operation: SlowOperation, length?: 4): void => {
    f.set(locals.request, I32.constant(slowRequest(operation, 0, length)));
    f.branch(labels.slow);
  };
  const undecoded = (): void => {
    giveBack();
    goSlow(SlowOperation.decode);
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
    f.if(isCached.equal(0), () => goSlow(SlowOperation.crossing));
    f.set(locals.page, hart.add(HartLayout.crossingPage));
    f.set(locals.entry, f.i32(locals.page).add(0xffe * 4));
    f.branch(labels.next);
  };
  const breakpoint = (): void => {
    giveBack();
    goSlow(SlowOperation.breakpoint);
  };
  const system = (length: 2 | 4) => (): void => new InterpreterExecution(f, locals, labels, length).system();
  const float = (): void => goSlow(SlowOperation.float, 4);
  const region = (): void => {
    giveBack();
    if (!labels.region) {
      f.unreachable();
      return;
    }
    const longest = I32.load(I32.load(f.i32(locals.entry), DecodedLayout.immediate), TranslationLayout.longest);
    const isInBudget = budget.lessSigned(longest).equal(0);
    f.branchIf(isInBudget.and(f.i32(locals.isAlone).equal(0)), labels.region);
    standAlone(f, locals);
    f.branch(labels.next);
  };
  const bodies: Readonly<Record<keyof typeof SpecialOpcode, () => void>> = {
    undecoded,
    pageEnd,
    crossing,
    breakpoint,
    system: system(4),
    compressedSystem: system(2),
    float,
    region,
  };
  const names = Object.keys(SpecialOpcode) as (keyof typeof SpecialOpcode)[];
  return names.sort((a, b) => SpecialOpcode[a] - SpecialOpcode[b]).map((name) => bodies[name]);
}

/** Puts the instruction at which a region begins into the alone page, to execute it there. */
function standAlone(f: FunctionBuilder, locals: InterpreterLocals): void {
  const [hart, slot, entry] = [f.i32(locals.hart), f.i32(locals.slot), f.i32(locals.entry)];
  f.set(locals.slot, I32.load(entry, DecodedLayout.immediate));
  f.set(locals.entry, hart.add(HartLayout.alonePage).add(entry.sub(f.i32(locals.page))));
  f.store(Opcode.i32Store, I32.load(hart, HartLayout.aloneEntry), 0, I32.constant(SpecialOpcode.pageEnd));
  f.store(Opcode.i64Store, entry, 0, I64.load(slot, TranslationLayout.originalHead));
  f.store(Opcode.i32Store, hart, HartLayout.aloneEntry, entry);
  f.set(locals.page, hart.add(HartLayout.alonePage));
  f.set(locals.isAlone, I32.constant(0));
  // The call is about to end: see `UNSETTLED`.
  f.set(locals.uncounted, I32.constant(-1));
}
