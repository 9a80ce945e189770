import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterEach, describe, it } from 'mocha';
import { Client, inVmm, root } from './client';

const hosts = path.join(root, 'extension/sample/hosts');

/** CPU 0 starts CPU 1 and asks it for a fence. */
const text = `_start:
        li a0, 1
        la a1, second
        li a7, 0x48534d
        li a6, 0
        ecall
        li s1, 4000
1:      addi s1, s1, -1
        bnez s1, 1b
        li a0, 2
        li a1, 0
        li a2, 0
        li a3, 0
        li a7, 0x52464e43
        li a6, 1
        ecall
1:      j 1b
second: j second
`;
const asking = text.split('\n').lastIndexOf('        ecall') + 1;

describe('what has caused an exit', () => {
  let client: Client;
  afterEach(() => client.request('disconnect'));

  for (const virtualization of ['full', 'hardware']) {
    it(`is where the stack goes on, and stands in the list of exits (${virtualization})`, async () => {
      client = new Client({ files: new Map([['/guest.S', text]]) });
      await client.launch('/guest.S', { virtualization, harts: 2, stopOnEntry: true } as object);
      await client.stopped();
      const filterOptions = [{ filterId: 'exit', condition: 'device-interrupt' }];
      await client.request('setExceptionBreakpoints', { filters: [], filterOptions });
      // The first time the hart comes for the CPU that has been started.
      await client.go('continue');
      const { threadId = 0 } = await client.go('continue');
      assert.equal(threadId, 2);
      const stack = await client.stack(threadId);
      assert.ok(inVmm(stack[0]));
      const labels = stack.filter(({ presentationHint }) => presentationHint === 'label').map(({ name }) => name);
      assert.deepEqual(labels.slice(1), [`asked by vCPU 0 at guest.S:${asking}`]);
      assert.equal(stack.at(-1)?.name, labels.at(-1), 'behind the guest’s frames');

      const { exits } = await client.own('hyperstep/exits', { count: 2 });
      assert.deepEqual(
        exits.map(({ causes }) => causes),
        [labels.slice(1), undefined],
      );
      const scope = new Map(await client.scope('VM exit', stack.at(-1)?.id));
      assert.equal(scope.get('number')?.value, `${exits[1]?.number}`);
    });
  }

  /** The two of the sample, ping on its first thread, and pong on the second. @param file @param text of the line to stop at */
  const pingPong = async (pong: 'full' | 'hardware', file: string, text: string): Promise<void> => {
    client = new Client();
    const vms = {
      ping: { program: path.join(hosts, 'ping.S'), paravirtual: true },
      pong: { program: path.join(hosts, 'pong.S'), paravirtual: true, engine: pong },
    };
    await client.request('initialize', { adapterID: 'hyperstep', clientID: 'test' });
    const scenario = { hosts: { h: { harts: 2, vms } } };
    const launched = client.request('launch', { scenario, console: 'debugConsole', stopOnEntry: true });
    await client.event('initialized');
    await client.breakAt(path.join(hosts, file), [lineOf(file, text)]);
    await client.request('configurationDone');
    await launched;
    await client.stopped();
    await client.go('continue');
  };
  const lineOf = (file: string, text: string): number => {
    const lines = readFileSync(path.join(hosts, file), 'utf8').split('\n');
    return lines.findIndex((line) => line.includes(text)) + 1;
  };

  for (const pong of ['full', 'hardware'] as const) {
    it(`is who has notified it over an event channel (${pong})`, async () => {
      await pingPong(pong, 'pong.S', '# claim');
      // The port was pending when it was bound; then it is ping's turn.
      const { threadId = 0 } = await client.go('continue');
      assert.equal(threadId, 2);
      const { exits } = await client.own('hyperstep/exits', { count: 1, threadId });
      const line = lineOf('ping.S', 'PV_EVENT_SEND') + 2;
      assert.deepEqual(exits[0]?.causes?.[0], `notified by ping vCPU 0 at ping.S:${line}`);
    });

    it(`can be followed to who is notified (${pong})`, async () => {
      await pingPong(pong, 'ping.S', 'PV_EVENT_SEND');
      const wanted = 'follow the external interrupt to pong vCPU 0';
      for (let steps = 0; steps < 60; steps++) {
        const [top] = await client.stack(1);
        const { targets } = await client.request<DebugProtocol.StepInTargetsResponse['body']>('stepInTargets', {
          frameId: top?.id ?? 0,
        });
        const target = targets.find(({ label }) => label === wanted);
        const stop = await client.go('stepIn', { threadId: 1, ...(target && { targetId: target.id }) });
        if (!target) continue;
        assert.equal(stop.threadId, 2);
        // It was waiting by a hypercall, and goes on behind that.
        assert.equal((await client.stack(2))[0]?.line, lineOf('pong.S', '# claim'));
        return;
      }
      assert.fail(`no step offers to ${wanted}`);
    });
  }
});
