import assert from 'node:assert/strict';
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterEach, describe, it } from 'mocha';
import type { LaunchArguments } from '../../debug-adapter/launch/launch';
import { Client, guest, inVmm, root } from './client';

/** CPU 0 starts CPU 1, which waits; then it calls its firmware as it is said. */
const harts = (call: string, isr = '', wait = 'wfi'): string => `        .globl _start
_start: la t0, on_trap
        csrw stvec, t0
        li a0, 1
        la a1, second
        li a7, 0x48534d
        li a6, 0
starts: ecall
        li s1, 40000
1:      addi s1, s1, -1
        bnez s1, 1b
        ${call}
asks:   ecall
        nop
1:      j 1b
second: la t0, on_trap
        csrw stvec, t0
        csrwi sie, 2
        csrwi sstatus, 2
idle:   ${wait}
        j idle
        .balign 4
on_trap:
        csrci sip, 2
        ${isr}
        sret
`;
const sendIpi = 'li a0, 2; li a1, 0; li a7, 0x735049; li a6, 0';
const fence = 'li a0, 2; li a1, 0; li a2, 0; li a3, 0; li a7, 0x52464e43; li a6, 1';

const neighbours = path.join(root, 'test/debug-adapter/guests/neighbours');
const timer = (interrupts: number): string => `        .globl _start
_start: la t0, on_trap
        csrw stvec, t0
        li t0, 1 << 5
        csrs sie, t0
        csrwi sstatus, ${interrupts}
again:  rdtime a0
        addi a0, a0, 500
        li a7, 0x54494d45
        li a6, 0
sets:   ecall
        wfi
woken:  addi s0, s0, 1
        j again
        .balign 4
on_trap:
        li t0, 1 << 5
        csrc sie, t0
        sret
`;
/** Reads a sector by an interrupt of the disk, before which the UART has one. */
const disk = `        .globl _start
_start: la t0, on_trap
        csrw stvec, t0
        call blk_init
        bnez a0, bad
        li t0, 0x0c000004               # the priority of source 1: the disk in slot 0
        li t1, 1
        sw t1, 0(t0)
        li t0, 0x0c002080               # enabled for S-mode of hart 0
        li t1, 1 << 1 | 1 << 10
        sw t1, 0(t0)
        li t0, 0x0c000028               # source 10: the UART
        li t1, 1
        sw t1, 0(t0)
        li t0, 1 << 9
        csrs sie, t0
        csrwi sstatus, 2
        li a0, 0
        li a1, 0
        la a2, buffer
        li a3, 512
        call blk_submit
        li t0, 0x10000000               # the UART asks for service at once, since it has nothing to send
        li t1, 2
        sb t1, 1(t0)
1:      addi s1, s1, 1
        j 1b
bad:    j bad
        .balign 4
on_trap:
        li t0, 0x0c201004
        lw t1, 0(t0)
        li t2, 10
        bne t1, t2, 1f
        addi s2, s2, 1
        li t2, 0x10000000
        sb zero, 1(t2)
        sw t1, 0(t0)
        sret
1:      li t0, 1 << 9
        csrc sie, t0
        sret
        .include "blk.inc"
        .bss
buffer: .skip 512
`;
const lineOf = (text: string, label: string): number =>
  text.split('\n').findIndex((line) => line.startsWith(`${label}:`)) + 1;

type Scenario = NonNullable<LaunchArguments['scenario']>;
type Targets = DebugProtocol.StepInTargetsResponse['body']['targets'];

describe('targets of a step', () => {
  let client: Client;
  afterEach(() => client.request('disconnect'));

  const launch = async (text: string, line: number, attributes: object): Promise<number> => {
    client = new Client({ files: new Map([['/guest.S', text]]) });
    await client.launch('/guest.S', { breakpoints: [line], ...attributes } as object);
    const { threadId = 0 } = await client.stopped();
    await client.breakAt('/guest.S', []);
    return threadId;
  };
  /** The targets of a thread's innermost frame; asking for them changes nothing. */
  const targets = async (threadId = 1): Promise<Targets> => {
    const [top] = await client.stack(threadId);
    const isInGuest = !inVmm(top);
    const before = isInGuest ? client.stateHash : '';
    const found = await client.stepInTargets(threadId);
    if (isInGuest) assert.equal(client.stateHash, before);
    return found;
  };
  const labels = async (threadId = 1): Promise<string[]> => (await targets(threadId)).map(({ label }) => label);
  const stepTo = async (label: RegExp, threadId = 1, args: object = {}) => {
    const target = (await targets(threadId)).find((each) => label.test(each.label));
    assert.ok(target, `${label} in ${await labels(threadId)}`);
    return client.go('stepIn', { threadId, targetId: target.id, ...args });
  };
  const told = (): string =>
    client.events
      .filter(({ event, body }) => event === 'output' && body.category === 'console')
      .map(({ body }) => body.output)
      .join('');

  for (const virtualization of ['none', 'full', 'hardware']) {
    const thing = virtualization === 'none' ? 'hart' : 'vCPU';
    const software = virtualization === 'none' ? 'firmware' : 'VMM';

    for (const granularity of ['statement', 'instruction'])
      it(`follow an IPI to its handler (${virtualization}, by ${granularity})`, async () => {
        const text = harts(sendIpi);
        const asks = lineOf(text, 'asks');
        await launch(text, asks, { virtualization, harts: 2 });
        assert.deepEqual(await labels(), [
          `into the ${software}: SBI IPI send_ipi`,
          'stay here',
          `follow the software interrupt to ${thing} 1`,
        ]);
        const stop = await stepTo(/^follow/, 1, { granularity });
        assert.equal(stop.threadId, 2);
        assert.equal(stop.reason, 'step');
        assert.equal(stop.description, `the software interrupt that ${thing} 0 asked for at guest.S:${asks}`);
        const [top] = await client.stack(2);
        assert.equal(top?.line, lineOf(text, 'on_trap') + 1);
        assert.equal(await client.evaluate('scause', top?.id), '0x8000000000000001 (Supervisor software interrupt)');
        assert.equal(told(), '');
      });

    it(`follow the start of another hart (${virtualization})`, async () => {
      const text = harts(sendIpi);
      const starts = lineOf(text, 'starts');
      await launch(text, starts, { virtualization, harts: 2 });
      const stop = await stepTo(new RegExp(`^follow the start of ${thing} 1, at second$`));
      assert.equal(stop.threadId, 2);
      assert.equal(stop.description, `the start that ${thing} 0 asked for at guest.S:${starts}`);
      const [top] = await client.stack(2);
      assert.equal(top?.line, lineOf(text, 'second'));
      assert.equal(await client.evaluate('a0', top?.id), '1');
    });

    it(`follow a timer to its handler, or to where the guest goes on that takes no interrupt (${virtualization})`, async () => {
      for (const isTaken of [true, false]) {
        const text = timer(isTaken ? 2 : 0);
        const sets = lineOf(text, 'sets');
        await launch(text, sets, { virtualization });
        const stop = await stepTo(/^follow the timer, to its interrupt$/);
        const what = `the timer interrupt that ${thing} 0 asked for at guest.S:${sets}`;
        assert.equal(stop.description, isTaken ? what : `${what}: it goes on, and does not take it`);
        const [top] = await client.stack();
        assert.equal(top?.line, isTaken ? lineOf(text, 'on_trap') + 1 : lineOf(text, 'woken'));
        if (isTaken) await client.request('disconnect');
      }
    });

    it(`follow a notification to the interrupt of the device (${virtualization})`, async () => {
      const include = guest('blk.inc');
      client = new Client({ files: new Map([[guest('disk-by-interrupt.S'), disk]]) });
      const disks = [{ file: path.join(root, 'extension/sample/disk.img') }];
      await client.launch(guest('disk-by-interrupt.S'), { virtualization, disks, stopOnEntry: true } as object);
      await client.stopped();
      await client.request('setFunctionBreakpoints', { breakpoints: [{ name: 'blk_submit' }] });
      await client.go('continue');
      await client.request('setFunctionBreakpoints', { breakpoints: [] });
      let found: Targets = [];
      for (let steps = 0; steps < 60 && !found.some(({ label }) => label.startsWith('follow')); steps++) {
        await client.go('next');
        found = await targets();
      }
      const [at] = await client.stack();
      const stop = await stepTo(/^follow the notification of virtio-blk in slot 0, to its interrupt$/);
      assert.equal(
        stop.description,
        `the interrupt of virtio-blk in slot 0 that ${thing} 0 asked for at ${path.basename(include)}:${at?.line}`,
      );
      const [top] = await client.stack();
      assert.equal(top?.line, lineOf(disk, 'on_trap') + 1);
      assert.equal(await client.evaluate('scause', top?.id), '0x8000000000000009 (Supervisor external interrupt)');
      assert.equal(await client.evaluate('s2', top?.id), '1');
      if (virtualization === 'none') return;
      // The exit by which the VMM heard of it knows who asked the device.
      const { exits } = await client.own('hyperstep/exits', { count: 1, reasons: ['device-interrupt'] });
      const asker = `asked by vCPU 0 at ${path.basename(include)}:${at?.line}`;
      assert.deepEqual(exits[0]?.causes, ['caused by vm.virtio0', asker]);
    });

    it(`are no effects where a call has none, and say so where it is refused (${virtualization})`, async () => {
      const text = harts('li a0, 8; li a1, 0; li a7, 0x735049; li a6, 0');
      const asks = lineOf(text, 'asks');
      await launch(text, asks, { virtualization, harts: 2 });
      assert.deepEqual(await labels(), [`into the ${software}: SBI IPI send_ipi`, 'stay here']);
      // By now the call has another mask than when its targets were asked for.
      await client.evaluate('a0 = 2');
      const stale = (await targets()).find(({ label }) => label.startsWith('follow'));
      await client.evaluate('a0 = 8');
      const { description } = await client.go('stepIn', { targetId: stale?.id });
      assert.equal(description, 'the call was refused with the error -3: there is nothing to follow');
    });

    it(`say that what they follow has not come (${virtualization})`, async () => {
      const text = harts(sendIpi, '', 'nop')
        .replace('csrwi sie, 2', 'csrwi sie, 0')
        .replace('asks:   ecall\n        nop', 'asks:   ecall\nends:   li a7, 8\n        ecall');
      const asks = lineOf(text, 'asks');
      for (const line of [lineOf(text, 'ends'), undefined]) {
        await launch(text, asks, { virtualization, harts: 2 });
        const target = (await targets()).find(({ label }) => label.startsWith('follow'));
        if (line !== undefined) await client.breakAt('/guest.S', [line]);
        await client.request('stepIn', { threadId: 1, targetId: target?.id });
        const what = `Not come: the software interrupt that ${thing} 0 asked for at guest.S:${asks}`;
        if (line === undefined) {
          await client.event('terminated');
          assert.equal(told(), `${what}; the run has ended.\n`);
        } else {
          const stop = await client.stopped();
          assert.equal(stop.reason, 'breakpoint');
          assert.equal(told(), `${what}; something else has stopped the machine before.\n`);
          await client.request('disconnect');
        }
      }
    });

    it(`are followed without a trace (${virtualization})`, async () => {
      const text = harts(sendIpi).replace(
        '        nop\n1:      j 1b',
        '        li s1, 40000\n1:      addi s1, s1, -1\n        bnez s1, 1b\n        li a7, 8\n        ecall',
      );
      const hashes: string[] = [];
      for (const isFollowed of [false, true]) {
        await launch(text, lineOf(text, 'starts'), { virtualization, harts: 2 });
        const { system } = client.session.debugging.running.machine;
        if (isFollowed) {
          await stepTo(/^follow the start/);
          await client.breakAt('/guest.S', [lineOf(text, 'asks')]);
          assert.equal((await client.go('continue')).threadId, 1);
          await client.breakAt('/guest.S', []);
          assert.equal((await stepTo(/^follow the software interrupt/)).threadId, 2);
        }
        await client.request('continue', { threadId: 1 });
        await client.event('terminated');
        hashes.push(system.stateHash());
        if (!isFollowed) await client.request('disconnect');
      }
      assert.equal(hashes[1], hashes[0]);
    });

    it(`give way to a breakpoint where they end (${virtualization})`, async () => {
      const text = harts(sendIpi);
      await launch(text, lineOf(text, 'asks'), { virtualization, harts: 2 });
      const target = (await targets()).find(({ label }) => label.startsWith('follow'));
      await client.breakAt('/guest.S', [lineOf(text, 'on_trap') + 1]);
      const stop = await client.go('stepIn', { targetId: target?.id });
      assert.deepEqual([stop.reason, stop.threadId], ['breakpoint', 2]);
      assert.equal(told(), '');
    });

    it(`are of their stop, their thread and their frame (${virtualization})`, async () => {
      const text = harts(sendIpi);
      await launch(text, lineOf(text, 'asks'), { virtualization, harts: 2 });
      const [first] = await targets();
      const refused = async (args: object): Promise<string | undefined> => {
        const { success, message } = await client.send('stepIn', { threadId: 1, ...args });
        assert.ok(!success);
        return message;
      };
      assert.match((await refused({ targetId: 77777 })) ?? '', /there is no step target 77777 at this stop/);
      assert.match((await refused({ targetId: 0 })) ?? '', /there is no step target 0/);
      assert.match(
        (await refused({ targetId: first?.id, threadId: 2 })) ?? '',
        new RegExp(`one of ${thing} 0, not of`),
      );
      await client.go('next');
      assert.match((await refused({ targetId: first?.id })) ?? '', /ask for the frame's targets again/);
      const { message } = await client.send('stepInTargets', { frameId: 99999 });
      assert.match(message ?? '', /there is no frame 99999/);
    });

    it(`are the function that is called, and nothing where a step leads nowhere else (${virtualization})`, async () => {
      const text = '        .globl _start\n_start: nop\ncalls:  call other\n1:      j 1b\nother:  ret\n';
      await launch(text, lineOf(text, 'calls'), { virtualization });
      assert.deepEqual(await labels(), ['into other']);
      const [target] = await targets();
      await client.go('stepIn', { targetId: target?.id });
      assert.equal((await client.stack())[0]?.line, lineOf(text, 'other'));
      assert.deepEqual(await labels(), []);
    });
  }

  for (const virtualization of ['full', 'hardware']) {
    it(`say of a timer that it has been set anew since (${virtualization})`, async () => {
      const text = timer(2).replace('        wfi\n', '        li a0, 0\n        ecall\n');
      const sets = lineOf(text, 'sets');
      await launch(text, sets, { virtualization });
      const { description } = await stepTo(/^follow the timer/);
      assert.equal(description, `the timer interrupt that vCPU 0 asked for at guest.S:${sets}, and has set anew since`);
    });

    it(`follow a fence into the VMM of the other one (${virtualization})`, async () => {
      const text = harts(fence, '', 'nop');
      const asks = lineOf(text, 'asks');
      await launch(text, asks, { virtualization, harts: 2 });
      const stop = await stepTo(/^follow the fence to vCPU 1, into the VMM there$/);
      assert.deepEqual([stop.threadId, stop.description], [2, `the fence that vCPU 0 asked for at guest.S:${asks}`]);
      const stack = await client.stack(2);
      assert.ok(inVmm(stack[0]));
      assert.equal(stack.at(-1)?.name, `asked by vCPU 0 at guest.S:${asks}`);
    });

    it(`are there at a step of the VMM as well, before and after it has done it (${virtualization})`, async () => {
      const text = harts(sendIpi, '', 'nop');
      const asks = lineOf(text, 'asks');
      for (const isDone of [false, true]) {
        await launch(text, asks, { virtualization, harts: 2 });
        await client.go('stepIn');
        for (let steps = 0; isDone && steps < 20; steps++) {
          const { handled } = await client.own('hyperstep/narration', { threadId: 1 });
          if (JSON.stringify(handled?.narrated).includes('put the result into')) break;
          await client.go('stepIn');
        }
        const found = await labels();
        assert.equal(found[0], 'the next step of the VMM');
        const kick = 'follow the kick to vCPU 1, into the VMM there';
        assert.equal(found.includes(kick), isDone, found.join());
        if (isDone) {
          const told = await stepTo(/^follow the kick/);
          assert.deepEqual([told.threadId, told.description], [2, `the kick that vCPU 0 asked for at guest.S:${asks}`]);
          assert.ok(inVmm((await client.stack(2))[0]));
          break;
        }
        const stop = await stepTo(/^follow the software interrupt to vCPU 1$/);
        assert.deepEqual(
          [stop.threadId, stop.description],
          [2, `the software interrupt that vCPU 0 asked for at guest.S:${asks}`],
        );
        assert.equal((await client.stack(2))[0]?.line, lineOf(text, 'on_trap') + 1);
        await client.request('disconnect');
      }
    });

    for (const count of [1, 2])
      it(`follow an IPI beside another virtual machine, on ${count} harts (${virtualization})`, async () => {
        const text = harts(sendIpi);
        const files = new Map([['/guest.S', text]]);
        client = new Client({ files });
        const other = virtualization === 'full' ? 'hardware' : 'full';
        const scenario = {
          hosts: {
            h: {
              harts: count,
              scheduler: { slice: '100us' },
              vms: {
                web: { program: '/guest.S', engine: virtualization, memory: '8M', vcpus: 2 },
                db: { program: path.join(neighbours, 'spinner.S'), engine: other, memory: '8M' },
              },
            },
          },
        } as Scenario;
        await client.request('initialize', { adapterID: 'hyperstep', clientID: 'test' });
        const launched = client.request('launch', { scenario, console: 'debugConsole', stopOnEntry: true });
        await client.event('initialized');
        await client.request('configurationDone');
        await launched;
        await client.stopped();
        const asks = lineOf(text, 'asks');
        await client.breakAt('/guest.S', [asks]);
        assert.equal((await client.go('continue')).threadId, 1);
        await client.breakAt('/guest.S', []);
        const stop = await stepTo(/^follow the software interrupt to web vCPU 1$/);
        assert.equal(stop.threadId, 2);
        assert.equal(stop.description, `the software interrupt that web vCPU 0 asked for at guest.S:${asks}`);
        assert.equal((await client.stack(2))[0]?.line, lineOf(text, 'on_trap') + 1);
      });
  }
});
