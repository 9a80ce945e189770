import assert from 'node:assert/strict';
import path from 'node:path';
import type { Moment } from '../../debug-adapter/moment/moment';
import { Client, root } from './client';

const kernel = path.join(root, 'extension/sample/kernel.S');
const greet = path.join(root, 'extension/sample/tests/greet.S');

/** What a user sees where a session stands. */
async function place(client: Client, threadId: number): Promise<unknown> {
  const { stackFrames } = await client.request<{ stackFrames: { name: string; line: number }[] }>('stackTrace', {
    threadId,
  });
  const { handled } = await client.own('hyperstep/narration', { threadId });
  return { frames: stackFrames.map(({ name, line }) => `${name} ${line}`), handled };
}

async function end(client: Client): Promise<unknown> {
  const { body } = await client.event('hyperstep/ended');
  return body;
}

async function saved(client: Client): Promise<Moment> {
  return (await client.own('hyperstep/moment', {})).moment;
}

describe('A moment of a run in the debugger', () => {
  for (const virtualization of ['none', 'full', 'hardware'] as const) {
    it(`is where a later session stops, in the guest and in handlers, under ${virtualization}`, async () => {
      const first = new Client();
      await first.launch(kernel, { virtualization, stopOnEntry: true });
      let { threadId } = (await first.event('stopped')).body;
      let inHandlers = 0;
      for (let steps = 0; steps < 24; steps++) {
        // Out of the VMM, now and then.
        const isInside = (await saved(first)).step > 0;
        await first.request(isInside && steps % 5 === 4 ? 'stepOut' : 'stepIn', { threadId });
        ({ threadId } = (await first.event('stopped')).body);
        const moment = await saved(first);
        if (moment.step > 0) inHandlers++;
        const later = new Client();
        await later.launch(kernel, { virtualization, moment });
        const { body } = await later.event('stopped');
        assert.equal(body.description, 'at the saved moment');
        assert.deepEqual(await place(later, body.threadId), await place(first, threadId));
        assert.deepEqual(await saved(later), { ...moment, after: (await saved(later)).after });
      }
      assert.equal(inHandlers > 0, true);
    });
  }

  it('has the keys that were typed, and what is still to be typed', async () => {
    const input = [{ after: 'Name? ', type: 'A' }, { type: 'da\n' }];
    const options = { input, virtualization: 'full', console: 'debugConsole' } as const;
    const first = new Client();
    await first.launch(greet, { ...options, stopOnEntry: true });
    let { threadId } = (await first.event('stopped')).body;
    await first.request('setFunctionBreakpoints', { breakpoints: [{ name: 'greet' }] });
    let moment = await saved(first);
    for (let steps = 0; steps < 400 && moment.typed === undefined; steps++) {
      await first.request('stepOut', { threadId });
      ({ threadId } = (await first.event('stopped')).body);
      moment = await saved(first);
    }
    assert.ok(moment.inputs !== undefined);
    await first.request('continue', { threadId });
    const later = new Client();
    await later.launch(greet, { ...options, moment });
    const { body } = await later.event('stopped');
    await later.request('continue', { threadId: body.threadId });
    assert.deepEqual(await end(later), await end(first));
  });

  it('is not come to by another guest, which is said, and nothing is started', async () => {
    const first = new Client();
    await first.launch(kernel, { stopOnEntry: true });
    const { threadId } = (await first.event('stopped')).body;
    await first.request('stepIn', { threadId });
    await first.event('stopped');
    const moment = await saved(first);
    const later = new Client();
    await later.request('initialize', { adapterID: 'hyperstep' });
    const response = await later.send('launch', { program: greet, moment });
    assert.equal(response.success, false);
    assert.match(response.message ?? '', /the moment cannot be come to: the run is another one/);
  });

  it('is refused where it makes no sense', async () => {
    const first = new Client();
    await first.launch(kernel, { stopOnEntry: true });
    await first.event('stopped');
    const moment = await saved(first);
    const wrong: [object, RegExp][] = [
      [{ ...moment, retired: -1 }, /"moment": "retired" must be/],
      [{ ...moment, retired: '7' }, /"moment": "retired" must be/],
      [{ retired: 7 }, /"moment": "epoch" must be an integer .*, and is missing/],
      [{ ...moment, more: 1 }, /"moment" has no option "more"/],
      [{ ...moment, inputs: '?' }, /"moment.inputs" must be base64/],
      [{ ...moment, inputs: 'AAAA' }, /"moment.inputs" cannot be read/],
      [{ ...moment, thread: 99 }, /there is no thread 99/],
    ];
    for (const [given, message] of wrong) {
      const client = new Client();
      await client.request('initialize', { adapterID: 'hyperstep' });
      const response = await client.send('launch', { program: kernel, moment: given });
      assert.equal(response.success, false, JSON.stringify(given));
      assert.match(response.message ?? '', message);
    }
  });
});
