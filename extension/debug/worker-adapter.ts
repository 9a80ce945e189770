import * as vscode from 'vscode';
import type { HostRequests } from '../../debug-adapter/protocol';
import { decodeBase64, encodeBase64 } from '../../simulator/object/bytes/base64';

interface ReverseRequest<Command extends keyof HostRequests> {
  seq: number;
  type: 'request';
  command: Command;
  arguments: HostRequests[Command]['arguments'];
}

type HostRequest = { [Command in keyof HostRequests]: ReverseRequest<Command> }[keyof HostRequests];

/** Passes DAP messages between VS Code and the debug adapter in its Worker, and does for it what a Worker cannot: reach files. */
export class WorkerDebugAdapter implements vscode.DebugAdapter {
  private readonly sent = new vscode.EventEmitter<vscode.DebugProtocolMessage>();
  readonly onDidSendMessage = this.sent.event;

  constructor(private readonly worker: Worker) {
    worker.onmessage = ({ data }) => {
      if (isHostRequest(data)) void this.answer(data);
      else this.sent.fire(data);
    };
    worker.onerror = ({ message }) => this.fail(message);
  }

  handleMessage(message: vscode.DebugProtocolMessage): void {
    this.worker.postMessage(message);
  }

  private async answer(request: HostRequest): Promise<void> {
    const { seq, command } = request;
    const response = { type: 'response', seq: 0, request_seq: seq, command };
    try {
      this.worker.postMessage({ ...response, success: true, body: await perform(request) });
    } catch (error) {
      this.worker.postMessage({
        ...response,
        success: false,
        message: error instanceof Error ? error.message : String(error),
      });
    }
  }

  /** A worker that broke down ends the session, with the reason in the debug console. */
  private fail(message: string): void {
    const output = { type: 'event', seq: 0, event: 'output', body: { category: 'stderr', output: `${message}\n` } };
    this.sent.fire(output as vscode.DebugProtocolMessage);
    this.sent.fire({ type: 'event', seq: 0, event: 'terminated' } as vscode.DebugProtocolMessage);
  }

  dispose(): void {
    this.worker.terminate();
    this.sent.dispose();
  }
}

function isHostRequest(message: { type?: string; command?: string }): message is HostRequest {
  return (
    message.type === 'request' &&
    (message.command === 'hyperstep/readFile' || message.command === 'hyperstep/writeFile')
  );
}

async function perform(request: HostRequest): Promise<HostRequests[keyof HostRequests]['body']> {
  const file = vscode.Uri.parse(request.arguments.path);
  if (request.command === 'hyperstep/readFile')
    return { base64: encodeBase64(await vscode.workspace.fs.readFile(file)) };
  const contents = decodeBase64(request.arguments.base64);
  if (!contents) throw new Error('the contents are not in base64');
  await vscode.workspace.fs.writeFile(file, contents);
  return {};
}
