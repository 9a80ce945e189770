import type { DebugProtocol } from '@vscode/debugprotocol';
import { isRecord } from '../simulator/schema/record';
import { checkArguments } from './argument-checks';
import { Debugging } from './debugging';
import { messageOf } from './format';
import { fromClient, toClient } from './position-base';
import { isClientError, RequestError } from './request-error';
import { breakpointRequests } from './requests/breakpoints';
import { executionRequests } from './requests/execution';
import { Answer, type Handlers } from './requests/handlers';
import { inspectionRequests } from './requests/inspection';
import { lifecycleRequests } from './requests/lifecycle';
import { memoryRequests } from './requests/memory';
import { viewRequests } from './requests/views';
import type { Connection } from './transport/connection';
import type { Host } from './transport/host';

/** Of the adapter's own requests, whose positions count as protocol.ts says. */
const ownPrefix = 'hyperstep/';

type Handler = (args: unknown) => unknown;

/** A debug session: takes a client's messages, whatever they are, and has each request answered. Nothing is thrown out of it. */
export class Session {
  readonly debugging: Debugging;
  private readonly handlers: ReadonlyMap<string, Handler>;

  constructor(
    private readonly connection: Connection,
    host: Host,
  ) {
    this.debugging = new Debugging(connection, host);
    const groups: Handlers[] = [
      lifecycleRequests(this.debugging),
      executionRequests(this.debugging),
      breakpointRequests(this.debugging),
      inspectionRequests(this.debugging),
      memoryRequests(this.debugging),
      viewRequests(this.debugging),
    ];
    this.handlers = new Map(groups.flatMap((group) => Object.entries(group) as [string, Handler][]));
  }

  /** Commands that are answered. */
  get commands(): string[] {
    return [...this.handlers.keys()];
  }

  /** A message of the client. */
  handle(message: unknown): void {
    if (isResponse(message)) this.connection.answered(message);
    else if (isRequest(message)) void this.answer(message);
  }

  /** The client is gone. */
  close(): void {
    this.debugging.close();
  }

  private async answer(request: DebugProtocol.Request): Promise<void> {
    try {
      const handler = this.handlers.get(request.command);
      if (!handler) throw new RequestError(`the request '${request.command}' is not known here`);
      const checked = checkArguments(request.command, request.arguments);
      const isOwn = request.command.startsWith(ownPrefix);
      const given = handler(isOwn ? checked : fromClient(checked, this.debugging.client.positions));
      // What is known at once is answered at once: no other request comes in between.
      const result = given instanceof Promise ? await given : given;
      const body = bodyOf(result);
      this.connection.respond(request, isOwn ? body : bodyOf(toClient(body, this.debugging.client.positions)));
      if (result instanceof Answer) this.finish(result);
    } catch (error) {
      this.failed(request, error);
    }
  }

  /** Does what follows an answer. The request has been answered: what goes wrong now can only be told. */
  private finish({ afterwards }: Answer<unknown>): void {
    try {
      afterwards();
    } catch (error) {
      this.debugging.output('stderr', `${messageOf(error)}\n`);
    }
  }

  private failed(request: DebugProtocol.Request, error: unknown): void {
    const isExpected = isClientError(error);
    const message = isExpected ? error.message : `${request.command} failed: ${messageOf(error)}`;
    const isLaunch = request.command === 'launch' || request.command === 'restart';
    this.connection.fail(request, message, isLaunch);
    if (!isExpected && error instanceof Error)
      this.connection.event('output', { category: 'stderr', output: `${error.stack ?? error.message}\n` });
  }
}

function bodyOf(result: unknown): object | undefined {
  const body = result instanceof Answer ? result.body : result;
  return isRecord(body) ? body : undefined;
}

function isRequest(message: unknown): message is DebugProtocol.Request {
  return (
    isRecord(message) &&
    message['type'] === 'request' &&
    typeof message['command'] === 'string' &&
    Number.isSafeInteger(message['seq'])
  );
}

function isResponse(message: unknown): message is DebugProtocol.Response {
  return isRecord(message) && message['type'] === 'response' && typeof message['request_seq'] === 'number';
}
