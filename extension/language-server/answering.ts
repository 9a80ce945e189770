import { type CancellationToken, LSPErrorCodes, ResponseError } from 'vscode-languageserver';
import { giveWay } from './ide/slices';

/** A request handler that other work makes room for. A request that was cancelled while it waited for a program gets no answer but that. */
export function answering<P, R>(
  handler: (params: P, token: CancellationToken) => R | Promise<R>,
): (params: P, token: CancellationToken) => R | Promise<R | ResponseError<void>> {
  return (params, token) => {
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
