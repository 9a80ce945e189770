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
    const sections = new Set<string>();
    for (let more = true; more; ) {
      const { instruction, ...each } = await transition();
      for (const { name, section } of each.bits) if (name === 'mode') sections.add(section);
      found.push(`${instruction} - ${inShort(each)}`);
      more = found.length < 20;
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
      'csrr a0, hgatp - S to M: mstatus.TVM=1, medeleg[2]=0',
      'hfence.gvma - S to M: mstatus.TVM=1, medeleg[2]=0',
      'hfence.gvma - VS to M: mode=VS, medeleg[22]=0',
      'wfi - U to M: mode=U, medeleg[2]=0',
      'sfence.vma - U to M: mode=U, medeleg[2]=0',
      'rdtime a0 - VS to M: mcounteren.TM=1, hcounteren.TM=0, medeleg[22]=0',
    ]);
    assert.deepEqual([...sections].sort(), [
      'Hypervisor Memory-Management Fence Instructions',
      'Supervisor Memory-Management Fence Instruction',
      'Trap-Return Instructions',
      'Wait for Interrupt',
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

  it('tell of a hart that another has whose transition it was, in that one’s program', async () => {
    client = new Client();
    const guests = path.join(root, 'test/debug-adapter/guests/neighbours');
    const counter = path.join(guests, 'counter.S');
    const vm = (name: string) => ({
      program: path.join(guests, `${name}.S`),
      engine: 'hardware',
      defines: { LETTER: "'c'" },
    });
    const vms = { counter: vm('counter'), spinner: vm('spinner') };
    const scenario = { hosts: { h: { scheduler: { slice: '100us' }, vms } } };
    await client.request('initialize', { adapterID: 'hyperstep', clientID: 'test' });
    const launched = client.request('launch', { scenario, console: 'debugConsole', stopOnEntry: true });
    await client.event('initialized');
    await client.request('configurationDone');
    await launched;
    await client.stopped();
    const breakpoints = [{ line: lineOf(counter, /^print:/) + 2, condition: 's0 > 1000' }];
    await client.request('setBreakpoints', { source: { path: counter }, breakpoints });
    await client.go('continue');
    const ofThread = async (id: number): Promise<ModeTransition> =>
      (await client.own('hyperstep/rings', { threadId: id })).transition ?? assert.fail('no transition');
    const returned = await ofThread(1);
    assert.deepEqual([returned.of, returned.kind, returned.to], [undefined, 'return', 'VS']);
    assert.match(returned.source?.path ?? '', /counter\.S$/);
    assert.deepEqual(await ofThread(2), { ...returned, of: 'counter vCPU 0' });
    await client.go('stepIn');
    await client.go('stepIn');
    const trapped = await ofThread(1);
    assert.deepEqual([trapped.of, trapped.kind, trapped.instruction, trapped.to], [undefined, 'trap', 'ecall', 'HS']);
    assert.deepEqual(await ofThread(2), { ...trapped, of: 'counter vCPU 0' });
  });

  it('tell who has M-mode', async () => {
    client = new Client();
    const ofMachineMode = async (launch: object): Promise<string | undefined> => {
      await client.launch(cases, { virtualization: 'none', firmware: 'none', stopOnEntry: true, ...launch });
      await client.stopped();
      return (await rings()).modes[0]?.holds;
    };
    assert.equal(await ofMachineMode({}), 'your program, from reset');
    await client.request('disconnect');
    client = new Client();
    const bios = path.join(root, 'test/assembler/included/blob.bin');
    assert.equal(await ofMachineMode({ bios }), 'firmware of your own, from reset: the bios');
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
