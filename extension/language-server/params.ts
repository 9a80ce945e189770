import { type CancellationToken, ErrorCodes, LSPErrorCodes, ResponseError } from 'vscode-languageserver';
import { giveWay } from './slices';

/** What the parameters of a request must hold. */
export type Needs = 'document' | 'position' | 'positions' | 'range' | 'query' | 'item';

/**
 * A request handler that sees well-formed parameters only. Others are answered with an error that says what is missing; a request
 * that was cancelled while it waited for a program gets no answer but that.
 */
export function checked<P, R>(
  needs: Needs,
  handler: (params: P, token: CancellationToken) => R | Promise<R>,
): (params: P, token: CancellationToken) => R | ResponseError<void> | Promise<R | ResponseError<void>> {
  return (params, token) => {
    const problem = problemWith(params, needs);
    if (problem !== undefined) return new ResponseError(ErrorCodes.InvalidParams, problem);
    giveWay();
    const result = handler(params, token);
    if (!(result instanceof Promise)) return result;
    return result.then((value) => {
      giveWay();
      return token.isCancellationRequested ? new ResponseError(LSPErrorCodes.RequestCancelled, 'cancelled') : value;
    });
  };
}

/** The answer to a question about a document that has changed since: the client asks again if it still wants to know. */
export function contentModified(): ResponseError<void> {
  return new ResponseError(LSPErrorCodes.ContentModified, 'the document has changed');
}

/** What is wrong with parameters, in words; undefined when they can be used. */
export function problemWith(params: unknown, needs: Needs): string | undefined {
  if (!isRecord(params)) return 'the parameters must be an object';
  if (needs === 'query') return typeof params['query'] === 'string' ? undefined : '"query" must be a text';
  if (needs === 'item') return isItem(params['item']) ? undefined : '"item" must be an item of a call hierarchy';
  const document = params['textDocument'];
  if (!isRecord(document) || typeof document['uri'] !== 'string')
    return '"textDocument" must be an object with a "uri"';
  if (needs === 'position' && !isPosition(params['position']))
    return '"position" must be an object with "line" and "character"';
  if (needs === 'positions' && !(Array.isArray(params['positions']) && params['positions'].every(isPosition)))
    return '"positions" must be a list of objects with "line" and "character"';
  if (needs === 'range' && !isRange(params['range']))
    return '"range" must be an object with two positions, "start" and "end"';
  return undefined;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isItem(value: unknown): boolean {
  return (
    isRecord(value) &&
    typeof value['uri'] === 'string' &&
    typeof value['name'] === 'string' &&
    isRange(value['selectionRange'])
  );
}

export function isRange(value: unknown): boolean {
  return isRecord(value) && isPosition(value['start']) && isPosition(value['end']);
}

function isPosition(value: unknown): boolean {
  return isRecord(value) && isCount(value['line']) && isCount(value['character']);
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}

/** A notification handler that sees well-formed parameters only; `complain` is told about others. */
export function checkedNotification<P>(
  check: (params: unknown) => string | undefined,
  handler: (params: P) => void,
  complain: (message: string) => void,
): (params: P) => void {
  return (params) => {
    const problem = check(params);
    if (problem === undefined) handler(params);
    else complain(problem);
  };
}

export function problemWithOpen(params: unknown): string | undefined {
  const document = isRecord(params) ? params['textDocument'] : undefined;
  const whole = isRecord(document) && typeof document['uri'] === 'string' && typeof document['text'] === 'string';
  return whole ? undefined : 'didOpen: "textDocument" must be an object with "uri" and "text"';
}

export function problemWithChange(params: unknown): string | undefined {
  const problem = problemWith(params, 'document');
  if (problem !== undefined) return `didChange: ${problem}`;
  const changes = isRecord(params) ? params['contentChanges'] : undefined;
  const whole =
    Array.isArray(changes) &&
    changes.every(
      (change) =>
        isRecord(change) &&
        typeof change['text'] === 'string' &&
        (change['range'] === undefined || isRange(change['range'])),
    );
  return whole ? undefined : 'didChange: "contentChanges" must be a list of objects with "text" and perhaps a "range"';
}

export function problemWithClose(params: unknown): string | undefined {
  const problem = problemWith(params, 'document');
  return problem === undefined ? undefined : `didClose: ${problem}`;
}

export function problemWithFiles(params: unknown): string | undefined {
  const changes = isRecord(params) ? params['changes'] : undefined;
  const whole =
    Array.isArray(changes) && changes.every((change) => isRecord(change) && typeof change['uri'] === 'string');
  return whole ? undefined : 'didChangeWatchedFiles: "changes" must be a list of objects with a "uri"';
}

/** What is wrong with a request to check a program. */
export function problemWithProgram(params: unknown): string | undefined {
  if (!isRecord(params)) return 'the parameters must be an object';
  if (!isTextList(params['program'] ?? [])) return '"program" must be a list of paths';
  if (!isTextList(params['includePaths'] ?? [])) return '"includePaths" must be a list of paths';
  if (typeof (params['linkerScript'] ?? '') !== 'string') return '"linkerScript" must be a path';
  if (typeof (params['relax'] ?? true) !== 'boolean') return '"relax" must be true or false';
  const defines = params['defines'] ?? {};
  if (!isRecord(defines)) return '"defines" must be an object of names and values';
  return undefined;
}

function isTextList(value: unknown): boolean {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}
