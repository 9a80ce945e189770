import assert from 'node:assert/strict';
import path from 'node:path';
import { afterEach, describe, it } from 'mocha';
import { portedStart } from '../support/ported-guest';
import { Client, root } from './client';

const file = path.join(root, 'test/debug-adapter/guests/ported.S');
const text = `${portedStart}
        li      a0, PV_EVENT_VIRQ
        li      a1, 0
        hypercall PV_EVENT
        la      t1, user
        sd      t1, PV_WORD_SEPC(s3)
        sd      zero, PV_WORD_STATUS(s3)
        hypercall PV_IRET
user:   li      s5, 5
call:   ecall
        .balign 4
handler: ld     t3, PV_WORD_SCAUSE(t0)
done:   off
`;
const lineOf = (label: string): number => text.split('\n').findIndex((line) => line.startsWith(`${label}:`)) + 1;
const threadId = 1;

describe('a ported guest in the debugger', () => {
  let client: Client;
  afterEach(() => client.request('disconnect'));
  const launch = async (...breakpoints: number[]): Promise<void> => {
    client = new Client({ files: new Map([[file, text]]) });
    await client.launch(file, { virtualization: 'para', breakpoints });
    await client.stopped();
  };

  it('is stepped from its program into the VMM, which passes the system call on, and to its kernel', async () => {
    await launch(lineOf('call'));
    assert.equal((await client.scope('Registers')).get('privilege')?.value, 'U-mode');
    let [top] = await client.step('stepIn');
    assert.match(top?.source?.path ?? top?.source?.name ?? '', /\.ts$/);
    const told: string[] = [];
    for (let steps = 0; steps < 60 && (top?.source?.name ?? '').endsWith('.ts'); steps++) {
      told.push(top?.name ?? '');
      [top] = await client.step('stepIn');
    }
    assert.equal(top?.line, lineOf('handler'));
    assert.equal((await client.scope('Registers')).get('privilege')?.value, 'S-mode');
    const { exits } = await client.own('hyperstep/exits', { threadId, count: 1 });
    assert.equal(exits[0]?.reason, 'system-call');
  });

  it('has the words and ports of the page that it shares in a scope of their own', async () => {
    await launch(lineOf('done'));
    const page = await client.scope('Shared page');
    assert.match(page.get('scause')?.value ?? '', /^0x0*8\b|^8\b/);
    assert.equal(page.get('IE')?.value, '0');
    assert.ok((page.get('sepc')?.value ?? '').includes('call'));
    assert.equal(page.get('ports')?.value, '1');
    assert.ok(page.get('sepc')?.memoryReference);
  });

  it('shows its own tables, with what their frames are used as, in the kernel and in its programs', async () => {
    await launch(lineOf('call'), lineOf('done'));
    const ofProgram = await client.own('hyperstep/pageTable', { threadId, path: [] });
    await client.go('continue');
    const ofKernel = await client.own('hyperstep/pageTable', { threadId, path: [] });
    assert.notEqual(ofProgram.guest?.hpa, ofKernel.guest?.hpa);
    for (const table of [ofProgram, ofKernel]) {
      assert.equal(table.mode, 'sv39');
      assert.deepEqual(
        table.entries.map(({ index }) => index),
        [2, 511],
      );
      assert.match(table.entries[0]?.frame?.use ?? '', /^table1 × 2, 2|^table1 × 2, 3/);
      assert.equal(table.entries[1]?.frame?.use, "the VMM's");
    }
    const kernelPages = await client.own('hyperstep/pageTable', { threadId, path: [2, 1] });
    const own = kernelPages.entries.find(({ guest }) => guest?.permissions.includes('w'));
    assert.match(own?.frame?.use ?? '', /^ram × 1/);
    // Machine addresses and back.
    assert.ok(own?.frame?.gpa !== undefined && own.frame.gpa !== own.guest?.target);
  });

  it('is told where an address leads', async () => {
    await launch(lineOf('done'));
    const address = `0x${(0x80200000).toString(16)}`;
    const found = await client.own('hyperstep/translate', { threadId, address, access: 'read' });
    assert.match(found.summary, /by the guest’s own tables, which the hardware walks/);
    assert.equal(found.p2m?.gpa, address);
    assert.ok('address' in found.guest.outcome && found.guest.outcome.address === found.p2m?.hpa);
    const wrong = await client.own('hyperstep/translate', { threadId, address: '0x1000', access: 'write' });
    assert.match(wrong.summary, /store page fault|Store\/AMO page fault/i);
  });
});
