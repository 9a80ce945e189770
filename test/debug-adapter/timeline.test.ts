import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
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

  it('has no lanes where nothing has a guest', async () => {
    client = new Client();
    await client.launch(path.join(root, 'extension/sample/kernel.S'), { virtualization: 'none', stopOnEntry: true });
    await client.stopped();
    const { lanes, spans, marks } = await client.own('hyperstep/timeline', { most: 10 });
    assert.deepEqual([lanes, spans, marks], [[], [], []]);
  });

  for (const [firmware, harts] of [
    ['sbi', 1],
    ['none', 1],
    ['none', 2],
  ] as const)
    it(`has the guests of an own hypervisor as they were entered and left: firmware ${firmware}, ${harts} harts`, async () => {
      client = new Client();
      const guests = path.join(root, 'test/debug-adapter/guests/two-guests.S');
      const defines = { HARTS: `${harts}`, ROUNDS: '20', ...(firmware === 'none' ? { FIRMWARE_NONE: '1' } : {}) };
      const line =
        readFileSync(guests, 'utf8')
          .split('\n')
          .findIndex((each) => /^off:|syscon|0x5555/.test(each)) + 1;
      assert.ok(line > 0);
      await client.launch(guests, { virtualization: 'none', firmware, harts, defines, breakpoints: [line] });
      await client.stopped();
      const told = await client.own('hyperstep/timeline', { from: 0, most: 100_000, everySpan: true });
      const { own } = await client.own('hyperstep/vms', {});
      assert.ok(own && own.guests.length === 4);
      assert.deepEqual(
        told.lanes.map(({ name, kind }) => `${kind} ${name}`),
        [
          ...Array.from({ length: harts }, (_, id) => `hart hart ${id}`),
          ...own.guests.map(({ name }) => `guest ${name}`),
        ],
      );
      const spent = (wanted: (span: (typeof told.spans)[number]) => boolean): number =>
        told.spans.filter(wanted).reduce((sum, { from, to }) => sum + to - from, 0);
      for (const { name, harts: stays, instructions } of own.guests) {
        // An instruction is a nanosecond: what harts say of a guest is what it has retired there.
        for (const stay of stays)
          assert.equal(
            spent(({ lane, state, who }) => lane === stay.hart && state === 'guest' && who === name),
            stay.instructions,
            name,
          );
        const alone = spent(({ lane }) => told.lanes[lane]?.name === name);
        if (harts === 1) assert.equal(alone, instructions);
        else assert.ok(alone <= instructions && alone > 0);
      }
      for (const lane of told.lanes.keys()) {
        const spans = told.spans.filter((span) => span.lane === lane);
        for (const [at, span] of spans.entries()) assert.ok(at === 0 || span.from >= (spans[at - 1]?.to ?? 0));
        assert.ok(spans.length > 0 && spans.every(({ state }) => ['guest', 'HS'].includes(state)));
      }
      const exits = await client.own('hyperstep/exits', { count: 1000 });
      assert.deepEqual(
        told.marks.map(({ number, at, reason, pc }) => ({ number, at, reason, pc })),
        exits.exits.map(({ number, clock, reason, pc }) => ({ number, at: clock, reason, pc })).reverse(),
      );
      // The switches are those that the list of virtual machines has: all but the first entry of each hart come after an exit.
      const switches = own.switches.filter(({ from }) => from !== undefined);
      assert.deepEqual(
        told.marks.filter(({ entered }) => entered !== undefined).map(({ entered, hart }) => `${hart}: ${entered}`),
        switches.map(({ to, hart }) => `${hart}: ${to}`).reverse(),
      );
      assert.ok(told.marks.every(({ source }) => source?.path === guests));
      const few = await client.own('hyperstep/timeline', { from: 0, most: 3 });
      assert.deepEqual([few.marks.length, few.omitted], [3, told.marks.length - 3]);
    });

  it('has software of the user’s in M-mode apart from the hypervisor', async () => {
    client = new Client();
    const own = path.join(root, 'test/debug-adapter/guests/own-hypervisor.S');
    const lines = readFileSync(own, 'utf8').split('\n');
    const handler = lines.findIndex((each) => each.startsWith('machine_trap:'));
    const atEnd = handler + 1 + lines.slice(handler).findIndex((each) => /\bsw\b/.test(each));
    const defines = { FIRMWARE_NONE: '1' };
    await client.launch(own, { virtualization: 'none', firmware: 'none', defines, breakpoints: [handler + 2, atEnd] });
    await client.stopped();
    const { now: entered } = await client.own('hyperstep/timeline', { most: 1 });
    await client.go('continue');
    const told = await client.own('hyperstep/timeline', { from: 0, most: 1000, everySpan: true });
    const [before, last] = told.spans.filter(({ lane }) => lane === 0).slice(-2);
    assert.deepEqual([before?.state, last?.state], ['HS', 'M']);
    assert.ok(told.now > entered && last?.from === before?.to);
    assert.ok(last && last.from <= entered && last.to === told.now);
  });
});

describe('a ring of numbers', () => {
  it('keeps the last rows, and what is known of them later', () => {
    const ring = new NumberRing(2, 3000);
    for (let row = 0; row < 10_000; row++) ring.add([row, row * 2]);
    assert.deepEqual([ring.count, ring.first], [10_000, 7000]);
    assert.deepEqual([ring.at(7000, 0), ring.at(9999, 1)], [7000, 19_998]);
    ring.set(9998, 1, -5);
    assert.deepEqual([ring.at(9997, 1), ring.at(9998, 1), ring.at(9999, 1)], [19_994, -5, 19_998]);
  });
});
