import { ExpressionError } from '../simulator/expression/expression-error';

/** What a client did wrong, or asks too early: becomes an error response with this message. */
export class RequestError extends Error {}

/** Whether an error says what a client did wrong, its expressions included, as against errors of our own. */
export function isClientError(error: unknown): error is RequestError | ExpressionError {
  return error instanceof RequestError || error instanceof ExpressionError;
}
