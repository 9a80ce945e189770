import assert from 'node:assert/strict';
import type { CodeLens } from 'vscode-languageserver';
import { TestClient } from './client';

const text =
  '.globl main\nmain: call leaf\nlocal: j local\n call leaf\nleaf: ret\n.macro m\n.endm\n m\n.data\n.globl d\nd: .word 1\n';

async function lenses(settings: object = {}): Promise<string[]> {
  const client = await TestClient.start();
  await client.connection.sendNotification('workspace/didChangeConfiguration', { settings: { hyperstep: settings } });
  const { uri } = await client.open('main.s', text);
  const found = await client.request<CodeLens[]>('textDocument/codeLens', { textDocument: { uri } });
  const resolved = await Promise.all(
    found.map((lens) => (lens.command ? lens : client.request<CodeLens>('codeLens/resolve', lens))),
  );
  client.stop();
  return resolved.map(
    ({ range, command }) => `${range.start.line} ${command?.title} ${JSON.stringify(command?.arguments?.slice(1))}`,
  );
}

describe('Language server: code lenses', () => {
  it('count uses of functions, macros and exported data, and offer to debug functions', async () => {
    assert.deepEqual(await lenses(), [
      '1 0 references [{"line":1,"character":0}]',
      '1 Debug from here [1]',
      '4 2 references [{"line":4,"character":0}]',
      '4 Debug from here [4]',
      '10 0 references [{"line":10,"character":0}]',
      '5 1 reference [{"line":5,"character":7}]',
    ]);
  });
  it('can be switched off', async () => {
    assert.deepEqual(await lenses({ codeLens: { references: false } }), [
      '1 Debug from here [1]',
      '4 Debug from here [4]',
    ]);
    assert.deepEqual(await lenses({ codeLens: { references: false, debug: false } }), []);
  });
  it('answer what is no lens of theirs', async () => {
    const client = await TestClient.start();
    const lens = { range: { start: { line: 0, character: 0 }, end: { line: 0, character: 1 } }, data: 5 };
    assert.deepEqual(await client.request('codeLens/resolve', lens), lens);
    client.stop();
  });
});
