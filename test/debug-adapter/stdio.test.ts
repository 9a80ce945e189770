import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DebugClient } from '@vscode/debugadapter-testsupport';
import { build } from 'esbuild';
import { after, before, describe, it } from 'mocha';
import { buildOptions } from '../../scripts/bundles';
import { root } from './client';

const guest = path.join(root, 'test/debug-adapter/guests/stepping.S');

/** The adapter as a process, as VS Code starts it. */
describe('over standard input and output', () => {
  let client: DebugClient;
  let outfile: string;

  before(async () => {
    outfile = path.join(mkdtempSync(path.join(tmpdir(), 'hyperstep-')), 'dist/debug-adapter.js');
    const bundle = buildOptions().find((options) => options.outfile === 'dist/debug-adapter.js');
    assert.ok(bundle);
    await build({ ...bundle, outfile });
    client = new DebugClient('node', outfile, 'hyperstep');
    // Beside other tests a start may take a while.
    client.defaultTimeout = 30_000;
    await client.start();
  });
  after(() => client.stop());

  it('hits a breakpoint', async () => {
    await client.hitBreakpoint({ program: guest, console: 'debugConsole' }, { path: guest, line: 15 });
  });

  it('answers what it does not know with an error', async () => {
    await assert.rejects(client.send('nonsense', {}), /not known/);
  });

  it('leaves out what is no message', async () => {
    const adapter = spawn('node', [outfile]);
    let received = '';
    adapter.stdout.on('data', (bytes: Buffer) => {
      received += bytes.toString();
    });
    const frame = (text: string): string => `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
    for (const text of ['', '{', 'null', '[]', '7', '{"type":"request"}', '{"type":"request","command":5,"seq":1}'])
      adapter.stdin.write(frame(text));
    const request = frame('{"seq":9,"type":"request","command":"threads"}');
    // A message may come in pieces.
    adapter.stdin.write(request.slice(0, 7));
    await new Promise((resolve) => setTimeout(resolve, 50));
    adapter.stdin.write(request.slice(7));
    while (!received.includes('"request_seq":9')) await new Promise((resolve) => setTimeout(resolve, 10));
    adapter.stdin.write('this is not the protocol\r\n\r\n');
    const code = await new Promise((resolve) => adapter.on('close', resolve));
    assert.equal(code, 1);
  });

  it('ends with its input while it assembles for minutes and hears nothing', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'hyperstep-'));
    const program = Array.from({ length: 30 }, (_, index) => {
      const file = path.join(folder, `part${index}.s`);
      // Each instruction is another one: what is repeated as it stands is assembled at once.
      writeFileSync(file, `start${index}:\n .set i, 0\n .rept 900000\n .set i, i + 1\n addi a0, a0, i % 100\n .endr\n`);
      return file;
    });
    const adapter = spawn('node', [outfile]);
    let received = '';
    adapter.stdout.on('data', (bytes: Buffer) => {
      received += bytes.toString();
    });
    const send = (seq: number, command: string, args?: object): void => {
      const text = JSON.stringify({ seq, type: 'request', command, arguments: args });
      adapter.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
    };
    send(1, 'initialize', { adapterID: 'hyperstep' });
    while (!received.includes('initialized')) await new Promise((resolve) => setTimeout(resolve, 10));
    send(2, 'launch', { program });
    await new Promise((resolve) => setTimeout(resolve, 2000));
    send(3, 'threads');
    await new Promise((resolve) => setTimeout(resolve, 500));
    try {
      assert.doesNotMatch(received, /"request_seq":3/, 'it was busy');
      adapter.stdin.end();
      await new Promise((resolve) => adapter.on('close', resolve));
    } finally {
      adapter.kill();
      rmSync(folder, { recursive: true });
    }
  });

  it('runs to the end', async () => {
    await Promise.all([client.waitForEvent('terminated'), client.continueRequest({ threadId: 1 })]);
  });
});
