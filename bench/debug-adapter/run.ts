/** The debugger's figures, over standard input and output as VS Code has it: F5 to the first stop on the sample, and a step's time. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { frame, MessageReader } from '../../debug-adapter/transport/framing';

const STEPS = Number(process.argv[2] ?? 400);
const LAUNCHES = 5;
const kernel = path.resolve('extension/sample/kernel.S');

/** A client that measures from a request to the event that it leads to. */
class Client {
  private readonly adapter = spawn(process.execPath, ['dist/debug-adapter.js'], { stdio: ['pipe', 'pipe', 'inherit'] });
  private sequence = 1;
  private readonly waiting = new Map<string, (message: DebugProtocol.ProtocolMessage) => void>();

  constructor() {
    const reader = new MessageReader((message) => this.receive(message as DebugProtocol.ProtocolMessage));
    this.adapter.stdout.on('data', (bytes: Buffer) => reader.push(bytes));
  }

  request(command: string, args: object = {}): Promise<DebugProtocol.ProtocolMessage> {
    const seq = this.sequence++;
    const answered = this.wait(`response ${seq}`);
    this.adapter.stdin.write(frame({ seq, type: 'request', command, arguments: args }));
    return answered;
  }

  wait(what: string): Promise<DebugProtocol.ProtocolMessage> {
    return new Promise((resolve) => this.waiting.set(what, resolve));
  }

  /** Milliseconds from a request to the stop; undefined when the guest ends instead. */
  async timeToStop(command: string): Promise<number | undefined> {
    const stopped = this.wait('event stopped').then(() => true);
    const ended = this.wait('event terminated').then(() => false);
    const start = performance.now();
    void this.request(command, { threadId: 1 });
    return (await Promise.race([stopped, ended])) ? performance.now() - start : undefined;
  }

  close(): void {
    this.adapter.kill();
  }

  private receive(message: DebugProtocol.ProtocolMessage): void {
    const key =
      message.type === 'event'
        ? `event ${(message as DebugProtocol.Event).event}`
        : `response ${(message as DebugProtocol.Response).request_seq}`;
    this.waiting.get(key)?.(message);
    this.waiting.delete(key);
  }
}

/** From the start of the process to the stop at `csrw satp`. */
async function launch(): Promise<{ client: Client; milliseconds: number }> {
  const line =
    readFileSync(kernel, 'utf8')
      .split('\n')
      .findIndex((each) => /csrw\s+satp/.test(each)) + 1;
  const start = performance.now();
  const client = new Client();
  const stopped = client.wait('event stopped');
  await client.request('initialize', { adapterID: 'hyperstep' });
  const launched = client.request('launch', {
    program: kernel,
    disks: [{ file: 'disk.img' }],
    console: 'debugConsole',
  });
  await client.request('setBreakpoints', { source: { path: kernel }, breakpoints: [{ line }] });
  await client.request('configurationDone');
  await Promise.all([launched, stopped]);
  return { client, milliseconds: performance.now() - start };
}

function report(what: string, values: number[]): void {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): string =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(2);
  console.log(`${what}: median ${at(0.5)} ms, 95th percentile ${at(0.95)} ms, longest ${at(1)} ms (${values.length})`);
}

async function main(): Promise<void> {
  const launches: number[] = [];
  for (let i = 0; i < LAUNCHES; i++) {
    const { client, milliseconds } = await launch();
    launches.push(milliseconds);
    client.close();
  }
  report('F5 to the first stop, process start included', launches);
  for (const command of ['stepIn', 'next']) {
    const { client } = await launch();
    const steps: number[] = [];
    while (steps.length < STEPS) {
      const milliseconds = await client.timeToStop(command);
      if (milliseconds === undefined) break;
      steps.push(milliseconds);
    }
    report(`${command}, request to stopped`, steps);
    client.close();
  }
}

void main();
