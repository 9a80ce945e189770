import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Events, HostRequests } from '../protocol';

/** Messages to the client: numbered in the order in which they are sent. */
export class Connection {
  private sequence = 1;
  private readonly waiting = new Map<number, (response: DebugProtocol.Response) => void>();

  /** @param write sends one message; must not throw */
  constructor(private readonly write: (message: DebugProtocol.ProtocolMessage) => void) {}

  event(event: string, body?: object): void {
    this.send({ type: 'event', event, ...(body ? { body } : {}) });
  }

  /** An event of the adapter's own protocol. */
  ownEvent<Name extends keyof Events>(event: Name, body: Events[Name]): void {
    this.event(event, body);
  }

  respond(request: DebugProtocol.Request, body?: object): void {
    this.send({
      type: 'response',
      request_seq: request.seq,
      command: request.command,
      success: true,
      ...(body ? { body } : {}),
    });
  }

  fail(request: DebugProtocol.Request, message: string, showUser = false): void {
    this.send({
      type: 'response',
      request_seq: request.seq,
      command: request.command,
      success: false,
      message,
      body: { error: { id: 1, format: '{message}', variables: { message }, showUser } },
    });
  }

  /** Asks the client, as DAP's reverse requests do. Rejects with the message of an error response. */
  ask<Command extends keyof HostRequests>(
    command: Command,
    args: HostRequests[Command]['arguments'],
  ): Promise<HostRequests[Command]['body']> {
    return new Promise((resolve, reject) => {
      const seq = this.send({ type: 'request', command, arguments: args });
      this.waiting.set(seq, (response) => {
        if (response.success) resolve(response.body);
        else reject(new Error(response.message ?? `${command} failed`));
      });
    });
  }

  /** A response to one of our requests; others are ignored. */
  answered(response: DebugProtocol.Response): void {
    this.waiting.get(response.request_seq)?.(response);
    this.waiting.delete(response.request_seq);
  }

  private send(message: { type: string; [field: string]: unknown }): number {
    const seq = this.sequence++;
    this.write({ seq, ...message });
    return seq;
  }
}
