import type { Position, Range } from 'vscode-languageserver';
import { isRecord } from '../../simulator/schema/record';
import { checkProgramRequest, programOfRequest, trustedNotification, virtualDocumentRequest } from './protocol';

/** Says in words what is wrong with a part of a message; undefined when it can be used. */
type Check = (params: Record<string, unknown>) => string | undefined;

const anything: Check = () => undefined;
const document: Check = ({ textDocument }) =>
  isRecord(textDocument) && typeof textDocument['uri'] === 'string'
    ? undefined
    : '"textDocument" must be an object with a "uri"';
const position = all(document, ({ position }) =>
  isPosition(position) ? undefined : '"position" must be an object with "line" and "character"',
);
const range = all(document, ({ range }) =>
  isRange(range) ? undefined : '"range" must be an object with two positions, "start" and "end"',
);
const item: Check = ({ item }) => (isItem(item) ? undefined : '"item" must be an item of a call hierarchy');

/** What the parameters of each request and notification that the server takes must be, besides an object. */
const checks: Readonly<Record<string, Check>> = {
  initialize: all(
    ({ capabilities }) => (isRecord(capabilities) ? undefined : '"capabilities" must be an object'),
    ({ workspaceFolders }) =>
      (workspaceFolders ?? undefined) === undefined || isFolderList(workspaceFolders)
        ? undefined
        : '"workspaceFolders" must be a list of objects with a "uri"',
    ({ rootUri }) => (typeof (rootUri ?? '') === 'string' ? undefined : '"rootUri" must be a text'),
  ),
  'textDocument/didOpen': ({ textDocument }) =>
    isRecord(textDocument) && typeof textDocument['uri'] === 'string' && typeof textDocument['text'] === 'string'
      ? undefined
      : '"textDocument" must be an object with "uri" and "text"',
  'textDocument/didChange': all(document, ({ contentChanges }) =>
    Array.isArray(contentChanges) && contentChanges.every(isChange)
      ? undefined
      : '"contentChanges" must be a list of objects with "text" and perhaps a "range"',
  ),
  'textDocument/didClose': document,
  'workspace/didChangeWatchedFiles': ({ changes }) =>
    Array.isArray(changes) && changes.every((change) => isRecord(change) && typeof change['uri'] === 'string')
      ? undefined
      : '"changes" must be a list of objects with a "uri"',
  'workspace/didChangeWorkspaceFolders': ({ event }) =>
    isRecord(event) && isFolderList(event['added']) && isFolderList(event['removed'])
      ? undefined
      : '"event" must be an object with two lists of folders, "added" and "removed"',
  'workspace/didChangeConfiguration': anything,
  '$/cancelRequest': ({ id }) =>
    typeof id === 'string' || typeof id === 'number' ? undefined : '"id" must be that of a request',
  '$/setTrace': ({ value }) => (typeof value === 'string' ? undefined : '"value" must be a text'),
  '$/progress': ({ token }) =>
    typeof token === 'string' || typeof token === 'number' ? undefined : '"token" must be a text or a number',
  'window/workDoneProgress/cancel': ({ token }) =>
    typeof token === 'string' || typeof token === 'number' ? undefined : '"token" must be a text or a number',
  'textDocument/completion': position,
  'textDocument/signatureHelp': position,
  'textDocument/hover': position,
  'textDocument/definition': position,
  'textDocument/declaration': position,
  'textDocument/implementation': position,
  'textDocument/references': position,
  'textDocument/prepareRename': position,
  'textDocument/rename': position,
  'textDocument/documentHighlight': position,
  'textDocument/prepareCallHierarchy': position,
  'textDocument/onTypeFormatting': position,
  'textDocument/documentSymbol': document,
  'textDocument/documentLink': document,
  'textDocument/foldingRange': document,
  'textDocument/codeLens': document,
  'textDocument/codeAction': document,
  'textDocument/diagnostic': document,
  'textDocument/formatting': document,
  'textDocument/semanticTokens/full': document,
  'textDocument/semanticTokens/full/delta': document,
  'textDocument/semanticTokens/range': range,
  'textDocument/rangeFormatting': range,
  'textDocument/inlayHint': range,
  'textDocument/selectionRange': all(document, ({ positions }) =>
    Array.isArray(positions) && positions.every(isPosition)
      ? undefined
      : '"positions" must be a list of objects with "line" and "character"',
  ),
  'callHierarchy/incomingCalls': item,
  'callHierarchy/outgoingCalls': item,
  'workspace/symbol': ({ query }) => (typeof query === 'string' ? undefined : '"query" must be a text'),
  [virtualDocumentRequest]: ({ uri }) => (typeof uri === 'string' ? undefined : '"uri" must be a text'),
  [programOfRequest]: ({ uri }) => (typeof uri === 'string' ? undefined : '"uri" must be a text'),
  [checkProgramRequest]: all(
    ({ program }) => (isTextList(program ?? []) ? undefined : '"program" must be a list of paths'),
    ({ includePaths }) => (isTextList(includePaths ?? []) ? undefined : '"includePaths" must be a list of paths'),
    ({ linkerScript }) => (typeof (linkerScript ?? '') === 'string' ? undefined : '"linkerScript" must be a path'),
    ({ linkOptions }) => (isTextList(linkOptions ?? []) ? undefined : '"linkOptions" must be a list of options'),
    ({ projectRoot }) => (typeof (projectRoot ?? '') === 'string' ? undefined : '"projectRoot" must be a path'),
    ({ march }) => (typeof (march ?? '') === 'string' ? undefined : '"march" must be a text'),
    ({ mabi }) => (typeof (mabi ?? '') === 'string' ? undefined : '"mabi" must be a text'),
    ({ relax }) => (typeof (relax ?? true) === 'boolean' ? undefined : '"relax" must be true or false'),
    ({ defines }) => (isDefines(defines ?? {}) ? undefined : '"defines" must be an object of names and values'),
  ),
};

/** Messages whose parameters may be left out. */
const withoutParameters: ReadonlySet<string> = new Set(['initialized', 'shutdown', 'exit', trustedNotification]);

/** What is wrong with the parameters of a message, in words; undefined when they can be used, and for messages that nobody here takes. */
export function problemWith(method: string, params: unknown): string | undefined {
  // As an object or a list that holds nothing, clients send them too.
  if (withoutParameters.has(method) && Object.keys(params ?? {}).length === 0) return undefined;
  const check = withoutParameters.has(method) ? anything : Object.hasOwn(checks, method) ? checks[method] : undefined;
  if (!check) return undefined;
  const problem = isRecord(params) ? check(params) : objectProblem(params);
  return problem === undefined ? undefined : `${method}: ${problem}`;
}

function objectProblem(params: unknown): string | undefined {
  return isRecord(params) ? undefined : 'the parameters must be an object';
}

/** The first problem of several checks. */
function all(...some: Check[]): Check {
  return (params) => {
    for (const check of some) {
      const problem = check(params);
      if (problem !== undefined) return problem;
    }
    return undefined;
  };
}

function isItem(value: unknown): boolean {
  return (
    isRecord(value) &&
    typeof value['uri'] === 'string' &&
    typeof value['name'] === 'string' &&
    isRange(value['selectionRange'])
  );
}

export function isRange(value: unknown): value is Range {
  return isRecord(value) && isPosition(value['start']) && isPosition(value['end']);
}

export function isPosition(value: unknown): value is Position {
  return isRecord(value) && isCount(value['line']) && isCount(value['character']);
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}

function isChange(value: unknown): boolean {
  return (
    isRecord(value) && typeof value['text'] === 'string' && (value['range'] === undefined || isRange(value['range']))
  );
}

function isFolderList(value: unknown): boolean {
  return Array.isArray(value) && value.every((folder) => isRecord(folder) && typeof folder['uri'] === 'string');
}

function isDefines(value: unknown): boolean {
  return isRecord(value) && Object.values(value).every((entry) => typeof entry === 'string');
}

function isTextList(value: unknown): boolean {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}
