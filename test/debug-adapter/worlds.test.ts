import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, it } from 'mocha';
import { Client, root } from './client';

const guest = path.join(root, 'test/debug-adapter/guests/own-hypervisor.S');
const lines = readFileSync(guest, 'utf8').split('\n');
const lineOf = (label: string): number => lines.findIndex((line) => line.startsWith(`${label}:`)) + 1;
const threadId = 1;

for (const firmware of ['sbi', 'none'] as const) {
  describe(`a hypervisor of the user's own on the bare machine (firmware ${firmware})`, () => {
    let client: Client;
    afterEach(() => client.request('disconnect'));

    const launch = async (...breakpoints: number[]): Promise<void> => {
      client = new Client();
      const defines = firmware === 'none' ? { FIRMWARE_NONE: '1' } : {};
      await client.launch(guest, { virtualization: 'none', firmware, defines, breakpoints } as object);
      await client.stopped();
    };
    /** Stands in the handler of the trap number `count` from the guest. */
    const atTrap = async (count: number): Promise<void> => {
      await launch(lineOf('trap'));
      for (let i = 1; i < count; i++) await client.go('continue');
    };
    const worlds = async () => client.own('hyperstep/worlds', { threadId });

    it('calls modes by what they are, from when the guest is set up', async () => {
      await launch(lineOf('before'), lineOf('enter'), lineOf('no_user'));
      const name = async () => (await client.stack())[0]?.name.replace(/^.* \(|\)$/g, '');
      const privilege = async () => (await client.scope('Registers')).get('privilege')?.value;
      assert.deepEqual([await name(), await privilege()], ['before', 'S-mode']);
      await client.go('continue');
      assert.deepEqual([await name(), await privilege()], ['HS-mode', 'HS-mode']);
      await client.go('continue');
      assert.deepEqual([await name(), await privilege()], ['VS-mode of VMID 5', 'VS-mode']);
      const offered = (await worlds()).worlds;
      assert.deepEqual(
        offered.map(({ name, twoStages }) => [name, twoStages]),
        [
          ['VS', true],
          ['VU', true],
        ],
      );
    });

    it('has the guest’s exits, as the hardware tells them', async () => {
      await atTrap(1);
      const { total, counts, exits } = await client.own('hyperstep/exits', { threadId, count: 10 });
      assert.deepEqual([total, counts], [1, [{ reason: 'load-guest-page-fault', count: 1 }]]);
      const [exit] = exits;
      assert.equal(exit?.source?.line, lineOf('no_user'));
      assert.equal(
        exit?.description,
        'ld a0, 8(t0) - load guest-page fault at 0x5008 (GPA 0x1008), in VS-mode of VMID 5',
      );
      for (let i = 1; i < 4; i++) await client.go('continue');
      const all = await client.own('hyperstep/exits', { count: 10 });
      assert.equal(all.total, 4);
      const stores = await client.own('hyperstep/exits', { count: 10, reasons: ['store-guest-page-fault'] });
      assert.deepEqual(
        stores.exits.map(({ source }) => source?.line),
        [lineOf('no_write')],
      );
    });

    it('stops at the guest’s exits, all or some', async () => {
      await launch(lineOf('enter'));
      const filter = (condition?: string) =>
        client.request('setExceptionBreakpoints', {
          filters: [],
          filterOptions: [{ filterId: 'exit', ...(condition === undefined ? {} : { condition }) }],
        });
      await filter();
      assert.equal((await client.go('continue')).description, 'VM exit: load-guest-page-fault');
      await filter('store-guest-page-fault');
      await client.go('continue');
      const { exits } = await client.own('hyperstep/exits', { count: 1 });
      assert.equal(exits[0]?.source?.line, lineOf('no_write'));
    });

    it('keeps the guest in the stack on the handler’s whole way', async () => {
      await atTrap(1);
      for (let steps = 0; steps < 8; steps++) {
        const stack = await client.stack();
        if (stack[0]?.name.includes('VS-mode')) break;
        assert.ok(
          stack.some(({ line }) => line === lineOf('no_user')),
          `${stack[0]?.name} at line ${stack[0]?.line}`,
        );
        await client.go('next');
      }
    });

    it('names the bit that the second stage lacks', async () => {
      await atTrap(1);
      const { worlds: offered, trap } = await worlds();
      assert.deepEqual(
        offered.map(({ name }) => name),
        ['VS', 'HS', 'VU'],
      );
      assert.deepEqual(
        [trap?.cause, trap?.world, trap?.address, trap?.access],
        ['Load guest-page fault', 'VS', '0x5008', 'read'],
      );
      assert.equal(trap?.gpa, '0x1008');
      assert.match(trap?.text ?? '', /^Load guest-page fault at 0x5008, GPA 0x1008, from VS-mode at no_user$/);
      const { fault, summary, stages } = trap?.now ?? assert.fail();
      assert.equal(fault?.owner, 'hypervisor');
      assert.match(
        summary,
        /^A load at 0x5008 in VS-mode faults in the second stage, which is the hypervisor’s: Load guest-page fault for GPA 0x1008; the second stage’s level-0 entry at 0x[0-9a-f]+, page rwad 0x[0-9a-f]+: U is clear: every guest access needs U=1 in the second stage\.$/,
      );
      assert.equal(stages?.steps.filter(({ failed }) => failed).length, 1);
      assert.doesNotMatch(summary, /own fault/);
    });

    it('says so also where the second stage refuses an entry of the guest’s own table', async () => {
      await atTrap(2);
      const { trap } = await worlds();
      assert.equal(trap?.gpa, '0x2000');
      assert.equal(trap?.now.fault?.owner, 'hypervisor');
      assert.match(
        trap?.now.summary ?? '',
        /Load guest-page fault for GPA 0x2000; reading the guest’s level-1 entry at GPA 0x2000, the second stage’s level-0 entry at 0x[0-9a-f]+, empty: V is 0: not valid\.$/,
      );
    });

    it('names the permission that is missing', async () => {
      await atTrap(3);
      const { trap } = await worlds();
      assert.equal(trap?.cause, 'Store/AMO guest-page fault');
      assert.match(trap?.now.summary ?? '', /page ruad 0x[0-9a-f]+: W is clear\.$/);
      const load = await client.own('hyperstep/translate', { threadId, address: '0x6010', access: 'read' });
      assert.equal(load.fault, undefined);
      assert.match(load.summary, /^A load at 0x6010 in VS-mode reaches 0x[0-9a-f]+010/);
    });

    it('shows the tables of both stages, and of the hypervisor', async () => {
      await atTrap(1);
      const first = await client.own('hyperstep/pageTable', { threadId, path: [] });
      assert.deepEqual([first.mode, first.stage, first.space], ['sv39', 'first', 'VS-mode, ASID 7, VMID 5']);
      assert.deepEqual(
        first.entries.map(({ index, expectedHpa, reason }) => [index, expectedHpa !== undefined, reason]),
        [
          [0, true, undefined],
          [1, false, 'the second stage refuses GPA 0x2000'],
          [2, true, undefined],
        ],
      );
      const pages = await client.own('hyperstep/pageTable', { threadId, path: [0, 0] });
      assert.equal(pages.entries[0]?.reason, 'the second stage refuses GPA 0x1000');
      const second = await client.own('hyperstep/pageTable', { threadId, path: [], stage: 'second' });
      assert.deepEqual([second.mode, second.stage], ['sv39', 'second']);
      assert.match(second.space, /VMID 5/);
      const last = await client.own('hyperstep/pageTable', { threadId, path: [0, 0], stage: 'second' });
      assert.deepEqual(
        last.entries.map(({ index, first: gpa, state, reason }) => [index, gpa, state, reason]),
        [
          [1, '0x1000', 'refused', 'U is clear: every guest access needs U=1 in the second stage'],
          [3, '0x3000', 'unshadowed', undefined],
        ],
      );
      const own = await client.own('hyperstep/pageTable', { threadId, path: [], world: 'HS' });
      assert.deepEqual([own.mode, own.stage, own.space], ['bare', 'only', 'HS-mode, satp Bare']);
      const refused = await client.send('hyperstep/pageTable', { threadId, path: [], world: 'HS', stage: 'second' });
      assert.match(refused.message ?? '', /one stage of translation only/);
      assert.equal((await client.send('hyperstep/pageTable', { threadId, path: [], world: 'S' })).success, false);
    });

    it('has the guest below the handler in its stack, and looks into its memory', async () => {
      await atTrap(1);
      const stack = await client.stack();
      assert.deepEqual(
        stack.map(({ name, line }) => [name, line]),
        [
          ['trap (HS-mode)', lineOf('trap')],
          ['no_user (interrupted in VS-mode of VMID 5)', lineOf('no_user')],
        ],
      );
      await client.evaluate('*(long *)(data + 0x20) = 0x1234');
      assert.equal(await client.evaluate('*(long *)0x80200000 != 0', stack[1]?.id), '1');
    });

    it('shifts the guest physical address in htval', async () => {
      await atTrap(1);
      assert.equal((await client.scope('CSRs')).get('htval')?.value, '0x402 (GPA 0x1008)');
      assert.match((await client.scope('CSRs')).get('hgatp')?.value ?? '', /\(Sv39x4, VMID 5, root 0x[0-9a-f]+\)$/);
      assert.match((await client.scope('CSRs')).get('vsatp')?.value ?? '', /\(Sv39, ASID 7, root 0x[0-9a-f]+\)$/);
    });

    it('shows in the TLB what both stages allow', async () => {
      await launch(lineOf('own'));
      const { entries } = await client.own('hyperstep/tlb', { threadId });
      const entry = entries.find(({ va }) => va === '0x6000');
      assert.deepEqual(
        [entry?.permissions, entry?.stages, entry?.gpa],
        ['rad', { first: 'rwad', second: 'ruad' }, '0x3000'],
      );
      assert.deepEqual(entry?.virtual, { vmid: 5 });
    });

    it('leaves a fault of the guest’s own to the guest', async () => {
      await launch(lineOf('guest_trap'));
      const { worlds: offered, trap } = await worlds();
      assert.deepEqual(offered[0]?.name, 'VS');
      assert.deepEqual([trap?.cause, trap?.world, trap?.address], ['Load page fault', 'VS', '0x700']);
      assert.equal(trap?.now.fault?.owner, 'guest');
      assert.match(
        trap?.now.summary ?? '',
        /is the guest’s own fault: Load page fault; the guest’s level-0 entry at GPA 0x[0-9a-f]+, empty: V is 0: not valid\.$/,
      );
      const [, interrupted] = await client.stack();
      assert.equal(interrupted?.name, 'own (interrupted in VS-mode of VMID 5)');
    });

    it('looks at what hlv meant as the guest', async () => {
      const hlv = lines.findIndex((line) => line.includes('hlv.d')) + 1;
      await launch(hlv);
      await client.evaluate('t2 = 0x5000');
      await client.breakAt(guest, [lineOf('trap')]);
      await client.go('continue');
      const { worlds: offered, trap } = await worlds();
      assert.equal(offered[0]?.name, 'VS');
      assert.deepEqual([trap?.world, trap?.address, trap?.gpa], ['VS', '0x5000', '0x1000']);
      assert.match(trap?.now.fault?.why ?? '', /U is clear: every guest access needs U=1 in the second stage$/);
      // It was executed by the hypervisor all the same.
      assert.match((await client.stack())[1]?.name ?? '', /\(interrupted in HS-mode\)$/);
    });

    if (firmware === 'none')
      it('offers what M-mode’s trap came from, and the guest below that', async () => {
        await launch(lineOf('machine_trap'));
        const { worlds: offered } = await worlds();
        assert.deepEqual(
          offered.map(({ name }) => name),
          ['M', 'HS', 'VS', 'VU'],
        );
        assert.equal((await client.stack())[0]?.name, 'machine_trap (M-mode)');
        const { space } = await client.own('hyperstep/pageTable', { threadId, path: [] });
        assert.equal(space, 'M-mode, which has no paging');
      });

    it('changes nothing by looking', async () => {
      await atTrap(1);
      const before = client.stateHash;
      for (const { name, twoStages } of (await worlds()).worlds) {
        for (const access of ['read', 'write', 'execute'] as const)
          for (const address of ['0x5008', '0x40000000', '0xffffffff80000000', '0x7fffffffffffffff', '0'])
            await client.own('hyperstep/translate', { threadId, world: name, address, access });
        await client.own('hyperstep/pageTable', { threadId, world: name, path: [0] });
        if (twoStages)
          await client.own('hyperstep/pageTable', { threadId, world: name, path: [2047], stage: 'second' });
      }
      assert.equal(client.stateHash, before);
    });
  });
}
