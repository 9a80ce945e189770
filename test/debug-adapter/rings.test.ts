import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, it } from 'mocha';
import type { ModeTransition, Rings } from '../../debug-adapter/protocol';
import { Client, root } from './client';

const threadId = 1;
const kernel = path.join(root, 'extension/sample/kernel.S');
const cases = path.join(root, 'test/debug-adapter/guests/deciding-bits.S');

const lineOf = (file: string, text: RegExp): number =>
  readFileSync(file, 'utf8')
    .split('\n')
    .findIndex((line) => text.test(line)) + 1;

const inShort = ({ from, to, bits }: ModeTransition): string =>
  `${from} to ${to}: ${bits.map(({ name, value }) => `${name}=${value}`).join(', ')}`;

describe('rings', () => {
  let client: Client;
  afterEach(() => client.request('disconnect'));

  const rings = (): Promise<Rings> => client.own('hyperstep/rings', { threadId });
  const transition = async (): Promise<ModeTransition> => (await rings()).transition ?? assert.fail('no transition');

  it('name the bits that made an instruction trap, and those that say who takes it', async () => {
    client = new Client();
    const breakpoints = [lineOf(cases, /^trap:/)];
    await client.launch(cases, { virtualization: 'none', firmware: 'none', breakpoints });
    await client.stopped();
    const found: string[] = [];
    for (let more = true; more; ) {
      const { instruction, ...each } = await transition();
      found.push(`${instruction} - ${inShort(each)}`);
      more = found.length < 15;
      if (more) await client.go('continue');
    }
    assert.deepEqual(found, [
      'csrr a0, satp - S to M: mstatus.TVM=1, medeleg[2]=0',
      'sfence.vma - S to M: mstatus.TVM=1, medeleg[2]=0',
      'sret - S to M: mstatus.TSR=1, medeleg[2]=0',
      'wfi - S to M: mstatus.TW=1, medeleg[2]=0',
      'csrr a0, sstatus - U to M: sstatus[9:8]=1, medeleg[2]=0',
      'sret - U to M: mode=U, medeleg[2]=0',
      'mret - S to M: mode=S, medeleg[2]=0',
      'rdcycle a0 - S to M: mcounteren.CY=0, medeleg[2]=0',
      'csrr a0, satp - VS to M: hstatus.VTVM=1, medeleg[22]=0',
      'sfence.vma - VS to M: hstatus.VTVM=1, medeleg[22]=0',
      'sret - VS to M: hstatus.VTSR=1, medeleg[22]=0',
      'wfi - VS to M: hstatus.VTW=1, medeleg[22]=0',
      'csrr a0, hgatp - VS to M: hgatp[9:8]=2, medeleg[22]=0',
      'ecall - VU to M: medeleg[8]=0',
      'rdtime a0 - VS to M: mcounteren.TM=1, hcounteren.TM=0, medeleg[22]=0',
    ]);
    // The return to the next case, before its instruction is executed.
    await client.request('setBreakpoints', { source: { path: cases }, breakpoints: [] });
    const { modes, cpus } = await rings();
    assert.deepEqual(
      modes.map(({ name }) => name),
      ['M', 'HS', 'VS', 'VU', 'U'],
    );
    assert.deepEqual([cpus[0]?.real, cpus[0]?.virtual], ['M', undefined]);
  });

  it('tell a deprivileged guest’s real mode from what it believes', async () => {
    client = new Client();
    await client.launch(kernel, { virtualization: 'full', breakpoints: [lineOf(kernel, /csrw\s+sscratch, sp/)] });
    await client.stopped();
    const before = await rings();
    assert.deepEqual([before.cpus[0]?.real, before.cpus[0]?.virtual], ['U', 'S']);
    await client.go('next');
    await client.go('stepIn');
    const trapped = await rings();
    assert.deepEqual([trapped.cpus[0]?.real, trapped.cpus[0]?.virtual], ['HS', 'S']);
    assert.equal(inShort(await transition()), 'U to HS: mode=U, medeleg[2]=1, V=0');
    await client.go('stepOut');
    const after = await rings();
    assert.deepEqual([after.cpus[0]?.real, after.cpus[0]?.virtual], ['U', 'U']);
    assert.equal(inShort(await transition()), 'HS to U: sstatus.SPP=0 (U), hstatus.SPV=0');
    assert.deepEqual(after.transition?.believed, { from: 'S', to: 'U', text: 'a return from its own handler' });
    assert.equal(after.transition?.exit?.reason, 'privileged-instruction');
  });

  it('follow a guest in VS-mode out of the machine and back, and where nothing comes out', async () => {
    client = new Client();
    const trap = path.join(root, 'extension/sample/trap.S');
    await client.launch(kernel, { virtualization: 'hardware', stopOnEntry: true });
    await client.stopped();
    assert.equal((await rings()).transition, undefined, 'nothing has happened yet');
    await client.go('stepIn');
    assert.equal(inShort(await transition()), 'VS to HS: medeleg[20]=1, hedeleg[20]=0');
    await client.go('stepOut');
    assert.equal(inShort(await transition()), 'HS to VS: sstatus.SPP=1 (S), hstatus.SPV=1');
    assert.equal((await transition()).believed?.text, 'nothing');
    await client.breakAt(trap, [lineOf(trap, /^on_trap:/) + 1]);
    await client.go('continue');
    const page = await transition();
    assert.equal(page.cause, 'Store/AMO page fault');
    assert.equal(inShort(page), 'VS to VS: medeleg[15]=1, hedeleg[15]=1');
    assert.equal(page.exit, undefined, 'the hypervisor never heard of it');
    assert.equal(page.symbol, 'demand');
  });

  it('change nothing by being asked', async () => {
    client = new Client();
    await client.launch(kernel, { virtualization: 'full', breakpoints: [lineOf(kernel, /csrw\s+satp/)] });
    await client.stopped();
    const hash = client.stateHash;
    await rings();
    await client.own('hyperstep/controlState', { threadId });
    await client.own('hyperstep/translate', { threadId, address: 'pc', access: 'execute' });
    assert.equal(client.stateHash, hash);
  });
});
