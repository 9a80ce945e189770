import assert from 'node:assert/strict';
import { TestClient } from './client';

interface Report {
  readonly kind: 'full' | 'unchanged';
  readonly resultId: string;
  readonly items?: readonly { message: string; range: { start: { line: number } } }[];
}

const pull = (client: TestClient, uri: string, previousResultId?: string): Promise<Report> =>
  client.request<Report>('textDocument/diagnostic', {
    textDocument: { uri },
    ...(previousResultId === undefined ? {} : { previousResultId }),
  });

describe('Pulled diagnostics', () => {
  it('are those of the text as it is, the same as those that are pushed', async () => {
    const client = await TestClient.start();
    const { uri } = await client.open('a.s', 'nop\nadi a0, a0, 1\n');
    const report = await pull(client, uri);
    assert.equal(report.kind, 'full');
    assert.deepEqual(
      report.items?.map(({ range }) => range.start.line),
      [1],
    );
    assert.deepEqual(report.items, await client.diagnosticsOf('a.s', (found) => found.length === 1));
    const range = { start: { line: 1, character: 0 }, end: { line: 1, character: 3 } };
    await client.change(uri, [{ range, text: 'addi' }]);
    assert.deepEqual((await pull(client, uri, report.resultId)).items, []);
    client.stop();
  });

  it('are not sent again when nothing changed', async () => {
    const client = await TestClient.start();
    const { uri } = await client.open('a.s', 'adi a0, a0, 1\n');
    const { resultId } = await pull(client, uri);
    const again = await pull(client, uri, resultId);
    assert.deepEqual(again, { kind: 'unchanged', resultId });
    const insert = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
    await client.change(uri, [{ range: insert, text: '\n' }]);
    assert.equal((await pull(client, uri, resultId)).kind, 'full');
    client.stop();
  });

  it('are empty for a document that is not open, and an error for no document', async () => {
    const client = await TestClient.start();
    assert.deepEqual((await pull(client, 'file:///w/none.s')).items, []);
    await assert.rejects(client.request('textDocument/diagnostic', {}));
    client.stop();
  });
});
