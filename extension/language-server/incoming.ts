import type { Message, MessageStrategy, Position } from 'vscode-languageserver';
import { isRecord } from '../../simulator/schema/record';
import type { SourceText } from './ide/assembly';
import { clampedPosition } from './locations';
import { givenParams, isPosition, isRange, problemWith } from './params';

/** The method of a message in whose place it is told that a request or notification cannot be used. */
export const refusedMessage = 'hyperstep/refused';

export interface RefusedParams {
  readonly problem: string;
}

/**
 * What comes in before any handler sees it: requests and notifications with parameters that cannot be used become `refusedMessage`,
 * which says what is wrong, and positions lie in the document that they are of.
 */
export function checkIncoming(sourceOf: (uri: string) => SourceText | undefined): MessageStrategy {
  return {
    handleMessage(message, next) {
      if (!isCall(message)) {
        next(message);
        return;
      }
      const { method } = message;
      const params = givenParams(method, message.params);
      const problem = problemWith(method, params);
      if (problem !== undefined) next({ ...message, method: refusedMessage, params: { problem } } as Message);
      // A notification's null is as good as nothing.
      else if ((params ?? undefined) === undefined) next(withoutParams(message));
      else next(isRecord(params) ? withClampedPositions(message, params, sourceOf) : message);
    },
  };
}

interface Call extends Message {
  readonly method: string;
  readonly params?: unknown;
}

function isCall(message: Message): message is Call {
  return 'method' in message && typeof message.method === 'string';
}

function withoutParams(message: Call): Message {
  const { params: _, ...rest } = message;
  return rest;
}

/** The changes of `didChange` are seen from a text that the ones before have changed: the document clamps them itself. */
function withClampedPositions(
  message: Call,
  params: Record<string, unknown>,
  sourceOf: (uri: string) => SourceText | undefined,
): Message {
  const { textDocument, position, positions, range } = params;
  const given = { ...message, params } as Message;
  if (!position && !positions && !range) return given;
  const uri = isRecord(textDocument) ? textDocument['uri'] : undefined;
  const source = typeof uri === 'string' ? sourceOf(uri) : undefined;
  if (!source) return given;
  const clamped = (at: Position): Position => clampedPosition(source, at);
  const clampedParams = {
    ...params,
    ...(isPosition(position) ? { position: clamped(position) } : {}),
    ...(Array.isArray(positions) && positions.every(isPosition) ? { positions: positions.map(clamped) } : {}),
    ...(isRange(range) ? { range: { start: clamped(range.start), end: clamped(range.end) } } : {}),
  };
  return { ...message, params: clampedParams } as Message;
}
