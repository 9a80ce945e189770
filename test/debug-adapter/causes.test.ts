import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
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

  for (const pong of ['full', 'hardware'] as const)
    it(`is who has notified it over an event channel (${pong})`, async () => {
      client = new Client();
      const vms = {
        ping: { program: path.join(hosts, 'ping.S'), paravirtual: true },
        pong: { program: path.join(hosts, 'pong.S'), paravirtual: true, engine: pong },
      };
      await client.request('initialize', { adapterID: 'hyperstep', clientID: 'test' });
      const scenario = { hosts: { h: { harts: 2, vms } } };
      const launched = client.request('launch', { scenario, console: 'debugConsole', stopOnEntry: true });
      await client.event('initialized');
      // Behind its first wait for an answer.
      const source = readFileSync(path.join(hosts, 'pong.S'), 'utf8').split('\n');
      await client.breakAt(path.join(hosts, 'pong.S'), [source.findIndex((line) => line.includes('# claim')) + 1]);
      await client.request('configurationDone');
      await launched;
      await client.stopped();
      // The port was pending when it was bound; then it is ping's turn.
      await client.go('continue');
      const { threadId = 0 } = await client.go('continue');
      assert.equal(threadId, 2);
      const { exits } = await client.own('hyperstep/exits', { count: 1, threadId });
      const sends = readFileSync(path.join(hosts, 'ping.S'), 'utf8').split('\n');
      const line = sends.findIndex((each) => each.includes('PV_EVENT_SEND')) + 3;
      assert.deepEqual(exits[0]?.causes?.[0], `notified by ping vCPU 0 at ping.S:${line}`);
    });
});
