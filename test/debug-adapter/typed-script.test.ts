import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { RunSummary } from '../../debug-adapter/protocol';
import { runTest, testsOf } from '../guest-tests/run-tests';
import { Client, root } from './client';

const greet = path.join(root, 'extension/sample/tests/greet.S');
const input = [{ after: 'Name? ', type: 'Ada\n' }];

/** Runs to the end. @returns what the console had, and how many instructions the guest took */
async function finish(client: Client): Promise<{ console: string; instructions: number }> {
  const { body } = await client.event('hyperstep/ended');
  const output = client.events.filter(({ event, body }) => event === 'output' && body.category === 'stdout');
  const { instructions }: RunSummary = body;
  return { console: output.map(({ body }) => body.output).join(''), instructions };
}

describe('A script that is typed at a guest', () => {
  for (const engine of ['none', 'full'] as const) {
    it(`is typed under ${engine} at the instruction at which tests type it`, async () => {
      const file = 'extension/sample/tests/greet.test.json';
      const [test] = testsOf('greet.test.json', readFileSync(file, 'utf8'));
      assert.ok(test);
      const tested = await runTest(readFileSync(greet, 'utf8'), test, engine);
      assert.equal(tested.outcome, 'passed');
      const client = new Client();
      await client.launch(greet, { input, virtualization: engine });
      assert.deepEqual(await finish(client), { console: tested.console, instructions: tested.instructions });
      // Who steps on the way leaves no trace.
      const stepping = new Client();
      await stepping.launch(greet, { input, virtualization: engine, stopOnEntry: true });
      for (let steps = 0; steps < 40; steps++) {
        const { body } = await stepping.event('stopped');
        await stepping.request('stepIn', { threadId: body.threadId, granularity: 'instruction' });
      }
      const last = await stepping.event('stopped');
      await stepping.request('continue', { threadId: last.body.threadId });
      assert.deepEqual(await finish(stepping), { console: tested.console, instructions: tested.instructions });
    });
  }

  it('is refused in another form, and beside a scenario', async () => {
    const client = new Client();
    await assert.rejects(client.launch(greet, { input: [{ after: 'x' }] as never }), /"input".* must/);
    const beside = new Client();
    await beside.request('initialize', { adapterID: 'hyperstep' });
    const response = await beside.send('launch', { scenario: '/x.hyperstep.json', input: 'x' });
    assert.match(response.message ?? '', /"input" cannot stand beside "scenario"/);
  });
});
