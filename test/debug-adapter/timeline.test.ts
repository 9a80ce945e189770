import assert from 'node:assert/strict';
import path from 'node:path';
import { afterEach, describe, it } from 'mocha';
import { NumberRing } from '../../debug-adapter/inspect/number-ring';
import type { Timeline } from '../../debug-adapter/protocol';
import type { VmOperation } from '../../simulator/hypervisor/vm-operation';
import { moments } from '../panel/moments';
import { Client, root } from './client';

describe('the timeline', () => {
  let client: Client;
  afterEach(() => client?.request('disconnect'));

  const whole = async (most = 10_000): Promise<Timeline> => {
    const { began, now } = await client.own('hyperstep/timeline', { most: 1 });
    return client.own('hyperstep/timeline', { from: began, to: now + 1, most });
  };

  it('tells what virtual CPUs did as their accounts do, and who had the hart', async () => {
    client = new Client();
    await moments['four-servers']?.reach(client);
    const told = await client.own('hyperstep/timeline', { from: 0, most: 10_000 });
    const { vms, clock } = await client.own('hyperstep/vms', {});
    assert.deepEqual(
      told.lanes.map(({ name }) => name),
      ['hart 0', 'a vCPU 0', 'b vCPU 0', 'c vCPU 0', 'd vCPU 0'],
    );
    const grain = (told.to - told.from) / 4000;
    for (const [lane, { name }] of told.lanes.entries()) {
      const spans = told.spans.filter((span) => span.lane === lane);
      for (const [index, span] of spans.entries()) {
        assert.ok(span.to > span.from, name);
        assert.ok(index === 0 || span.from >= (spans[index - 1]?.to ?? 0), `${name}: spans do not overlap`);
      }
      const vm = vms.find((each) => name.startsWith(`${each.name} `));
      if (!vm) continue;
      const spent = (state: string): number =>
        spans.filter((span) => span.state === state).reduce((sum, { from, to }) => sum + to - from, 0);
      // What is too short to be seen is told with what is before it.
      const error = grain * (spans.length + 1);
      assert.ok(
        Math.abs(spent('guest') - vm.running) <= error,
        `${name} ran ${spent('guest')}, by its account ${vm.running}`,
      );
      assert.ok(
        Math.abs(spent('ready') - vm.ready) <= error,
        `${name} was ready ${spent('ready')}, by its account ${vm.ready}`,
      );
      assert.ok(
        Math.abs(spent('waiting') - vm.waiting) <= error,
        `${name} waited ${spent('waiting')}, by its account ${vm.waiting}`,
      );
    }
    const idle = told.spans.filter(({ lane, state }) => lane === 0 && state === 'idle');
    assert.ok(idle.length > 0 && told.now === clock);
    const { total } = await client.own('hyperstep/exits', { count: 1 });
    // The exit that is being handled is not over.
    assert.ok(total - told.marks.length <= 1, `${told.marks.length} of ${total}`);
    assert.ok(told.marks.some(({ kind, entered }) => kind === 'interrupt' && typeof entered === 'string'));
    assert.ok(told.marks.some(({ source }) => source?.path.endsWith('server.S')));
  });

  it('tells every span where a file is to have them, and of a virtual machine that has ended that it is off', async () => {
    client = new Client();
    const counter = path.join(root, 'test/debug-adapter/guests/neighbours/counter.S');
    const counting = (letter: string, rounds: number) => ({
      program: counter,
      memory: '8M',
      defines: { LETTER: `'${letter}'`, ROUNDS: `${rounds}` },
    });
    const vms = {
      short: counting('s', 2),
      long: counting('l', 1_000_000),
      reboot: counting('r', 1_000_000),
    };
    const scenario = { hosts: { h: { harts: 1, scheduler: { slice: '100us' }, vms } } };
    await client.request('initialize', { adapterID: 'hyperstep', clientID: 'test' });
    const launched = client.request('launch', { scenario, console: 'debugConsole', stopOnEntry: true });
    await client.event('initialized');
    await client.request('configurationDone');
    await launched;
    await client.stopped();
    const line = (await import('node:fs')).readFileSync(counter, 'utf8').split('\n').indexOf('print:') + 2;
    const untilRound = async (round: number): Promise<void> => {
      const breakpoints = [{ line, condition: `s0 == ${round} && LETTER == 'l'` }];
      await client.request('setBreakpoints', { source: { path: counter }, breakpoints });
      await client.go('continue', { threadId: 2 });
    };
    await untilRound(400);
    const operate = async (operation: VmOperation): Promise<void> =>
      assert.ok((await client.own('hyperstep/operateVm', { vm: 'reboot', operation })).done, operation);
    await operate('destroy');
    await untilRound(800);
    await operate('reboot');
    await untilRound(1600);
    await operate('destroy');
    await untilRound(2000);
    const { began, now } = await client.own('hyperstep/timeline', { most: 1 });
    const all = { from: began, to: now + 1, most: 100_000 };
    const told = await client.own('hyperstep/timeline', { ...all, from: 0, everySpan: true });
    const coarse = await client.own('hyperstep/timeline', { ...all, from: 0 });
    assert.ok(told.spans.length > coarse.spans.length, `${told.spans.length} of ${coarse.spans.length}`);
    const state = await client.own('hyperstep/vms', {});
    for (const { name, running, ready, waiting } of state.vms) {
      const lane = told.lanes.findIndex((each) => each.name.startsWith(`${name} `));
      const spans = told.spans.filter((span) => span.lane === lane);
      const spent = (of: string): number =>
        spans.filter((span) => span.state === of).reduce((sum, { from, to }) => sum + to - from, 0);
      assert.deepEqual([spent('guest'), spent('ready'), spent('waiting')], [running, ready, waiting], name);
      const hasEnded = name === 'short' || name === 'reboot';
      assert.equal(spans.at(-1)?.state === 'off', hasEnded, name);
    }
  });

  it('tells a part exit by exit, and of a longer one the last exits and how many there are', async () => {
    client = new Client();
    await moments['full-user']?.reach(client);
    const all = await whole();
    assert.equal(all.omitted, 0);
    assert.equal(
      all.density.reduce((sum, count) => sum + count, 0),
      all.marks.length,
    );
    const few = await whole(10);
    assert.deepEqual([few.marks.length, few.omitted], [10, all.marks.length - 10]);
    assert.deepEqual(few.marks, all.marks.slice(-10));
    const fifth = all.marks[5]?.at ?? 0;
    const one = await client.own('hyperstep/timeline', { from: fifth, to: fifth + 1, most: 100 });
    assert.ok(one.marks.length >= 1 && one.marks.every(({ at }) => at >= fifth && at <= fifth + 1));
    const backwards = await client.send('hyperstep/timeline', { from: 10, to: 10, most: 1 });
    assert.match(backwards.message ?? '', /from 10 to 10 ns ends before it begins/);
  });

  it('has no lanes where there is no VMM', async () => {
    client = new Client();
    await moments['own-hypervisor']?.reach(client);
    const { lanes, spans, marks } = await client.own('hyperstep/timeline', { most: 10 });
    assert.deepEqual([lanes, spans, marks], [[], [], []]);
  });
});

describe('a ring of numbers', () => {
  it('keeps the last rows', () => {
    const ring = new NumberRing(2, 3000);
    for (let row = 0; row < 10_000; row++) ring.add([row, row * 2]);
    assert.deepEqual([ring.count, ring.first], [10_000, 7000]);
    assert.deepEqual([ring.at(7000, 0), ring.at(9999, 1)], [7000, 19_998]);
  });
});
