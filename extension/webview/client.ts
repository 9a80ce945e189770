import type { Requests } from '../../debug-adapter/protocol';
import type { FromView } from '../views/messages';

/** What a view may do: ask the debug adapter, go to a source line, have an address translated among the page tables. */
export interface Client {
  request<Command extends keyof Requests>(
    command: Command,
    args: Requests[Command]['arguments'],
  ): Promise<Requests[Command]['body']>;
  open(path: string, line: number): void;
  translate(address: string): void;
}

/** Answers to requests come back as messages that carry the request's id. */
export class MessageClient implements Client {
  private readonly waiting = new Map<number, { resolve: (body: unknown) => void; reject: (error: Error) => void }>();
  private nextId = 1;

  constructor(private readonly post: (message: FromView) => void) {}

  request<Command extends keyof Requests>(
    command: Command,
    args: Requests[Command]['arguments'],
  ): Promise<Requests[Command]['body']> {
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve: (body) => resolve(body as Requests[Command]['body']), reject });
      this.post({ type: 'request', id, command, arguments: args } as FromView);
    });
  }

  open(path: string, line: number): void {
    this.post({ type: 'open', path, line });
  }

  translate(address: string): void {
    this.post({ type: 'translate', address });
  }

  answered(id: number, body: unknown): void {
    this.waiting.get(id)?.resolve(body);
    this.waiting.delete(id);
  }

  failed(id: number, message: string): void {
    this.waiting.get(id)?.reject(new Error(message));
    this.waiting.delete(id);
  }
}
