import { isRecord } from '../simulator/project/record';
import { exitReasons } from './breakpoints/exceptions';
import { worldNames } from './protocol';
import { RequestError } from './request-error';
import { ROOT_ENTRIES } from './views/page-entries';

/** Checks a value of a request's arguments, and gives what its handler gets. @throws RequestError that says what is expected where */
export type Check = (value: unknown, where: string) => unknown;

type Fields = { readonly [name: string]: Check };

/** What one answer has at the most: of more, a client asks for the next part. */
export const most = { instructions: 20_000, instructionOffset: 100_000, exits: 1000 } as const;

function expected(what: string, accepts: (value: unknown) => boolean): Check {
  return (value, where) => {
    if (!accepts(value)) throw new RequestError(`${where} must be ${what}`);
    return value;
  };
}

/** An integer of a range: every number of every request has one. */
function within(low: number, high: number): Check {
  return expected(
    `an integer from ${low} to ${high}`,
    (value) => Number.isInteger(value) && (value as number) >= low && (value as number) <= high,
  );
}

const LARGEST = Number.MAX_SAFE_INTEGER;
/** Lines, columns, and what is numbered by this adapter: as DAP has them. */
const ordinal = within(0, 2 ** 31 - 1);
/** Of bytes in memory. */
const distance = within(-LARGEST, LARGEST);
/** How many; an answer has no more than there is. */
const count = within(0, LARGEST);
const text = expected('a string', (value) => typeof value === 'string');
const flag = expected('true or false', (value) => typeof value === 'boolean');

export const oneOf = (...values: readonly string[]): Check =>
  expected(values.map((value) => `"${value}"`).join(' or '), (value) => values.includes(value as string));

/** What may be left out. Some clients say null for it: a handler gets nothing. */
export function optional(check: Check): Check {
  return (value, where) => (value === undefined || value === null ? undefined : check(value, where));
}

export function list(check: Check, longest = LARGEST): Check {
  return (value, where) => {
    if (!Array.isArray(value)) throw new RequestError(`${where} must be a list`);
    if (value.length > longest) throw new RequestError(`${where} must have at most ${longest} entries`);
    return value.map((entry, index) => check(entry, `${where}[${index}]`));
  };
}

/** An object with these fields; others are left as they are, as DAP asks. */
export function record(fields: Fields): Check {
  return (value, where) => {
    if (!isRecord(value)) throw new RequestError(`${where} must be an object`);
    const result = { ...value };
    for (const [name, check] of Object.entries(fields)) {
      const checked = check(value[name], `${where}.${name}`);
      if (checked === undefined) delete result[name];
      else result[name] = checked;
    }
    return result;
  };
}

const source = record({ path: optional(text), name: optional(text), sourceReference: optional(ordinal) });
const thread = { threadId: ordinal };
const world = { ...thread, world: optional(oneOf(...worldNames)) };
const step = { ...thread, granularity: optional(oneOf('statement', 'line', 'instruction')) };
const format = optional(record({ hex: optional(flag) }));
const conditions = { condition: optional(text), hitCondition: optional(text) };

/** What the arguments of each request have to be, by its command. */
export const argumentChecks: { readonly [command: string]: Fields } = {
  initialize: { clientID: optional(text), linesStartAt1: optional(flag), columnsStartAt1: optional(flag) },
  setBreakpoints: {
    source,
    breakpoints: optional(
      list(record({ line: ordinal, column: optional(ordinal), ...conditions, logMessage: optional(text) })),
    ),
    lines: optional(list(ordinal)),
  },
  setFunctionBreakpoints: { breakpoints: list(record({ name: text, ...conditions })) },
  setInstructionBreakpoints: {
    breakpoints: list(record({ instructionReference: text, offset: optional(distance), ...conditions })),
  },
  setDataBreakpoints: {
    breakpoints: list(
      record({ dataId: text, accessType: optional(oneOf('read', 'write', 'readWrite')), ...conditions }),
    ),
  },
  dataBreakpointInfo: {
    name: text,
    variablesReference: optional(ordinal),
    frameId: optional(ordinal),
    bytes: optional(count),
    asAddress: optional(flag),
  },
  setExceptionBreakpoints: {
    filters: list(text),
    filterOptions: optional(list(record({ filterId: text, condition: optional(text) }))),
  },
  breakpointLocations: { source, line: ordinal, endLine: optional(ordinal) },
  exceptionInfo: thread,
  continue: thread,
  next: step,
  stepIn: { ...step, targetId: optional(ordinal) },
  stepOut: step,
  stepInTargets: { frameId: ordinal },
  gotoTargets: { source, line: ordinal },
  goto: { ...thread, targetId: ordinal },
  pause: thread,
  stackTrace: { ...thread, startFrame: optional(count), levels: optional(count) },
  scopes: { frameId: ordinal },
  variables: { variablesReference: ordinal, start: optional(count), count: optional(count) },
  setVariable: { variablesReference: ordinal, name: text, value: text, format },
  setExpression: { expression: text, value: text, frameId: optional(ordinal), format },
  evaluate: { expression: text, frameId: optional(ordinal), context: optional(text), format },
  completions: { text, column: ordinal, line: optional(ordinal), frameId: optional(ordinal) },
  disassemble: {
    memoryReference: text,
    offset: optional(distance),
    instructionOffset: optional(within(-most.instructionOffset, most.instructionOffset)),
    instructionCount: within(0, most.instructions),
    resolveSymbols: optional(flag),
  },
  readMemory: { memoryReference: text, offset: optional(distance), count },
  writeMemory: { memoryReference: text, offset: optional(distance), data: text, allowPartial: optional(flag) },
  source: { sourceReference: ordinal, source: optional(source) },
  'hyperstep/narration': thread,
  'hyperstep/address': { ...thread, memoryReference: text },
  'hyperstep/worlds': thread,
  'hyperstep/pageTable': {
    ...world,
    path: list(within(0, ROOT_ENTRIES - 1), 4),
    stage: optional(oneOf('first', 'second')),
  },
  'hyperstep/translate': { ...world, address: text, access: oneOf('read', 'write', 'execute') },
  'hyperstep/tlb': thread,
  'hyperstep/queues': thread,
  'hyperstep/exits': {
    threadId: optional(ordinal),
    count: within(1, most.exits),
    reasons: optional(list(oneOf(...exitReasons))),
  },
  'hyperstep/inlineValues': { frameId: ordinal, path: text, startLine: ordinal, endLine: ordinal },
  'hyperstep/consoleInput': { text },
};

/** The arguments as a handler gets them. @throws RequestError when they cannot be used */
export function checkArguments(command: string, args: unknown): unknown {
  return record(argumentChecks[command] ?? {})(args ?? {}, 'arguments');
}
