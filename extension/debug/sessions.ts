import * as vscode from 'vscode';
import type { About, Events, Requests, RunSummary, ThreadArguments } from '../../debug-adapter/protocol';

/** What the rest of the extension needs of a debug session; a fake of it is enough for tests. */
export type Session = Pick<vscode.DebugSession, 'id' | 'name' | 'customRequest'>;

type EventName = keyof Events;
export type SessionEvent = {
  [Name in EventName]: { session: vscode.DebugSession; event: Name; body: Events[Name] };
}[EventName];

/** Custom requests that ask about one virtual CPU. */
export type ThreadRequest = {
  [Command in keyof Requests]: Requests[Command]['arguments'] extends ThreadArguments ? Command : never;
}[keyof Requests];

export function request<Command extends keyof Requests>(
  session: Session,
  command: Command,
  args: Requests[Command]['arguments'],
): Promise<Requests[Command]['body']> {
  return Promise.resolve(session.customRequest(command, args));
}

/** A session that is over. */
export interface EndedSession {
  readonly id: string;
  readonly name: string;
  readonly summary?: RunSummary;
}

/** The HyperStep sessions: which one is looked at, in which virtual CPU, and whether its state can be read. */
export class Sessions implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly received = new vscode.EventEmitter<SessionEvent>();
  private readonly stopped = new Set<string>();
  /** How often each session's machine has stopped, and which of its machines it is. */
  private readonly stops = new Map<string, { machine: number; count: number }>();
  private past: EndedSession | undefined;
  private readonly subscriptions: vscode.Disposable[];

  /** The active session, its thread, or the machine's state changed. */
  readonly onDidChange = this.changed.event;
  readonly onDidReceiveEvent = this.received.event;

  constructor() {
    this.subscriptions = [
      vscode.debug.onDidStartDebugSession((session) => this.started(session)),
      vscode.debug.onDidTerminateDebugSession((session) => this.terminated(session)),
      vscode.debug.onDidChangeActiveDebugSession(() => this.changed.fire()),
      vscode.debug.onDidChangeActiveStackItem(() => this.changed.fire()),
      vscode.debug.onDidReceiveDebugSessionCustomEvent(({ session, event, body }) => {
        if (session.type === 'hyperstep') this.receive({ session, event, body } as SessionEvent);
      }),
    ];
  }

  get active(): vscode.DebugSession | undefined {
    const session = vscode.debug.activeDebugSession;
    return session?.type === 'hyperstep' ? session : undefined;
  }

  /** Whether the active session's machine stands still. */
  get readable(): boolean {
    return this.active !== undefined && this.stopped.has(this.active.id);
  }

  /** How often the active session's machine has stopped, and which of its machines it is: each restart makes another one. */
  get stopCount(): { readonly machine: number; readonly count: number } {
    return this.stops.get(this.active?.id ?? '') ?? { machine: 1, count: 0 };
  }

  /** The session that ended last. */
  get ended(): EndedSession | undefined {
    return this.past;
  }

  /** The virtual CPU in focus, that of the frame in focus, or the first one; with its name, where there are several virtual machines. */
  async about(): Promise<About | undefined> {
    const { active } = this;
    const focus = vscode.debug.activeStackItem;
    if (!active) return undefined;
    if (focus && focus.session === active) {
      const { threadId } = focus;
      const frame = 'frameId' in focus ? { frameId: focus.frameId } : {};
      // The machine may have gone on by now: then the next stop is asked.
      return request(active, 'hyperstep/about', { threadId, ...frame }).catch(() => ({ threadId }));
    }
    const answer: { threads: { id: number }[] } = await active.customRequest('threads');
    const [first] = answer.threads;
    return first && request(active, 'hyperstep/about', { threadId: first.id }).catch(() => ({ threadId: first.id }));
  }

  private started(session: vscode.DebugSession): void {
    if (session.type === 'hyperstep') this.changed.fire();
  }

  private terminated(session: vscode.DebugSession): void {
    if (session.type !== 'hyperstep') return;
    this.stopped.delete(session.id);
    this.stops.delete(session.id);
    if (this.past?.id !== session.id) this.past = { id: session.id, name: session.name };
    this.changed.fire();
  }

  private receive(event: SessionEvent): void {
    const { id, name } = event.session;
    if (event.event === 'hyperstep/stateChanged') {
      this.stopped.add(id);
      const { reason, machine } = event.body;
      const known = this.stops.get(id);
      const count = known?.machine === machine ? known.count : 0;
      this.stops.set(id, { machine, count: reason === 'stopped' ? count + 1 : count });
    }
    if (event.event === 'hyperstep/ended') this.past = { id, name, summary: event.body };
    if (event.event === 'hyperstep/running') this.stopped.delete(event.session.id);
    this.received.fire(event);
    if (event.event === 'hyperstep/stateChanged' || event.event === 'hyperstep/running') this.changed.fire();
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions, this.changed, this.received).dispose();
  }
}
