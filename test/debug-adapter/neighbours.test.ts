import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterEach, describe, it } from 'mocha';
import type { LaunchArguments } from '../../debug-adapter/launch/launch';
import type { VmOperation } from '../../simulator/hypervisor/vm-operation';
import { Client, inVmm, root } from './client';

const guests = path.join(root, 'test/debug-adapter/guests/neighbours');
const counter = path.join(guests, 'counter.S');
const spinner = path.join(guests, 'spinner.S');
const lineOf = (file: string, label: string): number =>
  readFileSync(file, 'utf8')
    .split('\n')
    .findIndex((line) => line.startsWith(`${label}:`)) + 1;
/** The line of the instruction after a label. */
const at = (label: string): number => lineOf(counter, label) + 1;

type Scenario = NonNullable<LaunchArguments['scenario']>;

const vms = (engine: 'full' | 'hardware', rounds = 1_000_000) => ({
  web: { program: counter, engine, memory: '8M', defines: { LETTER: "'w'", ROUNDS: `${rounds}` } },
  db: { program: counter, engine, memory: '8M', defines: { LETTER: "'d'", ROUNDS: `${rounds}` } },
});
const spin = (engine: 'full' | 'hardware') => ({ program: spinner, engine, memory: '8M' });
const host = (described: object, harts = 1): Scenario =>
  ({ hosts: { h: { harts, scheduler: { slice: '100us' }, vms: described } } }) as Scenario;

for (const engine of ['full', 'hardware'] as const) {
  describe(`several virtual machines in the debugger (${engine})`, () => {
    let client: Client;
    afterEach(() => client.request('disconnect'));

    const launch = async (scenario: Scenario, breakpoints: readonly number[] = []): Promise<void> => {
      client = new Client();
      await client.request('initialize', { adapterID: 'hyperstep', clientID: 'test' });
      const launched = client.request('launch', { scenario, console: 'debugConsole', stopOnEntry: true });
      await client.event('initialized');
      if (breakpoints.length > 0) await client.breakAt(counter, breakpoints);
      await client.request('setExceptionBreakpoints', { filters: ['killed'] });
      await client.request('configurationDone');
      await launched;
      await client.stopped();
    };
    const threads = async (): Promise<string[]> => {
      const body = await client.request<DebugProtocol.ThreadsResponse['body']>('threads');
      return body.threads.map(({ id, name }) => `${id}: ${name}`);
    };
    const go = (command: string, threadId: number, args: object = {}) => client.go(command, { threadId, ...args });
    const breakIn = (line: number, condition: string) =>
      client.request('setBreakpoints', { source: { path: counter }, breakpoints: [{ line, condition }] });
    const lineAt = async (threadId: number) => (await client.stack(threadId))[0]?.line;

    it('has the vCPUs of all as threads', async () => {
      await launch(host({ ...vms(engine), two: { ...spin(engine), vcpus: 2 } }));
      const mode = engine === 'full' ? 'S' : 'VS';
      assert.deepEqual(await threads(), [
        `1: web vCPU 0 · ${mode}`,
        `2: db vCPU 0 · ${mode}`,
        `3: two vCPU 0 · ${mode}`,
        '4: two vCPU 1 · off',
      ]);
      const names = await Promise.all([1, 2, 3].map(async (id) => (await client.stack(id))[0]?.name));
      assert.deepEqual(names, ['_start', '_start', '_start']);
    });

    it('names a virtual machine that is alone as a plain launch does', async () => {
      await launch(host({ web: vms(engine).web }));
      assert.deepEqual(await threads(), ['1: vCPU 0']);
    });

    it('prints what they say, with their names, and ends when all have ended', async () => {
      await launch(host(vms(engine, 3)));
      await client.request('continue', { threadId: 1 });
      const ended = await client.event('hyperstep/ended');
      assert.deepEqual(
        client.output
          .split('\n')
          .filter((line) => line !== '')
          .sort(),
        ['db: ddd', 'web: www'],
      );
      assert.equal(ended.body.how, 'web powered off. db powered off.');
      assert.equal((await client.event('exited')).body.exitCode, 0);
    });

    it('stops at a breakpoint in each that has the file', async () => {
      await launch(host({ ...vms(engine), spinner: spin(engine) }));
      await breakIn(at('print'), 's0 == 3');
      const seen: (number | undefined)[] = [];
      for (let stops = 0; stops < 2; stops++) {
        const { reason, threadId = 0 } = await go('continue', 1);
        assert.equal(reason, 'breakpoint');
        assert.equal(await lineAt(threadId), at('print'));
        seen.push(threadId);
      }
      assert.deepEqual(seen.sort(), [1, 2]);
    });

    it('stops in one where only that one has come to a breakpoint', async () => {
      await launch(host(vms(engine)));
      await breakIn(at('print'), "LETTER == 'd'");
      assert.equal((await go('continue', 1)).threadId, 2);
      assert.equal(await client.evaluate('s0', (await client.stack(2))[0]?.id), '1');
      assert.equal(await client.evaluate('LETTER', (await client.stack(2))[0]?.id), '0x64');
      assert.equal(await client.evaluate('LETTER', (await client.stack(1))[0]?.id), '0x77');
    });

    it('steps one while the others run', async () => {
      await launch(host({ ...vms(engine), spinner: spin(engine) }));
      await breakIn(at('round'), 's0 == 2');
      const { threadId: other = 0 } = await go('continue', 1);
      // Another one has the hart: the steps of this one end where it has made them.
      const own = 3 - other;
      await breakIn(at('round'), '0');
      const start = await lineAt(own);
      const lines = [];
      const first = at('round');
      for (let step = 0; step < 40 && lines.at(-1) !== first; step++) {
        const { threadId, reason } = await go('next', own);
        assert.deepEqual([threadId, reason], [own, 'step']);
        lines.push(await lineAt(own));
      }
      assert.notEqual(lines[0], start);
      lines.length = 0;
      for (let step = 0; step < 8; step++) {
        await go('next', own);
        lines.push(await lineAt(own));
      }
      const [after, print] = [at('after'), at('print')];
      assert.deepEqual(lines, [first + 1, first + 2, after, after + 1, print, print + 1, print + 2, at('printed')]);
      await go('next', own);
      await go('next', own);
      await go('next', own);
      await go('stepIn', own);
      assert.equal((await client.stack(own))[0]?.name, 'square');
      await go('stepOut', own);
      assert.equal(await lineAt(own), after);
    });

    for (const harts of [1, 2])
      it(`steps over a call that takes several slices, among others that make the same call, on ${harts} harts`, async () => {
        const worker = path.join(guests, 'worker.S');
        const vm = { program: worker, engine, memory: '8M' };
        await launch(host({ a: vm, b: vm, c: vm }, harts));
        const calls = lineOf(worker, 'turn') + 1;
        await client.breakAt(worker, [calls]);
        const { threadId = 0 } = await go('continue', 1);
        await client.breakAt(worker, []);
        const own = (threadId % 3) + 1;
        for (let steps = 0; steps < 20 && (await lineAt(own)) !== calls; steps++) await go('next', own);
        const rounds = async () => Number(await client.evaluate('s0', (await client.stack(own))[0]?.id));
        for (let round = 0; round < 5; round++) {
          assert.equal(await rounds(), round);
          const lines = [];
          for (let step = 0; step < 3; step++) {
            const stopped = await go('next', own);
            assert.deepEqual([stopped.threadId, stopped.reason], [own, 'step']);
            lines.push(await lineAt(own));
          }
          assert.deepEqual(lines, [calls + 1, calls + 3, calls]);
        }
        const { vms: all } = await client.own('hyperstep/vms', {});
        assert.ok(all.every(({ switches }) => switches > 1));
      });

    it('tells when the one that is stepped has ended, and the others go on', async () => {
      await launch(host({ web: vms(engine, 2).web, spinner: spin(engine) }));
      await breakIn(at('done'), '1');
      await go('continue', 1);
      await go('next', 1);
      const { threadId, reason, description } = await go('next', 1);
      assert.deepEqual([threadId, reason, description], [1, 'pause', 'web powered off']);
      const { vms: all } = await client.own('hyperstep/vms', {});
      assert.equal(all[0]?.state, 'ended');
      await client.request('continue', { threadId: 2 });
      const paused = client.stopped();
      await client.request('pause', { threadId: 2 });
      assert.equal((await paused).reason, 'pause');
      assert.match((await client.stack(2))[0]?.name ?? '', /^_start|^again/);
    });

    it('is stopped by a breakpoint of another in the midst of a step', async () => {
      await launch(host({ spinner: spin(engine), web: vms(engine).web }));
      await breakIn(at('print'), 's0 == 2');
      // It never comes out of its loop.
      const { threadId, reason } = await go('stepOut', 1);
      assert.deepEqual([threadId, reason], [2, 'breakpoint']);
    });

    it('reads memory, registers and symbols as the virtual machine of a thread has them', async () => {
      await launch(host(vms(engine)));
      await breakIn(at('done'), '');
      await breakIn(at('print'), 's0 == 5');
      const { threadId = 0 } = await go('continue', 1);
      const other = 3 - threadId;
      const top = async (thread: number) => (await client.stack(thread))[0]?.id;
      assert.equal(await client.evaluate('*(long *)&last', await top(threadId)), '0x19');
      // The other has made as many rounds as its slices have let it.
      const rounds = Number(await client.evaluate('s0', await top(other)));
      const registers = await client.scope('Registers', await top(other));
      assert.equal(Number(registers.get('s0')?.value.split(' ')[0]), rounds);
      const reference = registers.get('pc')?.memoryReference;
      assert.match(reference ?? '', new RegExp(`^0x[0-9a-f]+@${other}$`));
      const read = async (memoryReference: string | undefined) =>
        (await client.request<{ data: string }>('readMemory', { memoryReference, count: 8 })).data;
      const last = await client.evaluate('&last', await top(other));
      const address = last.split(' ')[0];
      assert.notEqual(await read(`${address}@${threadId}`), await read(`${address}@${other}`));
      assert.equal(await read(address), await read(`${address}@${threadId}`));
      await client.request('setExpression', {
        expression: '*(long *)&last',
        value: '7',
        frameId: await top(other),
      });
      assert.equal(await client.evaluate('*(long *)&last', await top(other)), '7');
      assert.equal(await client.evaluate('*(long *)&last', await top(threadId)), '0x19');
      const { instructions } = await client.request<DebugProtocol.DisassembleResponse['body'] & object>('disassemble', {
        memoryReference: reference,
        instructionCount: 1,
      });
      assert.match(instructions[0]?.address ?? '', /^0x[0-9a-f]+$/);
    });

    it('says in a stack whom a hart has left and whom it has entered', async () => {
      await launch(host(vms(engine)));
      const filterOptions = [{ filterId: 'exit', condition: 'timer-interrupt' }];
      await client.request('setExceptionBreakpoints', { filters: [], filterOptions });
      const from = (await go('continue', 1)).threadId ?? 0;
      let thread = from;
      for (let steps = 0; steps < 30 && (thread === from || thread > 2); steps++) {
        assert.ok(inVmm((await client.stack(thread))[0]));
        thread = (await go('stepIn', thread)).threadId ?? 0;
      }
      const frames = await client.stack(thread);
      assert.ok(inVmm(frames[0]));
      const labels = frames.filter(({ presentationHint }) => presentationHint === 'label').map(({ name }) => name);
      const names = ['web', 'db'];
      const [left, entered] = thread === 2 ? names : names.reverse();
      assert.deepEqual(labels.slice(0, 3), [
        `${entered} vCPU 0 goes on here`,
        `world switch: entered ${entered} vCPU 0`,
        `world switch: left ${left} vCPU 0`,
      ]);
      assert.match(labels[3] ?? '', new RegExp(`^VM exit #\\d+ of ${left} vCPU 0: supervisor timer interrupt$`));
      // The one left stands in its guest, where it is put away.
      assert.ok((await client.stack(3 - thread)).every((frame) => !inVmm(frame)));
      const narrated = await client.own('hyperstep/narration', { threadId: thread });
      assert.equal(narrated.handled?.isOver, false);
    });

    it('steps into the VMM and out of it again, for the vCPU that has exited', async () => {
      await launch(host({ ...vms(engine), spinner: spin(engine) }));
      await breakIn(at('print') + 2, "LETTER == 'd' && s0 == 3");
      assert.equal((await go('continue', 1)).threadId, 2);
      await breakIn(at('print'), '0');
      await go('stepIn', 2);
      const frames = await client.stack(2);
      assert.ok(inVmm(frames[0]));
      assert.match(
        frames.find(({ presentationHint }) => presentationHint === 'label')?.name ?? '',
        /^VM exit #\d+: SBI/,
      );
      assert.ok((await client.stack(1)).every((frame) => !inVmm(frame)));
      for (let steps = 0; steps < 20 && inVmm((await client.stack(2))[0]); steps++)
        assert.equal((await go('stepOut', 2)).threadId, 2);
      assert.equal(await lineAt(2), at('printed'));
    });

    it('has filters for the exits of one', async () => {
      await launch(host(vms(engine)));
      const filterOptions = [{ filterId: 'exit', condition: 'vm:db' }];
      await client.request('setExceptionBreakpoints', { filters: [], filterOptions });
      for (let stops = 0; stops < 3; stops++) assert.equal((await go('continue', 1)).threadId, 2);
      assert.notEqual((await client.own('hyperstep/exits', { vm: 'web', count: 1 })).total, 0);
    });

    it('watches what one has in memory and in a register, and sets its pc', async () => {
      await launch(host(vms(engine)));
      await breakIn(at('round'), 's0 == 4');
      const { threadId = 0 } = await go('continue', 1);
      await breakIn(at('round'), '0');
      const other = 3 - threadId;
      const frameId = (await client.stack(other))[0]?.id;
      const { dataId } = await client.request<{ dataId: string }>('dataBreakpointInfo', { name: 'last', frameId });
      await client.request('setDataBreakpoints', { breakpoints: [{ dataId, accessType: 'write' }] });
      const written = await go('continue', 1);
      assert.deepEqual([written.threadId, written.reason], [other, 'data breakpoint']);
      const top = (await client.stack(other))[0]?.id;
      const info = await client.request<{ dataId: string }>('dataBreakpointInfo', { name: 's0', frameId: top });
      await client.request('setDataBreakpoints', { breakpoints: [{ dataId: info.dataId, accessType: 'write' }] });
      assert.equal((await go('continue', 1)).threadId, other);
      await client.request('setDataBreakpoints', { breakpoints: [] });
      const { targets } = await client.request<{ targets: { id: number; label: string }[] }>('gotoTargets', {
        source: { path: counter },
        line: at('done'),
      });
      const labels = targets.map(({ label }) => label);
      assert.deepEqual(labels, ['web: done', 'db: done']);
      const wrong = await client.send('goto', { threadId: other, targetId: targets[threadId - 1]?.id });
      assert.match(wrong.message ?? '', /another virtual machine/);
      await go('goto', other, { targetId: targets[other - 1]?.id });
      assert.equal(await lineAt(other), at('done'));
      await client.request('continue', { threadId: other });
      const told = ['web powered off.', 'db powered off.'][other - 1] ?? '';
      for (;;) {
        const { body } = await client.event('output');
        if (body.category === 'console' && body.output.includes(told)) break;
      }
    });

    it('has the exits of each, and whose the entries of the TLB are', async () => {
      await launch(host(vms(engine)));
      await breakIn(at('print'), 's0 == 40');
      const { threadId = 0 } = await go('continue', 1);
      await go('continue', threadId);
      const all = await client.own('hyperstep/exits', { count: 1000 });
      const [web, db] = await Promise.all(
        ['web', 'db'].map((vm) => client.own('hyperstep/exits', { vm, count: 1000 })),
      );
      assert.deepEqual([web?.vm, db?.vm], ['web', 'db']);
      assert.ok((web?.total ?? 0) > 30 && (db?.total ?? 0) > 30);
      assert.ok(all.total >= (web?.total ?? 0) + (db?.total ?? 0));
      assert.ok(web?.exits.every((exit) => exit.threadId === 1));
      assert.ok(db?.exits.every((exit) => exit.threadId === 2));
      assert.ok(web?.exits.some(({ left, entered }) => left === 'web vCPU 0' && entered === 'db vCPU 0'));
      const { entries } = await client.own('hyperstep/tlb', { threadId: 1 });
      const owners = new Set(entries.map(({ space }) => space?.split(' ')[0]));
      assert.deepEqual([...owners].sort(), ['db', 'web']);
      assert.match(
        (await client.send('hyperstep/exits', { vm: 'none', count: 1 })).message ?? '',
        /no virtual machine none/,
      );
    });

    it('translates and shows tables for one that is put away', async () => {
      await launch(host(vms(engine)));
      await breakIn(at('print'), 's0 == 40');
      await go('continue', 1);
      const { threadId = 0 } = await go('continue', 1);
      const other = 3 - threadId;
      const translated = await Promise.all(
        [threadId, other].map((thread) =>
          client.own('hyperstep/translate', { threadId: thread, address: '&last', access: 'read' }),
        ),
      );
      const machine = translated.map(({ p2m }) => p2m?.hpa);
      assert.notEqual(machine[0], machine[1]);
      if (engine === 'hardware') {
        const tables = await Promise.all(
          [threadId, other].map((thread) =>
            client.own('hyperstep/pageTable', { threadId: thread, path: [], stage: 'second' }),
          ),
        );
        assert.notEqual(tables[0]?.guest?.gpa, tables[1]?.guest?.gpa);
        assert.ok(tables.every(({ entries }) => entries.length > 0));
      }
    });

    it('pauses one, lets it go on, starts it again and destroys it', async () => {
      await launch(host({ ...vms(engine), other: spin(engine) }), [at('loop')]);
      await go('continue', 1);
      const states = async (): Promise<string> => {
        const { vms: all } = await client.own('hyperstep/vms', {});
        return all.map(({ name, state, reason }) => `${name} ${reason ?? state}`).join(', ');
      };
      const operate = async (operation: VmOperation): Promise<boolean> =>
        (await client.own('hyperstep/operateVm', { vm: 'db', operation })).done;
      const refused = async () => (await client.own('hyperstep/vms', {})).vms[1]?.refused;
      assert.deepEqual(await refused(), { unpause: 'is not paused' });
      const { done, refusal } = await client.own('hyperstep/operateVm', { vm: 'db', operation: 'unpause' });
      assert.deepEqual([done, refusal], [false, 'db is not paused']);
      assert.ok(await operate('pause'));
      assert.match(await states(), /db paused/);
      assert.deepEqual(await refused(), { pause: 'is paused already' });
      assert.ok(await operate('unpause'));
      assert.ok(await operate('destroy'));
      assert.match(await states(), /db .*destroyed/);
      assert.deepEqual(await refused(), { pause: 'has ended', unpause: 'has ended', destroy: 'has ended already' });
      assert.equal(await operate('pause'), false);
      assert.ok(await operate('reboot'));
      assert.doesNotMatch(await states(), /db .*(destroyed|paused)/);
      await assert.rejects(client.request('hyperstep/operateVm', { vm: 'nobody', operation: 'pause' }), /nobody/);
      await assert.rejects(client.request('hyperstep/operateVm', { vm: 'db', operation: 'melt' }), /operation/);
    });

    it('sets one a target of memory, or says why not', async () => {
      await launch(host({ ...vms(engine), other: spin(engine) }), [at('loop')]);
      await go('continue', 1);
      const memory = async () => (await client.own('hyperstep/vms', {})).vms[1]?.memory;
      const before = await memory();
      assert.ok(before && before.target === before.maximum && !before.isFixed);
      const target = before.minimum + 2 ** 20;
      const set = (bytes: number) => client.own('hyperstep/setMemoryTarget', { vm: 'db', memory: bytes });
      assert.deepEqual(await set(target), { done: true });
      const after = await memory();
      assert.deepEqual([after?.target, after?.isFixed], [target, true]);
      assert.deepEqual(
        after?.history.map(({ what, bytes, has }) => [what, bytes, has]),
        [['was set a target of', target, before.maximum]],
      );
      const { done, refusal } = await set(before.minimum - 4096);
      assert.equal(done, false);
      assert.match(refusal ?? '', /^db may have from \d+[KM] to \d+M of memory: \d+[KM] is not within that$/);
      await assert.rejects(client.request('hyperstep/setMemoryTarget', { vm: 'nobody', memory: target }), /nobody/);
      await assert.rejects(client.request('hyperstep/setMemoryTarget', { vm: 'db', memory: '8M' }), /memory/);
      assert.equal((await memory())?.target, target);
    });

    it('tells of them while they run, and what is done to one then comes about', async () => {
      await launch(host({ spinner: spin(engine), other: spin(engine) }));
      const look = async () => {
        // The machine runs while nobody is at work here.
        await new Promise(setImmediate);
        return (await client.own('hyperstep/vms', {})).vms[0];
      };
      const stops = () => client.events.filter(({ event }) => event === 'hyperstep/stateChanged').length;
      const atStart = stops();
      await client.request('continue', { threadId: 1 });
      const before = (await look())?.running ?? 0;
      while (((await look())?.running ?? 0) <= before);
      assert.ok((await client.own('hyperstep/operateVm', { vm: 'spinner', operation: 'pause' })).done);
      while ((await look())?.state !== 'waiting');
      assert.equal((await look())?.reason, 'paused');
      // Nobody is told that a machine stands which runs.
      assert.equal(stops(), atStart);
      const paused = client.stopped();
      await client.request('pause', { threadId: 2 });
      await paused;
      const { running = 0 } = (await look()) ?? {};
      await go('next', 2);
      assert.equal((await look())?.running, running);
      assert.equal(stops(), atStart + 2);
    });

    it('tells of the virtual machines side by side', async () => {
      const { web, db } = vms(engine, 30);
      await launch(
        host({ web: { ...web, weight: 512, cap: 80, memoryLimit: '16M' }, db, spinner: { ...spin(engine), vcpus: 2 } }),
      );
      const atStart = await client.own('hyperstep/vms', {});
      assert.deepEqual(
        atStart.vms.map(({ name, engine, state, exits }) => [name, engine, state, exits]),
        [
          ['web', engine, 'running', 0],
          ['db', engine, 'ready', 0],
          ['spinner', engine, 'ready', 0],
        ],
      );
      await breakIn(at('print'), "LETTER == 'd' && s0 == 30");
      assert.equal((await go('continue', 1)).threadId, 2);
      await breakIn(at('print'), '0');
      const { clock, harts, vms: all } = await client.own('hyperstep/vms', {});
      const [first, second, third] = all;
      assert.equal(harts, 1);
      assert.deepEqual([first?.state, first?.reason], ['ended', 'powered off']);
      assert.deepEqual([second?.state, second?.vcpus.map(({ hart }) => hart)], ['running', [0]]);
      assert.deepEqual(
        third?.vcpus.map(({ threadId, state }) => [threadId, state]),
        [
          [3, 'ready'],
          [4, 'off'],
        ],
      );
      // What has ended has no right any more; the others share the hart.
      assert.deepEqual(
        atStart.vms.map(({ share }) => share.entitled),
        [50, 25, 25],
      );
      assert.deepEqual(first?.share, { weight: 512, cap: 80, pin: [0] });
      assert.deepEqual([second?.share.entitled, third?.share.entitled], [50, 50]);
      assert.deepEqual([first?.memory.guest, first?.memory.limit], [8 * 2 ** 20, 16 * 2 ** 20]);
      assert.equal(second?.memory.limit, undefined);
      for (const { running, history, vcpus } of all) {
        assert.ok(vcpus.every(({ history: { period } }) => period === history.period));
        const parts = history.shares.map((_, column) =>
          vcpus.reduce((sum, vcpu) => sum + (vcpu.history.shares[column] ?? 0), 0),
        );
        assert.deepEqual(history.shares.map(Math.round), parts.map(Math.round));
        // The run is short enough to be seen as a whole.
        const passed = clock - (history.shares.length - 1) * history.period;
        const had = history.shares.map(
          (share, column) => (share / 100) * (column === history.shares.length - 1 ? passed : history.period),
        );
        assert.ok(Math.abs(had.reduce((sum, each) => sum + each, 0) - running) <= 10, `${had} of ${running}`);
      }
      assert.ok(all.every(({ memory }) => memory.tables > 0));
      assert.ok((first?.exits ?? 0) >= 30 && (second?.exits ?? 0) >= 30);
      for (const { running, ready, waiting, stolen, processor } of all) {
        assert.ok(running + ready + waiting <= clock, `${running} + ${ready} + ${waiting} of ${clock}`);
        assert.ok(stolen >= ready);
        assert.equal(Math.round(processor.total), Math.round((100 * running) / clock));
        assert.ok(processor.recent >= 0 && processor.recent <= 100);
      }
      const sum = all.reduce((total, { processor }) => total + processor.recent, 0);
      assert.ok(sum > 50 && sum <= 100.001, `${sum}`);
    });
  });
}
