import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import type { PageTableEntry } from '../../debug-adapter/protocol';
import { Client, type Frame, inVmm, root } from './client';

const sample = path.join(root, 'extension/sample');
const kernel = path.join(sample, 'kernel.S');
const lineOf = (pattern: RegExp): number =>
  readFileSync(kernel, 'utf8')
    .split('\n')
    .findIndex((line) => pattern.test(line)) + 1;

/** The story that the product is about, as any DAP client has it. */
describe('debugging the sample', () => {
  const client = new Client();
  const satpLine = lineOf(/^\s*csrw\s+satp,/);

  before(async () => {
    await client.launch(kernel, { breakpoints: [satpLine], disks: [{ file: 'disk.img' }] } as object);
  });
  after(() => client.request('disconnect'));

  it('stops at a breakpoint on csrw satp', async () => {
    const stop = await client.stopped();
    assert.equal(stop.reason, 'breakpoint');
    const [top] = await client.stack();
    assert.equal(top?.line, satpLine);
    assert.equal(top?.source?.path, kernel);
  });

  it('shows what the shadow maps while the guest’s paging is off', async () => {
    const { mode } = await client.own('hyperstep/pageTable', { threadId: 1, path: [] });
    assert.equal(mode, 'bare');
    const filled = (await leaves()).filter((entry) => entry.shadow);
    assert.ok(filled.length > 0);
    assertShadowIsRight(filled);
  });

  it('shows values beside the line', async () => {
    const [top] = await client.stack();
    const range = { path: kernel, startLine: 1, endLine: satpLine };
    const { values } = await client.own('hyperstep/inlineValues', { frameId: top?.id ?? 0, ...range });
    const text = values.find(({ line }) => line === satpLine)?.text ?? '';
    assert.match(text, /satp = Bare, shadow root 0x[0-9a-f]+, t0 = 0x8000000000080/);
  });

  it('steps into the VMM: its real source line on top, then the exit, then the guest', async () => {
    const stack = await client.step('stepIn');
    assert.ok(inVmm(stack[0]));
    const line = readFileSync(stack[0]?.source?.path ?? '', 'utf8').split('\n')[(stack[0]?.line ?? 1) - 1];
    assert.match(line ?? '', /yield\*? |step`/);
    const label = stack.findIndex((frame) => frame.presentationHint === 'label');
    assert.match(stack[label]?.name ?? '', /^VM exit #\d+: csrw satp, t0$/);
    assert.equal(stack[label + 1]?.line, satpLine);
  });

  it('names what the handler works with', async () => {
    const stack = await client.step('stepIn');
    assert.ok(inVmm(stack[0]));
    const outer = stack.find((frame) => frame.name.endsWith('handleTrap'));
    const variables = await client.scope('Handler', outer?.id);
    const pc = variables.get('pc');
    assert.match(pc?.value ?? '', /^0x802000[0-9a-f]{2} \(GVA\)$/);
    const parts = await client.children(pc?.variablesReference ?? 0);
    assert.deepEqual([...parts.keys()].slice(0, 2), ['GPA', 'HPA']);
    assert.equal(await client.evaluate('*(uint32_t *)pc', outer?.id), '0x18029073');
  });

  it('steps on through the handler and is back at the next instruction of the guest', async () => {
    const [top] = await throughVmm();
    assert.equal(top?.source?.path, kernel);
    assert.equal(top?.line, satpLine + 1);
  });

  it('enters the pager at an access to an unfilled page, and adds exactly its entry', async () => {
    const known = await shadowed();
    let stack = await client.stack();
    for (let steps = 0; !inVmm(stack[0]) && steps < 100; steps++) stack = await client.step('stepIn');
    const label = stack.find((frame) => frame.presentationHint === 'label');
    assert.match(label?.name ?? '', /^VM exit #\d+: \S+ page fault$/);
    await throughVmm();
    const added = [...(await shadowed())].filter((page) => !known.has(page));
    assert.equal(added.length, 1, added.join(', '));
    assertShadowIsRight(await leaves());
  });

  it('tells the fault of the kernel’s demand paging in its handler, and no more after it', async () => {
    const trap = path.join(sample, 'trap.S');
    const handler = readFileSync(trap, 'utf8')
      .split('\n')
      .findIndex((line) => line.startsWith('on_trap:'));
    await client.breakAt(trap, [handler + 1]);
    await client.go('continue');
    const inHandler = await client.own('hyperstep/worlds', { threadId: 1 });
    assert.match(inHandler.trap?.text ?? '', /^Store\/AMO page fault at 0x[0-9a-f]+, from S-mode at demand$/);
    await client.breakAt(trap, []);
    await client.breakAt(kernel, [lineOf(/^demand:/) + 1]);
    await client.go('continue');
    assert.equal((await client.own('hyperstep/worlds', { threadId: 1 })).trap, undefined);
  });

  it('reads a block through virtio-blk: the chain is in the queue', async () => {
    await client.breakAt(kernel, [lineOf(/^disk_read_done:/)]);
    await client.go('continue');
    const { devices } = await client.own('hyperstep/queues', { threadId: 1 });
    const [queue] = devices[0]?.queues ?? [];
    const read = queue?.chains.find((chain) => /^read sector 0, 512 bytes: OK$/.test(chain.request));
    assert.ok(queue && read, JSON.stringify(queue?.chains));
    assert.equal(read.state, 'used');
    for (const index of read.descriptors)
      assert.ok(queue.descriptors.find((each) => each.index === index)?.hpa, `descriptor ${index} lies in RAM`);
    assertShadowIsRight(await leaves());
  });

  it('has the exits in the ledger, with narration and changes', async () => {
    const { total, counts, exits } = await client.own('hyperstep/exits', { threadId: 1, count: 1000 });
    assert.equal(
      counts.reduce((sum, { count }) => sum + count, 0),
      total,
    );
    const satp = exits.find((exit) => exit.source?.path === kernel && exit.source.line === satpLine);
    assert.ok(satp?.changes.some((change) => change.kind === 'virtual CSR' && change.name === 'satp'));
    assert.ok((satp?.narration.length ?? 0) > 3);
  });

  it('explains a translation', async () => {
    const { guest, shadow, p2m, summary } = await client.own('hyperstep/translate', {
      threadId: 1,
      address: '0x80200000',
      access: 'execute',
    });
    assert.equal(guest.steps.length, 3);
    assert.ok(p2m?.hpa);
    assert.ok(shadow && 'address' in shadow.outcome && shadow.outcome.address === p2m.hpa, JSON.stringify(shadow));
    assert.match(summary, /without an exit/);
  });

  it('gives the exits of one kind, with SBI calls by their names', async () => {
    const { counts, exits } = await client.own('hyperstep/exits', { count: 1000, reasons: ['sbi-call'] });
    assert.ok(exits.length > 1 && exits.every(({ reason }) => reason === 'sbi-call'));
    assert.ok(counts.length > 1, 'the counts are of all');
    for (const { description } of exits)
      assert.match(description, /^ecall - SBI (DBCN|TIME|BASE|legacy) \w+, in U-mode/);
    const refused = await client.send('hyperstep/exits', { count: 5, reasons: ['sbi'] });
    assert.match(refused.message ?? '', /reasons\[0\] must be "privileged-instruction" or /);
  });

  it('shows the TLB by address space', async () => {
    const { entries } = await client.own('hyperstep/tlb', { threadId: 1 });
    assert.ok(entries.length > 0);
    assert.ok(entries.every(({ space }) => space));
  });

  it('runs on to its end', async () => {
    await client.breakAt(kernel, []);
    await client.request('continue', { threadId: 1 });
    assert.equal((await client.event('exited')).body.exitCode, 0);
    await client.event('terminated');
    assert.match(client.output, /^Hello from the guest kernel\.\nPaging is on\.\n/);
  });

  async function throughVmm(): Promise<Frame[]> {
    for (let steps = 0; steps < 500; steps++) {
      const stack = await client.step('stepIn');
      if (!inVmm(stack[0])) return stack;
    }
    throw new Error('500 steps, and still in the VMM');
  }

  async function leaves(way: number[] = []): Promise<PageTableEntry[]> {
    const table = await client.own('hyperstep/pageTable', { threadId: 1, path: way });
    const found = table.entries.map(async (entry) =>
      entry.guest?.kind === 'table' || entry.shadow?.kind === 'table' ? leaves([...way, entry.index]) : [entry],
    );
    return (await Promise.all(found)).flat();
  }

  async function shadowed(): Promise<Set<string>> {
    return new Set((await leaves()).filter((entry) => entry.shadow).map((entry) => entry.first));
  }
});

function assertShadowIsRight(leaves: readonly PageTableEntry[]): void {
  for (const { first, guest, shadow, expectedHpa, state } of leaves.filter((entry) => entry.shadow)) {
    assert.ok(guest && shadow, `${first} is mapped by the guest`);
    assert.equal(shadow.target, expectedHpa, `${first}: frame`);
    assert.ok(state === 'same' || state === 'narrower', `${first}: ${state}`);
    for (const permission of shadow.permissions.match(/[rwx]/g) ?? [])
      assert.ok(guest.permissions.includes(permission), `${first}: ${shadow.permissions} for ${guest.permissions}`);
  }
}

describe('debugging the sample with two stages', () => {
  it('shows every entry that the hardware reads, also where the TLB has an answer', async () => {
    const client = new Client();
    await client.launch(kernel, {
      breakpoints: [lineOf(/^disk_read_done:/)],
      virtualization: 'hardware',
      disks: [{ file: 'disk.img' }],
    } as object);
    await client.stopped();
    const { stages, tlb, p2m } = await client.own('hyperstep/translate', {
      threadId: 1,
      address: '0x80200000',
      access: 'execute',
    });
    assert.ok(tlb?.virtual && p2m?.hpa);
    const kinds = new Set(stages?.steps.map(({ stage }) => stage));
    assert.deepEqual([...kinds].sort(), ['G', 'VS']);
    assert.ok(stages?.steps.every(({ failed }) => !failed));
    assert.ok(stages?.outcome.includes(p2m.hpa), stages?.outcome);
    await client.request('disconnect');
  });
});
