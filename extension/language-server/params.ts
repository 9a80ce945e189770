import { ErrorCodes, ResponseError } from 'vscode-languageserver';

/** What the parameters of a request must hold. */
export type Needs = 'document' | 'position' | 'range' | 'query';

/**
 * A request handler that sees well-formed parameters only. Others are answered with an error that says what is missing.
 */
export function checked<P, R>(needs: Needs, handler: (params: P) => R): (params: P) => R | ResponseError<void> {
  return (params) => {
    const problem = problemWith(params, needs);
    return problem === undefined ? handler(params) : new ResponseError(ErrorCodes.InvalidParams, problem);
  };
}

/** What is wrong with parameters, in words; undefined when they can be used. */
export function problemWith(params: unknown, needs: Needs): string | undefined {
  if (!isRecord(params)) return 'the parameters must be an object';
  if (needs === 'query') return typeof params['query'] === 'string' ? undefined : '"query" must be a text';
  const document = params['textDocument'];
  if (!isRecord(document) || typeof document['uri'] !== 'string')
    return '"textDocument" must be an object with a "uri"';
  if (needs === 'position' && !isPosition(params['position']))
    return '"position" must be an object with "line" and "character"';
  if (needs === 'range' && !isRange(params['range']))
    return '"range" must be an object with two positions, "start" and "end"';
  return undefined;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
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
