import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import {
  createProtocolConnection,
  ErrorCodes,
  type ResponseError,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver/node';
import { buildOptions } from '../../scripts/bundles';
import { numbersFrom } from '../support/random';
import { TestClient } from './client';

const methods = [
  'textDocument/hover',
  'textDocument/completion',
  'textDocument/definition',
  'textDocument/references',
  'textDocument/documentHighlight',
  'textDocument/rename',
  'textDocument/prepareRename',
  'textDocument/documentSymbol',
  'textDocument/foldingRange',
  'textDocument/formatting',
  'textDocument/rangeFormatting',
  'textDocument/semanticTokens/full',
  'textDocument/semanticTokens/range',
  'textDocument/semanticTokens/full/delta',
  'textDocument/declaration',
  'textDocument/implementation',
  'textDocument/signatureHelp',
  'textDocument/selectionRange',
  'textDocument/documentLink',
  'textDocument/inlayHint',
  'textDocument/codeLens',
  'textDocument/onTypeFormatting',
  'textDocument/prepareCallHierarchy',
  'textDocument/diagnostic',
  'callHierarchy/incomingCalls',
  'callHierarchy/outgoingCalls',
  'completionItem/resolve',
  'hyperstep/virtualDocument',
  'workspace/symbol',
  'textDocument/codeAction',
  'hyperstep/checkProgram',
];
const nonsense: unknown[] = [
  {},
  { textDocument: {} },
  { textDocument: { uri: 5 } },
  { textDocument: { uri: 'file:///w/main.s' } },
  { textDocument: { uri: 'file:///w/absent.s' }, position: { line: 0, character: 0 } },
  { textDocument: { uri: 'file:///w/main.s' }, position: { line: -5, character: 1e9 } },
  { textDocument: { uri: 'file:///w/main.s' }, position: { line: 1e9, character: -1 }, newName: 'x' },
  { textDocument: { uri: 'file:///w/main.s' }, position: null, range: {}, options: null },
  { textDocument: { uri: '%%%' }, position: { line: 0, character: 0 } },
  { program: [5, null] },
  { program: 'x' },
  { program: null, includePaths: null, defines: null, march: null, linkerScript: null, relax: null, projectRoot: null },
  { program: ['/w/main.s'], includePaths: null, defines: null, march: null, relax: null, projectRoot: null },
  [],
  null,
];

describe('Language server with any request', function () {
  this.timeout(60_000);

  it('answers malformed requests and goes on', async () => {
    const client = await TestClient.start();
    await client.open('main.s', 'a: nop\n j a\n');
    for (const method of [...methods, 'no/such/method']) {
      for (const params of nonsense) {
        const outcome = await Promise.race([
          client.connection.sendRequest(method, params).then(
            () => 'answered',
            (error: { message: string }) =>
              /Cannot read|undefined|not a function/.test(error.message) ? error.message : 'refused',
          ),
          new Promise((resolve) => setTimeout(resolve, 3000, 'silent')),
        ]);
        assert.ok(outcome === 'answered' || outcome === 'refused', `${method} ${JSON.stringify(params)}: ${outcome}`);
      }
    }
    for (const method of [
      'textDocument/didOpen',
      'textDocument/didChange',
      'textDocument/didClose',
      'workspace/didChangeWatchedFiles',
      'no/such/notification',
    ]) {
      for (const params of nonsense) await client.connection.sendNotification(method, params);
    }
    await client.open('main.s', 'a: nop\n j a\n');
    const hover = await client.request('textDocument/hover', {
      textDocument: { uri: 'file:///w/main.s' },
      position: { line: 0, character: 4 },
    });
    assert.ok(hover);
    client.stop();
  });

  it('answers parameters that are no object with a sentence', async () => {
    const client = await TestClient.start();
    for (const method of [...methods, 'initialize']) {
      for (const params of [null, [], [1, 2], ['text'], [{ textDocument: { uri: 'file:///w/main.s' } }]]) {
        if (method === 'completionItem/resolve') continue;
        await assert.rejects(
          client.connection.sendRequest(method, params),
          ({ code, message }: ResponseError<void>) =>
            code === ErrorCodes.InvalidParams && message === `${method}: the parameters must be an object`,
          `${method} ${JSON.stringify(params)}`,
        );
      }
    }
    client.stop();
  });

  it('takes edits that lie beyond the text as edits of its end, also while a long analysis is under way', async () => {
    const client = await TestClient.start();
    const lines = ' addi a0, a0, 1\n'.repeat(40_000);
    const { uri } = await client.open('main.s', `_start:\n${lines}`);
    await client.request('textDocument/diagnostic', { textDocument: { uri } });
    const far = { line: 2 ** 31 - 1, character: 2 ** 31 - 1 };
    await client.change(uri, [
      { range: { start: { line: 1, character: 0 }, end: { line: 1, character: 0 } }, text: ' nop\n' },
    ]);
    await client.change(uri, [{ range: { start: far, end: far }, text: ' bogus\n' }]);
    await client.change(uri, [
      { range: { start: far, end: far }, text: ' nop\n' },
      { range: { start: { line: 40_004, character: 0 }, end: far }, text: ' wrong' },
    ]);
    const found = await client.diagnosticsOf('main.s', (all) => all.length === 2);
    assert.deepEqual(
      found.map(({ range, message }) => [range.start.line, message.split(';')[0]]),
      [
        [40_002, "unknown instruction 'bogus'"],
        [40_004, "unknown instruction 'wrong'"],
      ],
    );
    client.stop();
  });

  it('has the same diagnostics after random edits as a server that sees the text at once', async () => {
    const client = await TestClient.start();
    const fresh = await TestClient.start();
    let text = '.macro m x\n li a0, \\x\n.endm\n_start:\n m 5\n j _start\n.if 1\n nop\n.endif\n';
    const { uri } = await client.open('main.s', text);
    const next = numbersFrom(42);
    const pieces = ['nop\n', '\n', 'x', ' a0', '/*', '*/', '.endif', '"', 'm 1\n', ':', '#', '.if 0\n'];
    for (let i = 0; i < 40; i++) {
      const lines = text.split('\n');
      const line = next(lines.length);
      const start = next(lines[line]!.length + 1);
      const end = start + next(Math.min(4, lines[line]!.length - start + 1));
      const piece = next(3) ? pieces[next(pieces.length)]! : '';
      lines[line] = lines[line]!.slice(0, start) + piece + lines[line]!.slice(end);
      text = lines.join('\n');
      await client.change(uri, [
        { range: { start: { line, character: start }, end: { line, character: end } }, text: piece },
      ]);
    }
    await fresh.open('main.s', text);
    const strip = (found: readonly { range: object; message: string }[]): string =>
      JSON.stringify(found.map(({ range, message }) => [range, message]));
    const wanted = strip(await fresh.diagnosticsOf('main.s'));
    await client.diagnosticsOf('main.s', (found) => strip(found) === wanted);
    client.stop();
    fresh.stop();
  });

  it('serves standard input and output as a program', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hyperstep-'));
    try {
      const outfile = join(folder, 'language-server.js');
      const bundle = buildOptions().find((options) => options.outfile === 'dist/language-server.js');
      assert.ok(bundle);
      await build({ ...bundle, outfile });
      const server = spawn(process.execPath, [outfile, '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
      const connection = createProtocolConnection(
        new StreamMessageReader(server.stdout),
        new StreamMessageWriter(server.stdin),
      );
      connection.listen();
      const { capabilities } = await connection.sendRequest<{ capabilities: object }>('initialize', {
        processId: null,
        rootUri: null,
        capabilities: {},
      });
      assert.ok('hoverProvider' in capabilities);
      const published = new Promise<{ diagnostics: { message: string }[] }>((resolve) =>
        connection.onNotification('textDocument/publishDiagnostics', resolve),
      );
      await connection.sendNotification('textDocument/didOpen', {
        textDocument: { uri: 'untitled:Untitled-1', languageId: 'riscv-asm', version: 1, text: 'bogus' },
      });
      assert.match((await published).diagnostics[0]!.message, /unknown instruction/);
      await connection.sendRequest('shutdown');
      const ended = new Promise((resolve) => server.once('exit', resolve));
      await connection.sendNotification('exit');
      assert.equal(await ended, 0);
      await endsWithItsInput(outfile);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

/** A client that goes without a word, in the middle of a long analysis, takes the server with it. */
async function endsWithItsInput(program: string): Promise<void> {
  const server = spawn(process.execPath, [program, '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const connection = createProtocolConnection(
    new StreamMessageReader(server.stdout),
    new StreamMessageWriter(server.stdin),
  );
  connection.listen();
  await connection.sendRequest('initialize', { processId: null, rootUri: null, capabilities: {} });
  const text = `_start:\n${' li a0, 0x12345678\n la a1, _start\n'.repeat(20_000)}`;
  const textDocument = { uri: 'untitled:Untitled-1', languageId: 'riscv-asm', version: 1, text };
  await connection.sendNotification('textDocument/didOpen', { textDocument });
  // This is answered when the text has come, while it is assembled.
  await connection.sendRequest('textDocument/foldingRange', { textDocument });
  const ended = new Promise((resolve) => server.once('exit', resolve));
  connection.dispose();
  server.stdin.end();
  assert.equal(await ended, 1);
}
