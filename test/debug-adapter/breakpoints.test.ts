import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterEach, describe, it } from 'mocha';
import { exitReasons } from '../../debug-adapter/breakpoints/exceptions';
import { Client, inVmm, root } from './client';

const guest = path.join(root, 'test/debug-adapter/guests/stepping.S');
const text = readFileSync(guest, 'utf8').split('\n');
const lineOf = (pattern: RegExp): number => text.findIndex((each) => pattern.test(each)) + 1;
const loop = lineOf(/^loop:/);
const vmmSource = path.join(root, 'simulator/hypervisor/engines/deprivileged/privileged.ts');

type Breakpoints = { breakpoints: DebugProtocol.Breakpoint[] };

for (const virtualization of ['full', 'none']) {
  describe(`breakpoints (${virtualization})`, () => {
    let client: Client;
    afterEach(() => client.request('disconnect'));

    const launch = async (attributes: object = {}): Promise<void> => {
      client = new Client();
      await client.launch(guest, { virtualization, stopOnEntry: true, ...attributes } as object);
      assert.equal((await client.stopped()).reason, 'entry');
    };
    const set = (breakpoint: object): Promise<Breakpoints> =>
      client.request('setBreakpoints', { source: { path: guest }, breakpoints: [breakpoint] });

    it('stops only where a condition holds', async () => {
      await launch();
      await set({ line: loop, condition: 's2 == 1 && s3 > 0' });
      const stop = await client.go('continue');
      assert.equal(stop.reason, 'breakpoint');
      assert.equal(await client.evaluate('s2'), '1');
    });

    it('stops at the wanted hits', async () => {
      await launch();
      await set({ line: loop, hitCondition: '>= 2' });
      await client.go('continue');
      assert.equal(await client.evaluate('s2'), '2');
    });

    it('logs without a stop', async () => {
      await launch();
      await set({ line: loop, logMessage: 'round {s2}, {s3}' });
      await client.request('continue', { threadId: 1 });
      await client.event('terminated');
      const logged = client.events.filter(({ event, body }) => event === 'output' && body.category === 'console');
      assert.equal(logged.map(({ body }) => body.output).join(''), 'round 3, 0\nround 2, 2\nround 1, 4\n');
    });

    it('stops where a condition makes no sense, and says why', async () => {
      await launch();
      const { breakpoints } = await set({ line: loop, condition: 'nosuch > 1' });
      assert.equal(breakpoints[0]?.verified, true);
      const stop = await client.go('continue');
      assert.match(stop.text ?? '', /nosuch/);
      const broken = await set({ line: loop, condition: '1 +' });
      assert.equal(broken.breakpoints[0]?.verified, false);
      assert.match(broken.breakpoints[0]?.message ?? '', /ends too early/);
    });

    it('stops at functions and instructions', async () => {
      await launch();
      const named = [{ name: 'inner' }, { name: 'nosuch' }];
      const functions = await client.request<Breakpoints>('setFunctionBreakpoints', { breakpoints: named });
      assert.deepEqual(
        functions.breakpoints.map(({ verified }) => verified),
        [true, false],
      );
      assert.equal((await client.go('continue')).reason, 'function breakpoint');
      const [top] = await client.stack();
      assert.equal(top?.name, 'inner');
      await client.request('setFunctionBreakpoints', { breakpoints: [] });
      const instructionReference = await client.evaluate('loop').then((shown) => shown.split(' ')[0]);
      await client.request('setInstructionBreakpoints', { breakpoints: [{ instructionReference, offset: 2 }] });
      assert.equal((await client.go('continue')).reason, 'instruction breakpoint');
      assert.equal((await client.stack())[0]?.name, 'loop+0x2');
    });

    it('stops when watched memory is written, and read', async () => {
      await launch();
      const info = await client.request<{ dataId: string }>('dataBreakpointInfo', { name: '*(long *)counter' });
      const set = { breakpoints: [{ dataId: info.dataId, accessType: 'readWrite' }] };
      const { breakpoints } = await client.request<Breakpoints>('setDataBreakpoints', set);
      assert.equal(breakpoints[0]?.verified, true);
      const written = await client.go('continue');
      assert.equal(written.reason, 'data breakpoint');
      assert.match(written.text ?? '', /^counter \(0x[0-9a-f]+\): 0x0 → 0x6$/);
      assert.equal(await client.evaluate('*(long *)counter'), '6');
      assert.match((await client.go('continue')).text ?? '', /^counter \(0x[0-9a-f]+\) read: 0x6$/);
    });

    it('stops when a watched register changes', async () => {
      await launch();
      const info = await client.request<{ dataId: string; description: string }>('dataBreakpointInfo', { name: 's3' });
      assert.match(info.description, /slower/);
      await client.request('setDataBreakpoints', { breakpoints: [{ dataId: info.dataId }] });
      const stop = await client.go('continue');
      assert.equal(stop.reason, 'data breakpoint');
      assert.equal(stop.text, 's3: 0x0 → 0x2');
      await client.request('setDataBreakpoints', { breakpoints: [] });
      const csr = await client.request<{ dataId: string }>('dataBreakpointInfo', { name: 'sepc' });
      await client.request('setDataBreakpoints', { breakpoints: [{ dataId: csr.dataId }] });
      assert.match((await client.go('continue')).text ?? '', /^sepc: 0x802000[0-9a-f]{2} → 0x802000/);
    });

    it('stops at traps of the guest, all or some', async () => {
      await launch();
      const filterOptions = [{ filterId: 'trap', condition: 'user-ecall' }];
      await client.request('setExceptionBreakpoints', { filters: [], filterOptions });
      const stop = await client.go('continue');
      assert.equal(stop.reason, 'exception');
      const info = await client.request<{ exceptionId: string }>('exceptionInfo', { threadId: 1 });
      assert.equal(info.exceptionId, 'user-ecall');
      assert.equal((await client.stack())[0]?.name, 'on_trap');
      const wrong = await client.send('setExceptionBreakpoints', {
        filters: [],
        filterOptions: [{ filterId: 'trap', condition: 'nonsense' }],
      });
      assert.match(wrong.message ?? '', /no cause 'nonsense'/);
    });

    it('keeps breakpoints over a restart, which reads the guest again', async () => {
      const file = path.join(root, 'test/debug-adapter/guests/edited.S');
      const files = new Map([[file, '_start: li a0, 1\n li a1, 2\n']]);
      client = new Client({ files });
      await client.launch(file, { virtualization, breakpoints: [2] } as object);
      await client.stopped();
      assert.equal(await client.evaluate('a0'), '1');
      files.set(file, '_start: li a0, 3\n nop\n li a1, 2\n');
      await client.request('restart', {});
      assert.equal((await client.stopped()).reason, 'breakpoint');
      assert.equal(await client.evaluate('a0'), '3');
      files.set(file, 'nonsense\n');
      const failed = await client.send('restart', {});
      assert.equal(failed.success, false);
      assert.match(failed.message ?? '', /1 error/);
    });
  });
}

describe('breakpoints of the VMM', () => {
  let client: Client;
  afterEach(() => client.request('disconnect'));

  const launch = async (): Promise<void> => {
    client = new Client();
    await client.launch(guest, { stopOnEntry: true } as object);
    await client.stopped();
  };

  it('move to the next step of a handler, and stop there with its variables', async () => {
    await launch();
    const source = { path: vmmSource };
    const line =
      readFileSync(vmmSource, 'utf8')
        .split('\n')
        .findIndex((each) => /function\* emulateCsrAccess/.test(each)) + 1;
    const { breakpoints } = await client.request<Breakpoints>('setBreakpoints', { source, breakpoints: [{ line }] });
    assert.equal(breakpoints[0]?.verified, true);
    assert.ok((breakpoints[0]?.line ?? 0) > line);
    const stop = await client.go('continue');
    assert.deepEqual(stop.hitBreakpointIds, [breakpoints[0]?.id]);
    const [top] = await client.stack();
    assert.ok(inVmm(top));
    assert.equal(top?.line, breakpoints[0]?.line);
  });

  it('never slide into another function', async () => {
    await launch();
    const lines = readFileSync(vmmSource, 'utf8').split('\n');
    const steps = (of: string): DebugProtocol.Breakpoint[] => all.filter(({ message }) => message?.includes(of));
    const all = await client.breakAt(
      vmmSource,
      lines.map((_, index) => index + 1),
    );
    const functionOf = (line: number): number =>
      lines.slice(0, line).reduce((last, each, index) => (/^(export )?function/.test(each) ? index : last), -1);
    for (const [index, { verified, line = 0, message }] of all.entries()) {
      if (verified) assert.equal(functionOf(line), functionOf(index + 1), lines[index]);
      else assert.match(message ?? '', /no function of the VMM|no step of \w+ is at this line/, lines[index]);
    }
    assert.ok(all.some(({ verified }) => verified));
    assert.ok(steps('no step of emulatePrivileged').length > 3);
    assert.equal(all[9]?.verified, false, 'a constant before all functions');
  });

  it('know the variables of their frames, whatever these are', async () => {
    await launch();
    await client.request('setExceptionBreakpoints', { filters: ['exit'] });
    await client.go('continue');
    let seen = 0;
    for (let step = 0; step < 12; step++) {
      for (const frame of (await client.stack()).filter(inVmm)) {
        for (const [name, { value, evaluateName }] of await client.scope('Handler', frame.id)) {
          if (name === 'next') continue;
          for (const context of ['watch', 'hover', 'repl']) {
            const args = { expression: evaluateName, frameId: frame.id, context };
            assert.equal((await client.request<{ result: string }>('evaluate', args)).result, value, name);
          }
          seen++;
        }
      }
      await client.go('stepIn');
    }
    assert.ok(seen > 20, `${seen}`);
  });

  it('are unverified in a TypeScript file that is no source of the VMM', async () => {
    await launch();
    const [breakpoint] = await client.breakAt(path.join(root, 'debug-adapter/session.ts'), [10]);
    assert.equal(breakpoint?.verified, false);
    assert.match(breakpoint?.message ?? '', /no source of the VMM/);
  });

  it('stops at exits, all or some', async () => {
    await launch();
    await client.request('setExceptionBreakpoints', { filters: ['exit'] });
    assert.match((await client.go('continue')).description ?? '', /^VM exit: /);
    assert.ok(inVmm((await client.stack())[0]));
    const filterOptions = [{ filterId: 'exit', condition: 'sbi-call' }];
    await client.request('setExceptionBreakpoints', { filters: [], filterOptions });
    assert.equal((await client.go('continue')).description, 'VM exit: sbi-call');
  });

  it('takes an exit for what it turns out to be', async () => {
    await launch();
    const reasons = ['csr-access', 'guest-exception', 'shadow-miss'];
    for (const condition of reasons) {
      const filterOptions = [{ filterId: 'exit', condition }];
      await client.request('setExceptionBreakpoints', { filters: [], filterOptions });
      await client.request('restart', {});
      await client.stopped();
      assert.equal((await client.go('continue')).description, `VM exit: ${condition}`);
      const { exits } = await client.own('hyperstep/exits', { count: 1 });
      assert.equal(exits[0]?.reason, condition);
    }
  });

  for (const virtualization of ['full', 'hardware']) {
    it(`is told of every exit what it turns out to be (${virtualization})`, async () => {
      client = new Client();
      await client.launch(guest, { virtualization, stopOnEntry: true } as object);
      await client.stopped();
      const filterOptions = [{ filterId: 'exit', condition: exitReasons.join() }];
      await client.request('setExceptionBreakpoints', { filters: [], filterOptions });
      let number = 0;
      // The last exit is the call by which the guest powers off.
      for (;;) {
        await client.request('continue', { threadId: 1 });
        const { event, body } = await client.event(['stopped', 'terminated']);
        if (event === 'terminated') break;
        const { total, exits } = await client.own('hyperstep/exits', { count: 1 });
        assert.equal(total, ++number);
        assert.equal(body.description, `VM exit: ${exits[0]?.reason}`);
      }
      assert.ok(number > 1, `${number}`);
    });
  }
});
