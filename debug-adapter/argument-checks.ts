import { RequestError } from './request-error';

/** Checks a value of a request's arguments. @throws RequestError that says what is expected where */
export type Check = (value: unknown, where: string) => void;

type Fields = { readonly [name: string]: Check };

function expected(what: string, accepts: (value: unknown) => boolean): Check {
  return (value, where) => {
    if (!accepts(value)) throw new RequestError(`${where} must be ${what}`);
  };
}

export const integer = expected('an integer', Number.isSafeInteger);
export const natural = expected(
  'a non-negative integer',
  (value) => Number.isSafeInteger(value) && (value as number) >= 0,
);
export const text = expected('a string', (value) => typeof value === 'string');
export const flag = expected('true or false', (value) => typeof value === 'boolean');
export const hexText = expected(
  'a number of up to 64 bits as 0x...',
  (value) => typeof value === 'string' && /^0x[0-9a-fA-F]{1,16}$/.test(value),
);

export const oneOf = (...values: readonly string[]): Check =>
  expected(values.map((value) => `"${value}"`).join(' or '), (value) => values.includes(value as string));

export function optional(check: Check): Check {
  return (value, where) => {
    if (value !== undefined && value !== null) check(value, where);
  };
}

export function list(check: Check): Check {
  return (value, where) => {
    if (!Array.isArray(value)) throw new RequestError(`${where} must be a list`);
    for (const [index, entry] of value.entries()) check(entry, `${where}[${index}]`);
  };
}

/** An object with these fields; others are ignored, as DAP asks. */
export function record(fields: Fields): Check {
  return (value, where) => {
    if (!isRecord(value)) throw new RequestError(`${where} must be an object`);
    for (const [name, check] of Object.entries(fields)) check(value[name], `${where}.${name}`);
  };
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const source = record({ path: optional(text), name: optional(text), sourceReference: optional(integer) });
const thread = { threadId: integer };
const step = { ...thread, granularity: optional(oneOf('statement', 'line', 'instruction')) };
const conditions = { condition: optional(text), hitCondition: optional(text) };

/** What the arguments of each request have to be, by its command. */
export const argumentChecks: { readonly [command: string]: Fields } = {
  initialize: { clientID: optional(text), linesStartAt1: optional(flag), columnsStartAt1: optional(flag) },
  setBreakpoints: {
    source,
    breakpoints: optional(
      list(record({ line: integer, column: optional(integer), ...conditions, logMessage: optional(text) })),
    ),
    lines: optional(list(integer)),
  },
  setFunctionBreakpoints: { breakpoints: list(record({ name: text, ...conditions })) },
  setInstructionBreakpoints: {
    breakpoints: list(record({ instructionReference: text, offset: optional(integer), ...conditions })),
  },
  setDataBreakpoints: {
    breakpoints: list(
      record({ dataId: text, accessType: optional(oneOf('read', 'write', 'readWrite')), ...conditions }),
    ),
  },
  dataBreakpointInfo: {
    name: text,
    variablesReference: optional(integer),
    frameId: optional(integer),
    bytes: optional(natural),
    asAddress: optional(flag),
  },
  setExceptionBreakpoints: {
    filters: list(text),
    filterOptions: optional(list(record({ filterId: text, condition: optional(text) }))),
  },
  breakpointLocations: { source, line: integer, endLine: optional(integer) },
  exceptionInfo: thread,
  continue: thread,
  next: step,
  stepIn: { ...step, targetId: optional(integer) },
  stepOut: step,
  stepInTargets: { frameId: integer },
  gotoTargets: { source, line: integer },
  goto: { ...thread, targetId: integer },
  pause: thread,
  stackTrace: { ...thread, startFrame: optional(natural), levels: optional(natural) },
  scopes: { frameId: integer },
  variables: { variablesReference: integer, start: optional(natural), count: optional(natural) },
  setVariable: { variablesReference: integer, name: text, value: text },
  setExpression: { expression: text, value: text, frameId: optional(integer) },
  evaluate: { expression: text, frameId: optional(integer), context: optional(text) },
  completions: { text, column: integer, line: optional(integer), frameId: optional(integer) },
  disassemble: {
    memoryReference: text,
    offset: optional(integer),
    instructionOffset: optional(integer),
    instructionCount: natural,
    resolveSymbols: optional(flag),
  },
  readMemory: { memoryReference: text, offset: optional(integer), count: natural },
  writeMemory: { memoryReference: text, offset: optional(integer), data: text, allowPartial: optional(flag) },
  source: { sourceReference: integer, source: optional(source) },
  'hyperstep/pageTable': { ...thread, path: list(natural) },
  'hyperstep/translate': { ...thread, address: hexText, access: oneOf('read', 'write', 'execute') },
  'hyperstep/tlb': thread,
  'hyperstep/queues': thread,
  'hyperstep/exits': { threadId: optional(integer), count: integer },
  'hyperstep/inlineValues': { frameId: integer, path: text, startLine: integer, endLine: integer },
  'hyperstep/consoleInput': { text },
};

/** @throws RequestError */
export function checkArguments(command: string, args: unknown): void {
  const fields = argumentChecks[command];
  if (fields) record(fields)(args ?? {}, 'arguments');
  else if (args !== undefined && args !== null && !isRecord(args))
    throw new RequestError('arguments must be an object');
}
