import assert from 'node:assert/strict';
import path from 'node:path';
import { afterEach, describe, it } from 'mocha';
import type { MemoryContent, Requests } from '../../debug-adapter/protocol';
import { moments } from '../panel/moments';
import { Client, root } from './client';

type Wanted = Partial<Requests['hyperstep/memory']['arguments']>;

describe('the view of memory', () => {
  let client: Client;
  afterEach(() => client?.request('disconnect'));

  const reach = async (moment: string): Promise<void> => {
    client = new Client();
    await moments[moment]?.reach(client);
  };
  const look = (wanted: Wanted): Promise<MemoryContent> =>
    client.own('hyperstep/memory', { threadId: 1, space: 'gva', address: 'pc', length: 64, ...wanted });
  const refusal = async (wanted: Wanted): Promise<string> => {
    const args = { threadId: 1, space: 'gva', address: 'pc', length: 64, ...wanted };
    const { success, message } = await client.send('hyperstep/memory', args);
    assert.equal(success, false);
    return message ?? '';
  };
  const bytesBy = async (memoryReference: string, count: number): Promise<string> => {
    const { data = '' } = await client.request<{ data?: string }>('readMemory', { memoryReference, count });
    return Buffer.from(data, 'base64').toString('hex');
  };

  for (const moment of ['full-user', 'hardware-user', 'four-servers'])
    it(`has the same bytes in all three spaces, which are those of readMemory: ${moment}`, async () => {
      await reach(moment);
      const virtual = await look({ length: 256 });
      assert.deepEqual(virtual.spaces, ['gva', 'gpa', 'hpa']);
      for (const { first, gpa, hpa, bytes, length } of virtual.pieces) {
        assert.ok(gpa && hpa && bytes);
        assert.equal(bytes, await bytesBy(first, length));
        for (const [space, address] of [
          ['gpa', gpa],
          ['hpa', hpa],
        ] as const) {
          const physical = await look({ space, address, length });
          assert.equal(physical.pieces[0]?.bytes, bytes, `${moment}: ${space}`);
          assert.equal(physical.pieces[0]?.bytes, await bytesBy(`${space}:${address}`, length));
          assert.equal(physical.pieces[0]?.gpa, gpa);
          assert.equal(physical.pieces[0]?.hpa, hpa);
        }
      }
      // An expression is guest-virtual, and followed to the space that is looked at.
      const followed = await look({ space: 'hpa', address: 'pc' });
      const { hpa } = await client.own('hyperstep/address', { threadId: 1, memoryReference: virtual.address });
      assert.equal(followed.address, hpa);
    });

  it('says of each byte which symbol it belongs to, in every space', async () => {
    await reach('full-user');
    const symbolsAt = async (wanted: Wanted) => (await look(wanted)).symbols.map(({ name }) => name);
    const { symbols } = await client.own('hyperstep/symbols', { threadId: 1, contains: 'TABLE', count: 10 });
    assert.deepEqual(
      symbols.map(({ name }) => name),
      ['build_page_table', 'next_table', 'root_table', 'tables'],
    );
    for (const space of ['gva', 'gpa', 'hpa'] as const) {
      assert.deepEqual(await symbolsAt({ space, address: 'root_table + 4080', length: 32 }), ['root_table', 'tables']);
      assert.deepEqual(await symbolsAt({ space, address: 'next_table + 4', length: 4 }), ['next_table']);
    }
    const [table] = (await look({ address: 'root_table' })).symbols;
    assert.equal(table?.size, 4096);
    assert.match(`${table?.source?.path}:${table?.source?.line}`, /paging\.S:\d+$/);
    const few = await client.own('hyperstep/symbols', { threadId: 1, contains: '', count: 2 });
    assert.ok(few.symbols.length === 2 && few.total > 10);
  });

  it('marks the guest’s tables with their entries, and what the VMM has made beside them', async () => {
    await reach('full-user');
    const marksAt = async (wanted: Wanted) =>
      (await look(wanted)).marks.map(
        ({ kind, first, last, text, maps }) => `${kind} ${first}-${last} ${maps}: ${text}`,
      );
    const guest = await marksAt({ address: 'root_table', length: 32 });
    const { entries } = await client.own('hyperstep/pageTable', { threadId: 1, path: [] });
    assert.equal(guest.length, 1 + entries.filter(({ index, guest }) => guest && index < 4).length);
    for (const { index, first, guest: entry } of entries)
      if (entry && index < 4)
        assert.ok(
          guest.some((text) => text.includes(` ${first}: entry ${index}, of ${first}: pointer to ${entry.target}`)),
        );
    const { shadow } = await client.own('hyperstep/pageTable', { threadId: 1, path: [] });
    const shown = await look({ space: 'hpa', address: shadow?.hpa ?? '' });
    assert.equal(shown.marks[0]?.kind, 'shadow table');
    assert.equal(shown.pieces[0]?.owner, 'the VMM');
    // A table that the walk of an address reads is a table here.
    const { guest: walk } = await client.own('hyperstep/translate', { threadId: 1, address: 'pc', access: 'execute' });
    for (const { level, pteAddress } of walk.steps) {
      const { marks } = await look({ space: 'gpa', address: pteAddress, length: 16 });
      assert.ok(marks.some(({ first, text }) => first === pteAddress && text.startsWith('entry ')));
      assert.ok(marks.some(({ text }) => text.includes(`of level ${level}`)));
    }
  });

  it('has the tables of both stages, under our VMM and of a hypervisor of the user’s own', async () => {
    await reach('hardware-user');
    const mine = await client.own('hyperstep/pageTable', { threadId: 1, path: [], stage: 'second' });
    const stage = await look({ space: 'hpa', address: mine.guest?.gpa ?? '' });
    assert.equal(stage.marks[0]?.kind, 'second-stage table');
    await client.request('disconnect');

    await reach('own-hypervisor');
    const own = await client.own('hyperstep/pageTable', { threadId: 1, world: 'VS', path: [], stage: 'second' });
    const second = await look({ world: 'HS', space: 'hpa', address: own.guest?.gpa ?? '', length: 32 });
    assert.deepEqual(second.spaces, ['gva', 'hpa']);
    const texts = second.marks.map(({ kind, text }) => `${kind}: ${text}`);
    assert.ok(
      texts.some((text) => /^second-stage table: the root, of level 2, VMID 5, root 0x/.test(text)),
      texts.join(),
    );
    assert.ok(texts.some((text) => /^second-stage table: entry 2, of 0x80000000: page rwxuad 0x80000000/.test(text)));
    const { guest } = await client.own('hyperstep/pageTable', { threadId: 1, world: 'VS', path: [], stage: 'first' });
    const first = await look({ world: 'VS', space: 'gpa', address: guest?.gpa ?? '', length: 32 });
    assert.deepEqual(first.spaces, ['gva', 'gpa', 'hpa']);
    assert.equal(first.marks[0]?.kind, 'guest table');
    assert.equal(first.marks[0]?.text, 'the root, of level 2, of VMID 5 on hart 0');
  });

  it('marks rings, descriptors and buffers where the driver has put them', async () => {
    await reach('disk-asked');
    const { devices } = await client.own('hyperstep/queues', { threadId: 1 });
    const [queue] = devices.find(({ name }) => name === 'virtio-blk')?.queues ?? [];
    assert.ok(queue);
    for (const [{ gpa, hpa }, text] of [
      [queue.descriptorTable, 'the descriptor table'],
      [queue.availableRing, 'the available ring'],
      [queue.usedRing, 'the used ring'],
    ] as const)
      for (const [space, address = ''] of [
        ['gpa', gpa],
        ['hpa', hpa],
      ] as const) {
        const { marks } = await look({ space, address, length: 16 });
        assert.ok(
          marks.some((mark) => mark.kind === 'queue' && mark.text.startsWith(text)),
          `${space} ${text}`,
        );
      }
    const ring = await look({ space: 'gpa', address: queue.availableRing.gpa, length: 4096 });
    const mark = ring.marks.find(({ text }) => text.startsWith('the available ring'));
    assert.equal(BigInt(mark?.last ?? 0) - BigInt(mark?.first ?? 0) + 1n, BigInt(6 + 2 * queue.size));
    for (const { gpa, length, index } of queue.descriptors) {
      const { marks } = await look({ space: 'gpa', address: gpa, length: 16 });
      const buffer = marks.find(({ text }) => text.startsWith(`the buffer of descriptor ${index},`));
      assert.ok(buffer);
      if (length < 16) assert.equal(BigInt(buffer.last) - BigInt(buffer.first) + 1n, BigInt(length));
    }
  });

  it('marks what is watched', async () => {
    await reach('full-user');
    const info = await client.request<{ dataId: string }>('dataBreakpointInfo', {
      name: 'next_table',
      asAddress: true,
    });
    await client.request('setDataBreakpoints', { breakpoints: [{ dataId: info.dataId, accessType: 'write' }] });
    const { marks } = await look({ address: 'next_table', length: 16 });
    const watched = marks.filter(({ kind }) => kind === 'watched');
    assert.equal(watched.length, 1);
    assert.match(watched[0]?.text ?? '', /^next_table .*: stops when it is written$/);
  });

  it('says why there is no memory: the level, the entry and its bit, or the device', async () => {
    await reach('full-user');
    const [unmapped] = (await look({ address: '0' })).pieces;
    assert.equal(unmapped?.bytes, undefined);
    assert.match(unmapped?.note ?? '', /level-0 entry at 0x8020f000, empty: V is 0: not valid/);
    assert.match((await look({ space: 'gpa', address: '0x10000000' })).pieces[0]?.note ?? '', /a register of uart/);
    assert.match((await look({ space: 'hpa', address: '0x1000000000' })).pieces[0]?.note ?? '', /no memory there/);
    assert.match((await look({ space: 'hpa', address: '0x100000000000000' })).pieces[0]?.note ?? '', /have 56 bits/);
    const end = await look({ address: '0xfffffffffffffff0', length: 64 });
    assert.equal(
      end.pieces.reduce((sum, { length }) => sum + length, 0),
      16,
    );
    await client.request('disconnect');

    await reach('own-hypervisor');
    const refused = (await look({ world: 'VS', space: 'gpa', address: '0x1000' })).pieces[0]?.note;
    assert.match(refused ?? '', /The second stage refuses it: .*level-0 entry.*U is clear/);
  });

  it('refuses what is no address, and says what would be one', async () => {
    await reach('full-user');
    assert.match(await refusal({ address: 'nope' }), /nothing is called 'nope'/);
    assert.match(await refusal({ address: ' ' }), /an address is wanted/);
    assert.match(await refusal({ address: '1 +' }), /./);
    assert.match(await refusal({ address: '0x10000000000000000' }), /more than the 64 bits/);
    assert.match(await refusal({ address: 'gpa:zero' }), /no memory reference/);
    assert.match(await refusal({ address: '(0)', space: 'hpa' }), /which leads to no such address: .*V is 0/);
    assert.match(await refusal({ length: 5000 }), /length/);
    assert.match(await refusal({ address: 'sp = 1' }), /changes nothing/);
    await client.request('disconnect');
    client = new Client();
    await client.launch(path.join(root, 'extension/sample/kernel.S'), { virtualization: 'none', stopOnEntry: true });
    await client.stopped();
    assert.match(await refusal({ space: 'gpa', address: '0x80200000' }), /the machine’s: there is no second stage/);
  });

  it('does not end in a circle of tables', async () => {
    await reach('full-user');
    // The root's third entry leads to the root.
    const { bytes = '' } = (await look({ address: 'root_table', length: 24 })).pieces[0] ?? {};
    const { gpa = '0x0' } = (await look({ address: 'root_table' })).pieces[0] ?? {};
    const pointer = (Number(gpa) / 4096) * 1024 + 1;
    const data = Buffer.alloc(8);
    data.writeUInt32LE(pointer, 0);
    await client.request('writeMemory', { memoryReference: `gpa:${gpa}`, offset: 16, data: data.toString('base64') });
    const { marks, pieces } = await look({ space: 'gpa', address: gpa, length: 24 });
    assert.notEqual(pieces[0]?.bytes, bytes);
    assert.ok(marks.some(({ text }) => text.includes(`entry 2, of 0x80000000: pointer to ${gpa}`)));
  });
});
