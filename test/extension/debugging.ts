import type { DebugProtocol } from '@vscode/debugprotocol';
import * as vscode from 'vscode';
import type { PageTable, PageTableEntry, Requests } from '../../debug-adapter/protocol';
import { eventually } from './support';

type Frame = DebugProtocol.StackFrame;

/** A debug session as a client sees it: what was started, where it stopped, and requests that step it. */
export class Debugged {
  private stops: DebugProtocol.StoppedEvent['body'][] = [];
  private session: vscode.DebugSession | undefined;
  private ended = false;
  private readonly subscriptions = [
    vscode.debug.registerDebugAdapterTrackerFactory('hyperstep', {
      createDebugAdapterTracker: (session) => {
        this.session = session;
        return {
          onDidSendMessage: (message: DebugProtocol.Event) => {
            if (message.type === 'event' && message.event === 'stopped') this.stops.push(message.body);
          },
        };
      },
    }),
    vscode.debug.onDidTerminateDebugSession(() => {
      this.ended = true;
    }),
  ];

  /** Starts as F5 does, by a configuration or by the name of one in launch.json. */
  async start(
    folder: vscode.WorkspaceFolder | undefined,
    configuration: vscode.DebugConfiguration | string,
  ): Promise<boolean> {
    return vscode.debug.startDebugging(folder, configuration);
  }

  /** By what the session was started, once it is there. */
  async configuration(): Promise<vscode.DebugConfiguration> {
    return eventually('a session', () => this.session?.configuration);
  }

  /** The next stop that nobody has waited for, and the thread that it is about. */
  async stopped(): Promise<{ reason: string; threadId: number }> {
    const { reason, threadId = 1 } = await eventually('a stop', () => {
      if (this.ended) throw new Error('The session ended before it stopped.');
      return this.stops.shift();
    });
    return { reason, threadId };
  }

  /**
   * Waits until VS Code itself has a frame of the session in focus, which it looks for some time after a stop: a session that is ended
   * before leaves it with a frame of what is gone. @param before the frame of an earlier stop @returns the frame
   */
  inFocus(before?: number): Promise<number> {
    return eventually('a frame in focus', () => {
      const focus = vscode.debug.activeStackItem;
      const isOurs = focus !== undefined && focus.session.id === this.session?.id && 'frameId' in focus;
      return isOurs && focus.frameId !== before ? focus.frameId : undefined;
    });
  }

  /** Sets a breakpoint (line from 1) in the running session, and waits until the adapter has it: VS Code tells it some time later. */
  async breakAt(uri: vscode.Uri, line: number): Promise<void> {
    const breakpoint = new vscode.SourceBreakpoint(new vscode.Location(uri, new vscode.Position(line - 1, 0)));
    vscode.debug.addBreakpoints([breakpoint]);
    await eventually('a verified breakpoint', async () => {
      const known = await this.session?.getDebugProtocolBreakpoint(breakpoint);
      return known && 'verified' in known && known.verified ? true : undefined;
    });
  }

  async terminated(): Promise<void> {
    await eventually('the end of the session', () => this.ended || undefined);
  }

  request<Command extends keyof Requests>(
    command: Command,
    args: Requests[Command]['arguments'],
  ): Promise<Requests[Command]['body']> {
    return this.send(command, args);
  }

  async stack(threadId: number): Promise<Frame[]> {
    const { stackFrames } = await this.send<DebugProtocol.StackTraceResponse['body']>('stackTrace', { threadId });
    return stackFrames;
  }

  /** Steps by statement and answers with the stack where it stopped. */
  async step(kind: 'stepIn' | 'next' | 'stepOut', threadId: number): Promise<Frame[]> {
    await this.send(kind, { threadId });
    await this.stopped();
    return this.stack(threadId);
  }

  async continue(threadId: number): Promise<Frame[]> {
    await this.send('continue', { threadId });
    await this.stopped();
    return this.stack(threadId);
  }

  /** Every leaf of the page table of the virtual CPU, of the guest or its shadow. */
  async leaves(threadId: number, path: number[] = []): Promise<PageTableEntry[]> {
    const table: PageTable = await this.request('hyperstep/pageTable', { threadId, path });
    const found = table.entries.map((entry) =>
      entry.guest?.kind === 'table' || entry.shadow?.kind === 'table'
        ? this.leaves(threadId, [...path, entry.index])
        : [entry],
    );
    return (await Promise.all(found)).flat();
  }

  async stop(): Promise<void> {
    if (this.session && !this.ended) {
      await vscode.debug.stopDebugging(this.session);
      await this.terminated();
    }
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  private async send<Body>(command: string, args: object): Promise<Body> {
    if (!this.session) throw new Error('Nothing was started.');
    return await this.session.customRequest(command, args);
  }
}

/** Whether a frame is a line of the VMM's source. */
export function inVmm(frame: Frame | undefined): boolean {
  return /^hyperstep-vmm:\/simulator\/(firmware|hypervisor)\//.test(frame?.source?.path ?? '');
}

/** The file of a frame or exit. Where the workspace is remote, VS Code has made a URI of the adapter's path. */
export function fileOf(path: string | undefined): string | undefined {
  return path === undefined || path.startsWith('/') ? path : vscode.Uri.parse(path).path;
}

/** 1-based number of the first line that matches. */
export function lineOf(document: vscode.TextDocument, pattern: RegExp): number {
  for (let line = 0; line < document.lineCount; line++) {
    if (pattern.test(document.lineAt(line).text)) return line + 1;
  }
  throw new Error(`${document.uri.path} has no line like ${pattern}`);
}
