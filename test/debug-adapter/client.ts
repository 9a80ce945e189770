import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { LaunchArguments } from '../../debug-adapter/launch/launch';
import type { Requests } from '../../debug-adapter/protocol';
import { Session } from '../../debug-adapter/session';
import { Connection } from '../../debug-adapter/transport/connection';
import type { Host } from '../../debug-adapter/transport/host';
import { nodeHost } from '../../debug-adapter/transport/node-host';

type Message = DebugProtocol.ProtocolMessage;
export type Frame = DebugProtocol.StackFrame;

/** The repository's root; tests are run there. */
export const root = path.resolve('.');
export const guest = (name: string): string => path.join(root, 'test/guests/programs', name);

export interface ClientOptions {
  readonly clientId?: string;
  /** Files that take the place of those on disk. */
  readonly files?: ReadonlyMap<string, string>;
  /** Takes the place of the computer's clock. */
  readonly clock?: Pick<Host, 'now' | 'later'>;
}

/** A DAP client in the same process as the session: what a client sends, gets and waits for. */
export class Client {
  readonly session: Session;
  readonly events: DebugProtocol.Event[] = [];
  private sequence = 1;
  private readonly answers = new Map<number, (response: DebugProtocol.Response) => void>();
  private readonly waiting: { wanted: readonly string[]; resolve: (event: DebugProtocol.Event) => void }[] = [];
  /** Events that somebody has waited for. */
  private readonly taken = new Set<DebugProtocol.Event>();

  constructor(private readonly options: ClientOptions = {}) {
    const host = nodeHost({ root, isCongested: () => false, exit: () => undefined });
    const { files = new Map(), clock } = options;
    const overlaid: Host = {
      ...host,
      ...clock,
      readFile: async (file, limit) => {
        const text = files.get(file);
        return text === undefined ? host.readFile(file, limit) : new TextEncoder().encode(text);
      },
    };
    // As over a wire: a message is what its JSON says.
    this.session = new Session(
      new Connection((message) => this.receive(JSON.parse(JSON.stringify(message)))),
      overlaid,
    );
  }

  /** Sends a request and gives its response, successful or not. */
  send(command: string, args?: unknown): Promise<DebugProtocol.Response> {
    const seq = this.sequence++;
    return new Promise((resolve) => {
      this.answers.set(seq, resolve);
      this.session.handle({ seq, type: 'request', command, ...(args === undefined ? {} : { arguments: args }) });
    });
  }

  /** Sends a request that has to succeed. */
  async request<Body = Record<string, unknown>>(command: string, args?: object): Promise<Body> {
    const response = await this.send(command, args);
    if (!response.success) throw new Error(`${command}: ${response.message}`);
    return response.body as Body;
  }

  own<Command extends keyof Requests>(
    command: Command,
    args: Requests[Command]['arguments'],
  ): Promise<Requests[Command]['body']> {
    return this.request(command, args);
  }

  /** The next event of one of these kinds that nobody has waited for yet. */
  async event(kinds: string | readonly string[], timeout = 10_000): Promise<DebugProtocol.Event> {
    const wanted = [kinds].flat();
    const known = this.events.find((each) => wanted.includes(each.event) && !this.taken.has(each));
    if (known) {
      this.taken.add(known);
      return known;
    }
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no '${wanted}' event within ${timeout} ms`)), timeout);
      this.waiting.push({
        wanted,
        resolve: (found) => {
          clearTimeout(timer);
          this.taken.add(found);
          resolve(found);
        },
      });
    });
  }

  /** Initializes and launches; breakpoints are set by line in the program's own file, the first of several. */
  async launch(
    program: string | readonly string[],
    { breakpoints = [], ...attributes }: LaunchArguments & { breakpoints?: number[] } = {},
  ): Promise<void> {
    await this.request('initialize', {
      adapterID: 'hyperstep',
      clientID: this.options.clientId ?? 'test',
      supportsMemoryEvent: true,
      supportsInvalidatedEvent: true,
    });
    const launched = this.request('launch', { program, console: 'debugConsole', ...attributes });
    await this.event('initialized');
    const [file = ''] = [program].flat();
    if (breakpoints.length > 0) await this.breakAt(file, breakpoints);
    await this.request('setExceptionBreakpoints', { filters: ['killed'] });
    await this.request('configurationDone');
    await launched;
  }

  async breakAt(file: string, lines: readonly number[]): Promise<DebugProtocol.Breakpoint[]> {
    const args = { source: { path: file }, breakpoints: lines.map((line) => ({ line })) };
    return (await this.request<DebugProtocol.SetBreakpointsResponse['body']>('setBreakpoints', args)).breakpoints;
  }

  async stopped(): Promise<DebugProtocol.StoppedEvent['body']> {
    return (await this.event('stopped')).body;
  }

  async stack(threadId = 1): Promise<Frame[]> {
    return (await this.request<DebugProtocol.StackTraceResponse['body']>('stackTrace', { threadId })).stackFrames;
  }

  /** Lets the machine go and waits until it stands still again. */
  async go(command: string, args: object = {}): Promise<DebugProtocol.StoppedEvent['body']> {
    await this.request(command, { threadId: 1, ...args });
    return this.stopped();
  }

  async step(command: 'stepIn' | 'next' | 'stepOut', args: object = {}): Promise<Frame[]> {
    await this.go(command, args);
    return this.stack();
  }

  /** Where a step from a thread's innermost frame may lead. */
  async stepInTargets(threadId = 1): Promise<DebugProtocol.StepInTarget[]> {
    const [top] = await this.stack(threadId);
    const args = { frameId: top?.id };
    return (await this.request<DebugProtocol.StepInTargetsResponse['body']>('stepInTargets', args)).targets;
  }

  async evaluate(expression: string, frameId?: number): Promise<string> {
    const body = await this.request<{ result: string }>('evaluate', { expression, frameId, context: 'watch' });
    return body.result;
  }

  /** The variables of a scope of a frame (the top one), by name. */
  async scope(name: string, frameId?: number): Promise<Map<string, DebugProtocol.Variable>> {
    return this.children(await this.scopeReference(name, frameId));
  }

  async scopeReference(name: string, frameId?: number): Promise<number> {
    const id = frameId ?? (await this.stack())[0]?.id;
    const { scopes } = await this.request<DebugProtocol.ScopesResponse['body']>('scopes', { frameId: id });
    const scope = scopes.find((each) => each.name === name);
    if (!scope) throw new Error(`no scope '${name}': ${scopes.map((each) => each.name).join(', ')}`);
    return scope.variablesReference;
  }

  async children(variablesReference: number): Promise<Map<string, DebugProtocol.Variable>> {
    const { variables } = await this.request<DebugProtocol.VariablesResponse['body']>('variables', {
      variablesReference,
    });
    return new Map(variables.map((variable) => [variable.name, variable]));
  }

  /** What the guest has written to its console. */
  get output(): string {
    return this.events
      .filter(({ event, body }) => event === 'output' && body.category === 'stdout')
      .map(({ body }) => body.output)
      .join('');
  }

  get stateHash(): string {
    return this.session.debugging.running.machine.system.stateHash();
  }

  private receive(message: Message): void {
    if (message.type === 'response') {
      const response = message as DebugProtocol.Response;
      this.answers.get(response.request_seq)?.(response);
      this.answers.delete(response.request_seq);
      return;
    }
    const event = message as DebugProtocol.Event;
    this.events.push(event);
    const waiter = this.waiting.findIndex(({ wanted }) => wanted.includes(event.event));
    if (waiter >= 0) this.waiting.splice(waiter, 1)[0]?.resolve(event);
  }
}

/** Whether a frame is in the VMM's sources. */
export function inVmm(frame: Frame | undefined): boolean {
  return /simulator\/(firmware|hypervisor)\//.test(frame?.source?.path ?? '');
}
