/**
 * What the arguments of each request have to be. Those of `hyperstep/...` have their types from here too (`protocol.ts`); those of DAP have
 * only what is used of them. Others are left as they are, as DAP asks.
 */
import {
  Boolean as Flag,
  Integer,
  Array as ListOf,
  Object as ObjectOf,
  Optional,
  String as Text,
  type TProperties,
} from '@sinclair/typebox';
import { VM_OPERATIONS } from '../simulator/hypervisor/vm-operation';
import { choice, type Described } from '../simulator/schema/schema';
import { exitReasons } from './breakpoints/exceptions';
import { ROOT_ENTRIES } from './views/table-sizes';
import { worldNames } from './world-names';

/** What one answer has at the most: of more, a client asks for the next part. */
const most = {
  instructions: 20_000,
  instructionOffset: 100_000,
  exits: 1000,
  columns: 500,
  marks: 100_000,
  bytes: 4096,
  symbols: 1000,
} as const;

/** Every number of every request has a range. */
const within = (minimum: number, maximum: number) => Integer({ minimum, maximum });

const LARGEST = Number.MAX_SAFE_INTEGER;
/** Lines, columns, and what is numbered by this adapter: as DAP has them. */
const ordinal = within(0, 2 ** 31 - 1);
/** Of bytes in memory. */
const distance = within(-LARGEST, LARGEST);
/** How many; an answer has no more than there is. */
const count = within(0, LARGEST);
const text = Text();
const flag = Flag();

const source = ObjectOf({ path: Optional(text), name: Optional(text), sourceReference: Optional(ordinal) });
/** A DAP thread: a virtual CPU, or a hart where there is no VMM. */
const thread = { threadId: ordinal };
/** About which of the worlds a request asks: the first of `hyperstep/worlds` when absent. */
const world = { ...thread, world: Optional(choice(worldNames)) };
const step = { ...thread, granularity: Optional(choice(['statement', 'line', 'instruction'])) };
const format = Optional(ObjectOf({ hex: Optional(flag) }));
const conditions = { condition: Optional(text), hitCondition: Optional(text) };

const standard = {
  initialize: { clientID: Optional(text), linesStartAt1: Optional(flag), columnsStartAt1: Optional(flag) },
  setBreakpoints: {
    source,
    breakpoints: Optional(
      ListOf(ObjectOf({ line: ordinal, column: Optional(ordinal), ...conditions, logMessage: Optional(text) })),
    ),
    lines: Optional(ListOf(ordinal)),
  },
  setFunctionBreakpoints: { breakpoints: ListOf(ObjectOf({ name: text, ...conditions })) },
  setInstructionBreakpoints: {
    breakpoints: ListOf(ObjectOf({ instructionReference: text, offset: Optional(distance), ...conditions })),
  },
  setDataBreakpoints: {
    breakpoints: ListOf(
      ObjectOf({ dataId: text, accessType: Optional(choice(['read', 'write', 'readWrite'])), ...conditions }),
    ),
  },
  dataBreakpointInfo: {
    name: text,
    variablesReference: Optional(ordinal),
    frameId: Optional(ordinal),
    bytes: Optional(count),
    asAddress: Optional(flag),
  },
  setExceptionBreakpoints: {
    filters: ListOf(text),
    filterOptions: Optional(ListOf(ObjectOf({ filterId: text, condition: Optional(text) }))),
  },
  breakpointLocations: { source, line: ordinal, endLine: Optional(ordinal) },
  exceptionInfo: thread,
  continue: thread,
  next: step,
  stepIn: { ...step, targetId: Optional(ordinal) },
  stepOut: step,
  stepInTargets: { frameId: ordinal },
  gotoTargets: { source, line: ordinal },
  goto: { ...thread, targetId: ordinal },
  pause: thread,
  stackTrace: { ...thread, startFrame: Optional(count), levels: Optional(count) },
  scopes: { frameId: ordinal },
  variables: { variablesReference: ordinal, start: Optional(count), count: Optional(count) },
  setVariable: { variablesReference: ordinal, name: text, value: text, format },
  setExpression: { expression: text, value: text, frameId: Optional(ordinal), format },
  evaluate: { expression: text, frameId: Optional(ordinal), context: Optional(text), format },
  completions: { text, column: ordinal, line: Optional(ordinal), frameId: Optional(ordinal) },
  disassemble: {
    memoryReference: text,
    offset: Optional(distance),
    instructionOffset: Optional(within(-most.instructionOffset, most.instructionOffset)),
    instructionCount: within(0, most.instructions),
    resolveSymbols: Optional(flag),
  },
  readMemory: { memoryReference: text, offset: Optional(distance), count },
  writeMemory: { memoryReference: text, offset: Optional(distance), data: text, allowPartial: Optional(flag) },
  source: { sourceReference: ordinal, source: Optional(source) },
};

const own = {
  /** Of a frame its virtual CPU, of which the frame's variables are too; without one, or where it is of an earlier stop, the thread's own. */
  'hyperstep/about': ObjectOf({ ...thread, frameId: Optional(ordinal) }),
  'hyperstep/narration': ObjectOf(thread),
  /** A memory reference as in `NarratedValue`. */
  'hyperstep/address': ObjectOf({ ...thread, memoryReference: text }),
  'hyperstep/worlds': ObjectOf(thread),
  /**
   * The way from the root to the table: the index in each table above it; empty for the root. Of two stages the second, whose tables are
   * the hypervisor's; else the guest's own.
   */
  'hyperstep/pageTable': ObjectOf({
    ...world,
    path: ListOf(within(0, ROOT_ENTRIES - 1), { maxItems: 4 }),
    stage: Optional(choice(['first', 'second'])),
  }),
  /** Guest-virtual: a number, or any expression of the debugger, as it is meant at the thread: `counter`, `sp + 8`, `*(long *)a0`. */
  'hyperstep/translate': ObjectOf({ ...world, address: text, access: choice(['read', 'write', 'execute']) }),
  'hyperstep/tlb': ObjectOf(thread),
  'hyperstep/queues': ObjectOf(thread),
  /**
   * Memory from an address on. A number is of the space that is asked for, and `gpa:0x...`, `hpa:0x...` of its own; any other expression is
   * guest-virtual, and followed to that space.
   */
  'hyperstep/memory': ObjectOf({
    ...world,
    space: choice(['gva', 'gpa', 'hpa']),
    address: text,
    length: within(1, most.bytes),
  }),
  /** The program's symbols whose names have a part, in whichever case; all with an empty one. At most so many are told. */
  'hyperstep/symbols': ObjectOf({ ...world, contains: text, count: within(1, most.symbols) }),
  'hyperstep/rings': ObjectOf(thread),
  'hyperstep/controlState': ObjectOf(thread),
  /**
   * A part of the machine's time, in nanoseconds: when it is absent, that of the last exits. At most so many exits are told one by one. What is
   * too short to be seen beside all of the part is told with what is before it, unless every span is asked for.
   */
  'hyperstep/timeline': ObjectOf({
    from: Optional(count),
    to: Optional(count),
    most: within(1, most.marks),
    everySpan: Optional(flag),
  }),
  'hyperstep/vms': ObjectOf({}),
  /** By Xen's names: xl pause, unpause, destroy, reboot. */
  'hyperstep/operateVm': ObjectOf({ vm: text, operation: choice(VM_OPERATIONS) }),
  /** How many bytes of memory one is to have. */
  'hyperstep/setMemoryTarget': ObjectOf({ vm: text, memory: count }),
  /**
   * The last ones, at most so many; of one virtual CPU, one virtual machine and of some reasons only where those are given. Totals are of the
   * virtual machine that is given, or that of the virtual CPU, else of all. With `columns` they are told over time too.
   */
  'hyperstep/exits': ObjectOf({
    threadId: Optional(ordinal),
    vm: Optional(text),
    guest: Optional(ordinal),
    count: within(1, most.exits),
    reasons: Optional(ListOf(choice(exitReasons))),
    columns: Optional(within(1, most.columns)),
  }),
  'hyperstep/runCost': ObjectOf({}),
  /** Of a source, `path` as in DAP's `Source.path`, the lines in view, 1-based. */
  'hyperstep/inlineValues': ObjectOf({ frameId: ordinal, path: text, startLine: ordinal, endLine: ordinal }),
  /** Of one of several virtual machines where its name is given, else of the first. */
  'hyperstep/consoleInput': ObjectOf({ text, vm: Optional(text) }),
  'hyperstep/predictable': ObjectOf(thread),
  /** What `predictions.pc` means at the thread, before it is given with the others. */
  'hyperstep/predictedAddress': ObjectOf({ ...thread, expression: text }),
  /** Of each question of `predictable` a choice's `id`, or a text; what is not predicted is not compared. */
  'hyperstep/predictStep': ObjectOf({
    ...thread,
    predictions: ObjectOf({
      pc: Optional(text),
      mode: Optional(text),
      cause: Optional(text),
      handler: Optional(text),
      leaf: Optional(text),
    }),
  }),
  'hyperstep/predicted': ObjectOf({}),
  /** Where the machine stands still, for the launch attribute `moment`. */
  'hyperstep/moment': ObjectOf({}),
};

type Own = typeof own;

/** The arguments of each custom request, by its command. */
export type OwnArguments = { readonly [Command in keyof Own]: Described<Own[Command]> };

const ofStandard = Object.entries<TProperties>(standard).map(([command, fields]) => [command, ObjectOf(fields)]);

/** By command. */
export const argumentSchemas: { readonly [command: string]: ReturnType<typeof ObjectOf> } = {
  ...Object.fromEntries(ofStandard),
  ...own,
};
