import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterEach, describe, it } from 'mocha';
import type { LaunchArguments } from '../../debug-adapter/launch/launch';
import { Client, inVmm, root } from './client';
import { Transcript } from './transcript';

const guests = path.join(root, 'test/debug-adapter/guests/neighbours');
const counter = path.join(guests, 'counter.S');
const worker = path.join(guests, 'worker.S');
const sleeper = path.join(guests, 'sleeper.S');

type Scenario = NonNullable<LaunchArguments['scenario']>;
type Engine = 'full' | 'hardware';

const vm = (engine: Engine, program: string, defines = {}) => ({ program, engine, memory: '8M', defines });
/** Turns of a slice each, so that it is known who is next. */
const host = (vms: object, harts = 1): Scenario =>
  ({ hosts: { h: { harts, scheduler: { kind: 'round-robin', slice: '100us' }, vms } } }) as Scenario;

/** Behind those of the two vCPUs. */
const HART = 3;
const sleepLine = readFileSync(sleeper, 'utf8').split('\n').indexOf('sleep:') + 2;
const filterOptions = [{ filterId: 'exit', condition: 'timer-interrupt' }];

describe('a stack across a world switch', () => {
  let client: Client;
  afterEach(() => client.request('disconnect'));

  const launch = async (scenario: Scenario): Promise<number> => {
    client = new Client();
    await client.request('initialize', { adapterID: 'hyperstep', clientID: 'test' });
    const launched = client.request('launch', { scenario, console: 'debugConsole', stopOnEntry: true });
    await client.event('initialized');
    await client.request('setExceptionBreakpoints', { filters: [], filterOptions });
    await client.request('configurationDone');
    await launched;
    return (await client.stopped()).threadId ?? 0;
  };

  /** Steps through a handler, from its first step to the guest. */
  const stepThrough = async (session: Transcript, threadId: number): Promise<number> => {
    let at = await session.goOn('continue', threadId);
    for (let steps = 0; steps < 40 && inVmm(at.stack[0]); steps++) at = await session.goOn('stepIn', at.threadId);
    return at.threadId;
  };

  const switches: readonly [name: string, web: Engine, db: Engine][] = [
    ['full to hardware', 'full', 'hardware'],
    ['hardware to full', 'hardware', 'full'],
    ['hardware to hardware', 'hardware', 'hardware'],
  ];
  for (const [name, web, db] of switches)
    it(`tells whose each part is: ${name}`, async () => {
      const first = await launch(host({ web: vm(web, worker), db: vm(db, worker) }));
      const session = new Transcript(`world-switch-${name.replaceAll(' ', '-')}`, client);
      await client.go('continue', { threadId: first });
      const { threadId = 0 } = await client.go('continue', { threadId: first });
      await stepThrough(session, threadId);
      session.check();
    });

  /** Steps from where a slice ends into the `function` of the VMM's. */
  const stepInto = async (first: number, name: string): Promise<number> => {
    let { threadId = 0 } = await client.go('continue', { threadId: first });
    for (let steps = 0; steps < 40; steps++) {
      const [top] = await client.stack(threadId);
      assert.ok(inVmm(top), `${name} before the guest`);
      if (top?.name === name) return threadId;
      threadId = (await client.go('stepIn', { threadId })).threadId ?? 0;
    }
    assert.fail(`no step in ${name}`);
  };
  const lettersOf = async (threadId: number): Promise<string[]> => {
    const letters: string[] = [];
    for (const { id, name, presentationHint } of await client.stack(threadId)) {
      const letter = await client.evaluate('LETTER', id).catch(() => 'none');
      const { name: about } = await client.own('hyperstep/about', { threadId, frameId: id });
      const registers = await client.scope('Registers', id);
      assert.ok(registers.has('sp') || presentationHint === 'label', name);
      if (presentationHint !== 'label') letters.push(`${name}: ${letter}, ${about}`);
    }
    return letters;
  };

  for (const [web, db] of [
    ['full', 'hardware'],
    ['hardware', 'full'],
  ] as const)
    it(`has the variables, registers and memory of whom a frame is (${web}, ${db})`, async () => {
      const vms = {
        web: vm(web, counter, { LETTER: "'w'" }),
        db: vm(db, counter, { LETTER: "'d'" }),
      };
      const first = await launch(host(vms));
      const threadId = await stepInto(first, 'enter');
      const letters = await lettersOf(threadId);
      const [entered, left] = threadId === 1 ? ['w', 'd'] : ['d', 'w'];
      const named = (letter: string | undefined) => (letter === 'w' ? '0x77, web vCPU 0' : '0x64, db vCPU 0');
      const inSwitch = letters.findIndex((each) => each.startsWith('pickNext'));
      assert.ok(inSwitch >= 2);
      assert.ok(letters.slice(0, inSwitch).every((each) => each.endsWith(named(entered))));
      assert.ok(letters.slice(inSwitch).every((each) => each.endsWith(named(left))));
      // The one left is at the instruction of its exit, with its own registers.
      const stack = await client.stack(threadId);
      const other = 3 - threadId;
      const own = stack.at(-1);
      assert.ok(own);
      const [alone] = await client.stack(other);
      for (const register of ['s0', 's1', 'ra'])
        assert.equal(await client.evaluate(register, own.id), await client.evaluate(register, alone?.id));
      const [exit] = (await client.own('hyperstep/exits', { count: 1 })).exits;
      assert.equal(exit?.left, threadId === 1 ? 'db vCPU 0' : 'web vCPU 0');
      const references = stack.map(({ instructionPointerReference }) => instructionPointerReference);
      assert.ok(references.includes(`${exit?.pc}@${other}`), `${exit?.pc} in ${references.join()}`);
      const { handled } = await client.own('hyperstep/narration', { threadId });
      assert.deepEqual([handled?.of, handled?.isOver], [exit?.left, false]);
      assert.equal((await client.own('hyperstep/narration', { threadId: other })).handled?.isOver, false);
    });

  it('stands on the hart where it is nobody’s, which is to look at', async () => {
    const first = await launch(host({ web: vm('full', worker), db: vm('hardware', worker) }));
    const threads = async () =>
      (await client.request<DebugProtocol.ThreadsResponse['body']>('threads')).threads.map(({ id }) => id);
    assert.deepEqual(await threads(), [1, 2]);
    const threadId = await stepInto(first, 'take');
    assert.equal(threadId, HART);
    assert.deepEqual(await threads(), [1, 2, HART]);
    const hash = client.session.debugging.running.machine.system.machine.harts[0]?.x(10);
    const { worlds } = await client.own('hyperstep/worlds', { threadId });
    assert.equal(worlds[0]?.why, 'the hart stands here');
    assert.ok((await client.own('hyperstep/tlb', { threadId })).entries.length > 0);
    assert.deepEqual(await client.own('hyperstep/queues', { threadId }), { devices: [] });
    await client.own('hyperstep/pageTable', { threadId, path: [] });
    const [top] = await client.stack(threadId);
    for (const [name, value] of [
      ['a0', '7'],
      ['sepc', '0x80200000'],
    ])
      assert.match(
        (await client.send('setExpression', { expression: name, value, frameId: top?.id })).message ?? '',
        /the VMM works on hart 0/,
      );
    const memory = await client.send('writeMemory', { memoryReference: `hpa:0x80000000@${HART}`, data: 'AAAA' });
    assert.ok(!memory.success);
    assert.equal(client.session.debugging.running.machine.system.machine.harts[0]?.x(10), hash);
    await client.go('stepIn', { threadId });
    assert.deepEqual(await threads(), [1, 2]);
    assert.match((await client.send('stackTrace', { threadId: HART })).message ?? '', /hart 0 is a thread only while/);
    assert.match((await client.send('stackTrace', { threadId: HART + 1 })).message ?? '', /there is no thread 4/);
    await client.request('setExceptionBreakpoints', { filters: [] });
    await client.request('continue', { threadId: 1 });
    const paused = client.stopped();
    await client.request('pause', { threadId: HART });
    assert.ok([1, 2].includes((await paused).threadId ?? 0));
  });

  it('steps over functions and out of them across it', async () => {
    const first = await launch(host({ web: vm('full', worker), db: vm('hardware', worker) }));
    const session = new Transcript('world-switch-over-and-out', client);
    await client.go('continue', { threadId: first });
    let at = await session.goOn('continue', first);
    for (let steps = 0; steps < 2; steps++) at = await session.goOn('stepIn', at.threadId);
    for (const command of ['stepOut', 'stepOut', 'next', 'next', 'next', 'next'])
      at = await session.goOn(command, at.threadId);
    session.note('the other way');
    at = await session.goOn('continue', at.threadId);
    for (let steps = 0; steps < 3 && inVmm(at.stack[0]); steps++) at = await session.goOn('next', at.threadId);
    session.check();
  });

  it('tells whose each part is: full to idle to full', async () => {
    const first = await launch(host({ web: vm('full', sleeper), db: vm('full', sleeper, { PAUSE: 3000 }) }));
    const session = new Transcript('world-switch-full-to-idle-to-full', client);
    await client.request('setExceptionBreakpoints', { filters: [] });
    await client.breakAt(sleeper, [sleepLine]);
    // When the second one sleeps too, the hart has nothing to do.
    const { threadId: one = 0 } = await client.go('continue', { threadId: first });
    const { threadId: other = 0 } = await client.go('continue', { threadId: first });
    assert.notEqual(one, other);
    await client.breakAt(sleeper, []);
    await client.request('setExceptionBreakpoints', { filters: [], filterOptions });
    let at = await session.goOn('stepIn', other);
    for (let steps = 0; steps < 40 && inVmm(at.stack[0]); steps++) at = await session.goOn('stepIn', at.threadId);
    session.note('the timer of the one that sleeps first');
    await stepThrough(session, at.threadId);
    session.check();
  });
});
