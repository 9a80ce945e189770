import assert from 'node:assert/strict';
import path from 'node:path';
import type { Predictable, Predicted, Predictions } from '../../debug-adapter/protocol';
import { Client, guest, inVmm, root } from './client';

const kernel = path.join(root, 'extension/sample/kernel.S');
const STEPS = 80;

/** Everything that can be predicted, wrongly as a rule: what came is told all the same. */
const everything: Predictions = { pc: '0', mode: 'none', cause: 'none', handler: 'guest', leaf: 'none' };

/** What came, by question. */
async function step(client: Client, predictions = everything): Promise<Predicted & { came: Record<string, string> }> {
  await client.request('hyperstep/predictStep', { threadId: 1, predictions });
  // A client shows that the machine runs, until it stops.
  const kinds = client.events.map(({ event }) => event);
  assert.ok(kinds.includes('continued'));
  await client.stopped();
  const predicted = await client.own('hyperstep/predicted', {});
  return { ...predicted, came: Object.fromEntries(predicted.answers.map(({ id, came }) => [id, came])) };
}

async function questions(client: Client): Promise<string[]> {
  const asked: Predictable = await client.own('hyperstep/predictable', { threadId: 1 });
  assert.ok('questions' in asked, JSON.stringify(asked));
  return asked.questions.map(({ id }) => id);
}

describe('Predict, then step', () => {
  let client: Client;
  afterEach(() => client.request('disconnect'));

  /** Up to a line of the sample's kernel. */
  async function upTo(text: RegExp, virtualization: 'none' | 'full' | 'hardware'): Promise<void> {
    const { readFileSync } = await import('node:fs');
    const line =
      readFileSync(kernel, 'utf8')
        .split('\n')
        .findIndex((each) => text.test(each)) + 1;
    client = new Client();
    await client.launch(kernel, {
      virtualization,
      breakpoints: [line],
      disks: [{ file: path.join(root, 'extension/sample/disk.img') }],
    });
    await client.stopped();
  }

  it('asks by the kind of instruction alone, and tells what came of a privileged one under a VMM', async () => {
    await upTo(/csrw\s+satp/, 'full');
    assert.deepEqual(await questions(client), ['pc', 'mode', 'cause', 'handler']);
    const { came, answers, instruction, isOver } = await step(client, {
      pc: 'pc + 4',
      mode: 'S',
      cause: 'illegal-instruction',
      handler: 'vmm',
    });
    assert.equal(isOver, true);
    assert.match(instruction, /csrw\s+satp, t0/);
    assert.ok(
      answers.every(({ isRight }) => isRight),
      JSON.stringify(came),
    );
    assert.equal(came['handler'], 'the VMM');
  });

  it('does not trap on the bare machine', async () => {
    await upTo(/csrw\s+satp/, 'none');
    const { came } = await step(client);
    assert.deepEqual([came['cause'], came['mode'], came['handler']], ['no trap', 'S-mode', undefined]);
  });

  for (const [engine, handler] of [
    ['none', 'the guest’s own handler'],
    ['full', 'the VMM, which hands it on to the guest’s own handler'],
    ['hardware', 'the guest’s own handler'],
  ] as const)
    it(`follows a store to a page that is not there into the guest’s handler: ${engine}`, async () => {
      await upTo(/^demand:/, engine);
      assert.deepEqual(await questions(client), ['pc', 'mode', 'cause', 'handler', 'leaf']);
      const { came, answers } = await step(client, { ...everything, pc: 'on_trap', leaf: 'absent', mode: 'S' });
      assert.deepEqual([came['cause'], came['handler'], came['mode']], ['Store/AMO page fault', handler, 'S-mode']);
      assert.match(came['pc'] ?? '', /^on_trap \(0x80/);
      assert.deepEqual(
        answers.map(({ id, isRight }) => `${id} ${isRight}`),
        ['pc true', 'mode true', 'cause false', `handler ${engine !== 'full'}`, 'leaf true'],
      );
    });

  it('tells A and D after a load and a store', async () => {
    client = new Client();
    await client.launch(guest('accessed-dirty.S'), { virtualization: 'none', stopOnEntry: true });
    await client.stopped();
    const seen = new Set<string>();
    for (let steps = 0; steps < 3000 && seen.size < 3; steps++) {
      const { came, isOver } = await step(client);
      if (!isOver) break;
      if (came['leaf'] !== undefined) seen.add(came['leaf']);
    }
    assert.deepEqual([...seen].sort(), ['A and D are set', 'A is set, D is not', 'neither A nor D is set']);
  });

  for (const virtualization of ['none', 'full', 'hardware'] as const)
    it(`agrees with what steps do, and leaves no trace: ${virtualization}`, async () => {
      const program = guest('demand-paging.S');
      client = new Client();
      await client.launch(program, { virtualization, stopOnEntry: true, vmm: 'step' });
      await client.stopped();
      const plain = new Client();
      await plain.launch(program, { virtualization, stopOnEntry: true, vmm: 'step' });
      await plain.stopped();
      const counts = { traps: 0, others: 0 };
      for (let steps = 0; steps < STEPS; steps++) {
        const asked = await questions(client);
        const { came, place, isOver } = await step(client);
        assert.ok(isOver, place);
        // The same by a step into, which enters VMM and firmware where they are asked.
        await plain.go('stepIn', { granularity: 'instruction' });
        const exits = inVmm((await plain.stack())[0]);
        const traps = came['cause'] !== 'no trap';
        const handler = came['handler'] ?? 'nobody';
        assert.equal(/VMM|firmware/.test(handler), exits, `${place}: ${JSON.stringify(came)}`);
        assert.equal(handler !== 'nobody', traps);
        // What may trap has been asked about.
        assert.ok(!traps || asked.includes('cause'), place);
        counts[traps ? 'traps' : 'others']++;
        // What has exited is executed once the VMM has done its part, or the guest's handler has it.
        const [wanted] = await client.stack();
        const isThere = async (): Promise<boolean> =>
          (await plain.stack())[0]?.instructionPointerReference === wanted?.instructionPointerReference;
        for (let tries = 0; exits && tries < 20 && !(await isThere()); tries++)
          await plain.go(inVmm((await plain.stack())[0]) ? 'stepOut' : 'stepIn', { granularity: 'instruction' });
        assert.ok(await isThere(), place);
      }
      assert.equal(client.stateHash, plain.stateHash);
      assert.ok(counts.others > 20, JSON.stringify(counts));
      await plain.request('disconnect');
    }).timeout(60_000);

  for (const [virtualization, handler] of [
    ['full', 'the VMM, which hands it on to the guest’s own handler'],
    ['none', 'the guest’s own handler'],
  ] as const)
    it(`tells who has a timer interrupt first: ${virtualization}`, async () => {
      client = new Client();
      await client.launch(path.join(root, 'test/debug-adapter/guests/timer.S'), { virtualization, stopOnEntry: true });
      await client.stopped();
      let predicted = await step(client);
      for (let steps = 0; steps < 1000 && predicted.came['cause'] !== 'an interrupt comes first'; steps++)
        predicted = await step(client);
      assert.equal(predicted.came['handler'], handler);
      assert.match(predicted.came['pc'] ?? '', /^on_timer /);
    });

  it('takes where the guest will be as the CPU in focus means it', async () => {
    client = new Client();
    const program = path.join(root, 'test/debug-adapter/guests/neighbours/counter.S');
    const vm = (letter: string) => ({
      program,
      defines: { LETTER: `'${letter}'`, [letter.toUpperCase()]: '0x80200000' },
    });
    await client.request('initialize', { adapterID: 'hyperstep', clientID: 'test' });
    const scenario = { hosts: { h: { vms: { web: vm('w'), db: vm('d') } } } };
    const launched = client.request('launch', { scenario, console: 'debugConsole', stopOnEntry: true });
    await client.event('initialized');
    await client.request('configurationDone');
    await launched;
    await client.stopped();
    const meant = (threadId: number, expression: string) =>
      client.own('hyperstep/predictedAddress', { threadId, expression });
    assert.deepEqual(await meant(1, 'W + 4'), { address: '0x80200004' });
    assert.deepEqual(await meant(2, 'D + 4'), { address: '0x80200004' });
    await assert.rejects(meant(2, 'W + 4'), /W/);
    await assert.rejects(meant(1, 's0 = 4'), /a prediction changes nothing/);
  });

  it('refuses what makes no sense, and has nothing to tell of other steps', async () => {
    client = new Client();
    await client.launch(guest('illegal.S'), { virtualization: 'full', stopOnEntry: true, vmm: 'step' });
    await client.stopped();
    await assert.rejects(client.own('hyperstep/predicted', {}), /nothing was predicted/);
    const wrong = { threadId: 1, predictions: { pc: 'no_such_symbol +' } };
    assert.equal((await client.send('hyperstep/predictStep', wrong)).success, false);
    await step(client);
    await client.go('stepIn', { granularity: 'instruction' });
    await assert.rejects(client.own('hyperstep/predicted', {}), /nothing was predicted/);
    for (let steps = 0; steps < 200 && !inVmm((await client.stack())[0]); steps++)
      await client.go('stepIn', { granularity: 'instruction' });
    const asked = await client.own('hyperstep/predictable', { threadId: 1 });
    assert.match('refusal' in asked ? asked.refusal : '', /a handler has the CPU/);
    const inHandler = await client.send('hyperstep/predictStep', { threadId: 1, predictions: {} });
    assert.match(inHandler.message ?? '', /a handler has the CPU/);
  });
});
