/**
 * The language server as a program of its own, through the protocol, on a source of 100,000 lines and on a folder of 1,000 files.
 * Milliseconds are the client's; memory is the server's resident set.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  createProtocolConnection,
  type Diagnostic,
  type ProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver/node';
import { routines } from '../sources/routines';

type Wanted = (diagnostics: readonly Diagnostic[]) => boolean;

class Server {
  readonly process: ChildProcess;
  readonly connection: ProtocolConnection;
  readonly #wishes = new Set<{ wanted: Wanted; uri: string; resolve: () => void }>();
  #version = 1;
  progressEnded: () => void = () => undefined;

  constructor(readonly folder: string) {
    this.process = spawn(process.execPath, ['dist/language-server.js', '--stdio'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.connection = createProtocolConnection(
      new StreamMessageReader(this.process.stdout!),
      new StreamMessageWriter(this.process.stdin!),
    );
    this.connection.onNotification(
      'textDocument/publishDiagnostics',
      ({ uri, diagnostics }: { uri: string; diagnostics: Diagnostic[] }) => {
        for (const wish of [...this.#wishes]) {
          if (wish.uri !== uri || !wish.wanted(diagnostics)) continue;
          this.#wishes.delete(wish);
          wish.resolve();
        }
      },
    );
    this.connection.onRequest('window/workDoneProgress/create', () => null);
    this.connection.onRequest('workspace/configuration', () => [null]);
    this.connection.onNotification('$/progress', ({ value }: { value: { kind: string } }) => {
      if (value.kind === 'end') this.progressEnded();
    });
    this.connection.listen();
  }

  async start(): Promise<void> {
    const uri = pathToFileURL(this.folder).href;
    await this.connection.sendRequest('initialize', {
      processId: process.pid,
      rootUri: uri,
      workspaceFolders: [{ uri, name: 'bench' }],
      capabilities: { window: { workDoneProgress: true }, workspace: { workspaceFolders: true } },
      initializationOptions: { trusted: true, notePrivileged: false },
    });
    await this.connection.sendNotification('initialized', {});
  }

  uri(name: string): string {
    return pathToFileURL(path.join(this.folder, name)).href;
  }

  diagnostics(uri: string, wanted: Wanted): Promise<void> {
    return new Promise((resolve) => this.#wishes.add({ uri, wanted, resolve }));
  }

  async open(uri: string, text: string): Promise<void> {
    await this.connection.sendNotification('textDocument/didOpen', {
      textDocument: { uri, languageId: 'riscv-asm', version: this.#version, text },
    });
  }

  async replace(uri: string, line: number, from: number, to: number, text: string): Promise<void> {
    const range = { start: { line, character: from }, end: { line, character: to } };
    await this.connection.sendNotification('textDocument/didChange', {
      textDocument: { uri, version: ++this.#version },
      contentChanges: [{ range, text }],
    });
  }

  /** Mebibytes. */
  get memory(): number {
    const status = readFileSync(`/proc/${this.process.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
  }

  async stop(): Promise<void> {
    await this.connection.sendRequest('shutdown');
    await this.connection.sendNotification('exit');
  }
}

function show(name: string, times: number[], goal: number): void {
  times.sort((a, b) => a - b);
  const at = (share: number): string => times[Math.min(times.length - 1, Math.floor(times.length * share))]!.toFixed(1);
  console.log(`${name}: median ${at(0.5)} ms, 95th percentile ${at(0.95)} ms (goal ${goal})`);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

const rounds = 40;

async function longSource(folder: string): Promise<void> {
  const text = routines(5263);
  const lines = text.split('\n');
  const uris: string[] = [];
  const opened: number[] = [];
  for (let round = 0; round < 3; round++) {
    const server = new Server(folder);
    await server.start();
    const uri = server.uri('main.s');
    const checked = server.diagnostics(uri, () => true);
    opened.push(await timed(() => server.open(uri, text).then(() => checked)));
    uris.push(uri);
    if (round < 2) {
      await server.stop();
      continue;
    }
    show(`${lines.length} lines: cold open to diagnostics`, opened, 700);
    await measure(server, uri, lines);
    await server.stop();
  }
}

async function measure(server: Server, uri: string, lines: readonly string[]): Promise<void> {
  const middle = lines.findIndex((line, i) => i > lines.length / 2 && line.includes('addi sp, sp, -32'));
  const label = lines.findIndex((line) => line.startsWith('routine4000:'));
  const quiet = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 250));
  const region: number[] = [];
  const whole: number[] = [];
  const completion: number[] = [];
  for (let i = 0; i < rounds; i++) {
    // A misspelt instruction: known from its line.
    const wrong = server.diagnostics(uri, (found) => found.some(({ range }) => range.start.line === middle));
    region.push(await timed(() => server.replace(uri, middle, 2, 2, 'x').then(() => wrong)));
    await quiet();
    const right = server.diagnostics(uri, (found) => found.every(({ range }) => range.start.line !== middle));
    region.push(await timed(() => server.replace(uri, middle, 2, 3, '').then(() => right)));
    await quiet();
    // A label loses its name: known from all of its uses, elsewhere.
    const unknown = server.diagnostics(uri, (found) => found.length > 0);
    whole.push(await timed(() => server.replace(uri, label, 0, 0, 'x').then(() => unknown)));
    await quiet();
    const known = server.diagnostics(uri, (found) => found.length === 0);
    whole.push(await timed(() => server.replace(uri, label, 0, 1, '').then(() => known)));
    await quiet();
    // Completion comes right behind the keystroke that asks for it.
    completion.push(
      await timed(async () => {
        await server.replace(uri, middle, 0, 0, ' ');
        const position = { line: middle, character: 6 };
        await server.connection.sendRequest('textDocument/completion', { textDocument: { uri }, position });
      }),
    );
    await quiet();
  }
  show('keystroke to diagnostics of its line', region, 50);
  show('keystroke to diagnostics of the whole program', whole, 300);
  show('keystroke to completion', completion, 20);
  console.log(`memory: ${server.memory.toFixed(0)} MiB (goal 300)`);
}

async function manyFiles(folder: string): Promise<void> {
  for (let i = 0; i < 1000; i++) {
    const inner = path.join(folder, 'many', `part${i % 20}`);
    mkdirSync(inner, { recursive: true });
    const own = routines(20).replaceAll('routine', `part${i}_`).replace('_start', `start${i}`);
    writeFileSync(path.join(inner, `file${i}.s`), own);
  }
  const server = new Server(path.join(folder, 'many'));
  const ended = new Promise<void>((resolve) => {
    server.progressEnded = resolve;
  });
  await server.start();
  const milliseconds = await timed(() => ended);
  const found = await server.connection.sendRequest<unknown[]>('workspace/symbol', { query: 'part999_19' });
  console.log(`1,000 files indexed in ${milliseconds.toFixed(0)} ms (goal 5000), ${found.length} found of the last`);
  await server.stop();
}

async function main(): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'hyperstep-bench-'));
  try {
    await longSource(folder);
    await manyFiles(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

void main();
