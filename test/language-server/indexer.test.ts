import assert from 'node:assert/strict';
import { TestClient } from './client';

const names = async (client: TestClient, query: string): Promise<string[]> => {
  const found = await client.request<{ name: string }[]>('workspace/symbol', { query });
  return found.map(({ name }) => name);
};

/** Asks until the answer is the one wanted: indexing goes on in the background. */
async function eventually(client: TestClient, query: string, wanted: readonly string[]): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    if ((await names(client, query)).join() === wanted.join()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.deepEqual(await names(client, query), wanted);
}

describe('Index of the workspace', () => {
  it('knows the names of files that nobody opened, in folders too', async () => {
    const files = {
      'a.s': 'alpha_entry:\n ret\n',
      'deep/er/b.S': '.macro alpha_macro\n.endm\n',
      'notes.txt': 'alpha_no:\n',
    };
    const client = await TestClient.start(files);
    await eventually(client, 'alpha', ['alpha_entry', 'alpha_macro']);
    client.stop();
  });

  it('leaves out what is in hidden folders and in node_modules', async () => {
    const files = { '.git/a.s': 'beta1:\n', 'node_modules/x/b.s': 'beta2:\n', 'c.s': 'beta3:\n' };
    const client = await TestClient.start(files);
    await eventually(client, 'beta', ['beta3']);
    client.stop();
  });

  it('follows files that are made, changed and removed', async () => {
    const files: Record<string, string> = { 'a.s': 'gamma1:\n' };
    const client = await TestClient.start(files);
    await eventually(client, 'gamma', ['gamma1']);
    const changed = async (name: string, type: number): Promise<void> =>
      client.connection.sendNotification('workspace/didChangeWatchedFiles', {
        changes: [{ uri: `file:///w/${name}`, type }],
      });
    files['b.s'] = 'gamma2:\n';
    await changed('b.s', 1);
    await eventually(client, 'gamma', ['gamma1', 'gamma2']);
    files['b.s'] = 'gamma3:\n';
    await changed('b.s', 2);
    await eventually(client, 'gamma', ['gamma1', 'gamma3']);
    delete files['a.s'];
    await changed('a.s', 3);
    await eventually(client, 'gamma', ['gamma3']);
    client.stop();
  });
});
