import assert from 'node:assert/strict';
import type { InactiveRegionsParams } from '../../extension/language-server/protocol';
import { TestClient } from './client';

async function start(files: Readonly<Record<string, string>> = {}): Promise<{ client: TestClient; told: string[] }> {
  const client = await TestClient.start(files);
  const told: string[] = [];
  client.connection.onNotification('hyperstep/inactiveRegions', ({ uri, ranges }: InactiveRegionsParams) => {
    told.push(
      `${uri.slice(-6)} ${ranges.map(({ start, end }) => `${start.line}-${end.line}:${end.character}`).join()}`,
    );
  });
  return { client, told };
}

/** Waits for a check: what it tells comes before the answer to a request that is sent after its diagnostics. */
async function checked(client: TestClient, name: string, wanted?: (count: number) => boolean): Promise<void> {
  await client.diagnosticsOf(name, ({ length }) => wanted?.(length) ?? true);
  await client.request('textDocument/documentSymbol', { textDocument: { uri: `file:///w/${name}` } });
}

describe('Language server: inactive regions', () => {
  it('are told after each check that changes them', async () => {
    const { client, told } = await start();
    const { uri } = await client.open(
      'main.S',
      '#if 0\n nop\n ret\n#else\n nop\n#endif\n.if 1\n nop\n.else\n nop\n.endif\n',
    );
    await checked(client, 'main.S');
    assert.deepEqual(told, ['main.S 1-2:4,9-9:4']);
    await client.change(uri, [
      { text: '#if 0\n nop\n ret\n#else\n nop\n#endif\n.if 1\n nop\n.else\n nop\n.endif\n oops' },
    ]);
    await checked(client, 'main.S', (count) => count > 0);
    assert.equal(told.length, 1);
    await client.change(uri, [{ text: ' nop\n' }]);
    await checked(client, 'main.S', (count) => count === 0);
    assert.deepEqual(told.slice(1), ['main.S ']);
    client.stop();
  });
  it('of a header are those that all of the program leaves out', async () => {
    const files = {
      'hyperstep.json': '{ "program": ["one.S", "two.S"] }',
      'one.S': '#define ONE\n#include "h.h"\n',
      'two.S': '#include "h.h"\n',
      'h.h': '#ifdef ONE\n nop\n#endif\n#ifdef THREE\n nop\n#endif\n',
    };
    const { client, told } = await start(files);
    await client.open('h.h', files['h.h']);
    await client.open('one.S', files['one.S']);
    await checked(client, 'one.S');
    assert.deepEqual(told, ['.h.h 4-4:4'.replace('.h.h', '/w/h.h')]);
    client.stop();
  });
  it('mark tokens', async () => {
    const { client } = await start();
    const { uri } = await client.open('main.s', '.if 0\n nop\n.endif\n nop');
    const { data } = await client.request<{ data: number[] }>('textDocument/semanticTokens/full', {
      textDocument: { uri },
    });
    const modifiers = Array.from({ length: data.length / 5 }, (_, index) => data[index * 5 + 4]);
    assert.equal(modifiers.filter((bits) => bits !== 0).length, 1);
    assert.notEqual(modifiers[2], 0);
    client.stop();
  });
});
