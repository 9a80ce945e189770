import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import type {
  ControlState,
  Exits,
  MemoryContent,
  Rings,
  RunCost,
  StageStep,
  VirtioDevice,
} from '../../debug-adapter/protocol';
import type { KeptRun } from '../../extension/views/messages';
import { type AskedMemory, type Loaded, nothingAsked, type PageId } from '../../extension/webview/panel/page';
import { panelPages } from '../../extension/webview/panel/pages';
import { placesBefore, waitingIn } from '../../extension/webview/panel/pages/queue-ring';
import { stageGrid } from '../../extension/webview/panel/stage-grid';
import { moments } from './moments';
import { type Followed, Rendered, textOf } from './rendered';

function recorded<Data>(moment: string, id: PageId): Data {
  return JSON.parse(readFileSync(`test/panel/golden/${moment}.json`, 'utf8'))[id];
}

function pageOf(id: PageId, data: unknown): Loaded {
  const page = panelPages.find((each) => each.id === id);
  if (!page) throw new Error(`there is no page ${id}`);
  return page.of(data);
}

const drawn = (moment: string, id: PageId): Rendered => new Rendered(pageOf(id, recorded(moment, id)));

describe('pages of the machine panel', () => {
  it('are drawn from every moment, the same each time, with a name for whatever can be pressed', () => {
    for (const moment of Object.keys(moments))
      for (const { id } of panelPages) {
        const page = drawn(moment, id);
        assert.ok(page.text.length > 50, `${moment}: ${id}`);
        assert.equal(page.text, drawn(moment, id).text);
        for (const { props, children } of page.all(({ tag }) => tag === 'button'))
          assert.ok(children.length > 0 && (props['title'] !== '' || props['aria-label']), `${moment}: ${id}`);
      }
  });

  it('say what has changed since the stop before, and nothing where nothing has', () => {
    for (const moment of Object.keys(moments))
      for (const { id } of panelPages) {
        const data = pageOf(id, recorded(moment, id));
        assert.equal(data.news(data), undefined, `${moment}: ${id}`);
        const again = new Rendered(data, data);
        assert.equal(again.all(({ props }) => props['class'] === 'mark changed').length, 0, `${moment}: ${id}`);
      }
  });

  describe('memory', () => {
    interface Memory {
      asked: AskedMemory;
      content?: MemoryContent;
    }

    /** What a link asks of this page. */
    const askedOf = (link: Followed | undefined): AskedMemory => {
      assert.equal(link?.kind, 'memory');
      return (link.to as { memory: AskedMemory }).memory;
    };

    it('has a row for 16 bytes, as digits and as characters, with what begins there', () => {
      const { content } = recorded<Memory>('full-user', 'memory');
      const page = drawn('full-user', 'memory');
      const rows = page.rows('Bytes').filter((cells) => cells.length === 3);
      assert.equal(rows.length, 32);
      const all = rows.map(([, bytes = '']) => bytes.replace(/ /g, '')).join('');
      assert.equal(all, content?.pieces.map(({ bytes }) => bytes).join(''));
      // What begins in a row stands above it.
      const every = page.rows('Bytes').map((cells) => cells.join(' '));
      const root = every.findIndex((text) => text.startsWith('root_table'));
      assert.match(every[root] ?? '', /root_table 4,096 bytes paging\.S:\d+/);
      assert.match(every[root] ?? '', /guest table: entry 0, of 0x0: pointer to 0x/);
      const symbol = content?.symbols.find(({ name }) => name === 'root_table');
      assert.ok(symbol && every[root + 1]?.startsWith(symbol.first));
      assert.match(page.text, /a page table of the guest’s/);
    });

    it('leads to the tables, to the queues, to other spaces, to sources and to symbols', () => {
      const page = drawn('full-user', 'memory');
      page.press(/^guest table: entry 1/);
      page.press(/^in Page Tables/);
      page.press(/^HPA 0x/);
      page.press(/^paging\.S/);
      page.press(/^build_page_table/);
      assert.deepEqual(
        page.followed.map(({ kind }) => kind),
        ['addressSpaces', 'tables', 'memory', 'source', 'memory'],
      );
      assert.deepEqual(page.followed[0]?.to, { address: '0x40000000', access: 'read' });
      const [, , inMachine] = page.followed;
      assert.equal(askedOf(inMachine).space, 'hpa');
      const disk = drawn('disk-asked', 'memory');
      disk.press(/^the descriptor table of queue 0 of virtio-blk/);
      disk.press(/^Later/);
      assert.equal(disk.followed[0]?.kind, 'queues');
      const { content } = recorded<Memory>('disk-asked', 'memory');
      const next = BigInt(content?.pieces[0]?.first ?? 0) + 512n;
      const later = askedOf(disk.followed[1]);
      assert.deepEqual([later.space, BigInt(later.address)], ['hpa', next]);
    });

    it('offers the spaces that there are, in any of the modes that can be chosen', () => {
      const offered = (page: Rendered): unknown[] =>
        page
          .all(({ tag }) => tag === 'option')
          .map(({ props }) => props['value'])
          .filter((value) => /^[gh].a$/.test(String(value)));
      assert.deepEqual(offered(drawn('full-user', 'memory')), ['gva', 'gpa', 'hpa']);
      const bare = recorded<Memory>('full-user', 'memory');
      assert.ok(bare.content);
      bare.content.spaces = ['gva', 'hpa'];
      assert.deepEqual(offered(new Rendered(pageOf('memory', bare))), ['gva', 'hpa']);
      const own = recorded<Memory>('two-guests', 'memory');
      assert.deepEqual(own.content?.spaces, ['gva', 'hpa']);
      assert.deepEqual(offered(new Rendered(pageOf('memory', own))), ['gva', 'gpa', 'hpa']);
    });

    it('says which bit of which stage has no memory', () => {
      const page = drawn('own-hypervisor', 'memory');
      assert.match(page.text, /The second stage refuses it: .*level-0 entry.*U is clear/);
    });

    it('marks bytes that are not what they were, where the same memory was shown', () => {
      const before = recorded<Memory>('full-user', 'memory');
      const now = structuredClone(before);
      const [piece] = now.content?.pieces ?? [];
      assert.ok(piece?.bytes);
      piece.bytes = `ffee${piece.bytes.slice(4)}`;
      const page = new Rendered(pageOf('memory', now), pageOf('memory', before));
      const changed = page.all(({ props }) => String(props['class']).split(' ').includes('changed'));
      assert.equal(textOf(changed[0] ?? assert.fail()).trim(), 'ff ee');
      assert.equal(pageOf('memory', now).news(pageOf('memory', before)), '2 bytes of what is shown changed');
      // In another space, or in other eyes, it is other memory.
      assert.ok(before.content);
      before.content.space = 'hpa';
      assert.equal(pageOf('memory', now).news(pageOf('memory', before)), undefined);
    });
  });

  describe('rings', () => {
    it('tell where a CPU is really and what it believes, and lead to the source', () => {
      const page = drawn('full-trapped', 'rings');
      const [cpu] = page.rows('CPUs');
      assert.deepEqual(cpu?.slice(0, 5), ['vCPU 0', 'HS', 'S', '0', 'running']);
      const says = page
        .all(({ tag, props }) => tag === 'svg' && props['aria-hidden'] === undefined)
        .map(({ props }) => props['aria-label']);
      assert.deepEqual(says, [
        'RISC-V, V = 0: v0 in HS',
        'RISC-V, V = 1: a guest: nobody is there',
        'what guests believe: v0 in S',
        'x86: VMX root: v0 in ring 0',
        'x86: VMX non-root: nobody is there',
      ]);
      page.press(/^kernel\.S:\d+/);
      assert.match(JSON.stringify(page.followed), /"kind":"source".*extension\/sample\/kernel\.S/);
      page.press(/VM exit #\d+/);
      assert.equal(page.followed.at(-1)?.kind, 'exits');
    });

    it('name the bits in the order in which they are asked', () => {
      const bits = drawn('own-hypervisor', 'rings').rows('The bits that decided it');
      assert.deepEqual(
        bits.map(([name, value]) => `${name} = ${value}`),
        ['medeleg[21] = 1', 'hedeleg[21] = 0'],
      );
    });

    it('mark the CPU that has moved', () => {
      const before = recorded<Rings>('full-user', 'rings');
      const now = pageOf('rings', recorded('full-trapped', 'rings'));
      const page = new Rendered(now, pageOf('rings', before));
      assert.match(page.rows('CPUs')[0]?.[0] ?? '', /changed/);
      assert.equal(now.news(pageOf('rings', before)), 'trap from U to HS: Illegal instruction');
    });
  });

  describe('address spaces', () => {
    it('show the walk through two stages as its grid, and the cell and bit that refuse', () => {
      const page = drawn('own-hypervisor', 'addressSpaces');
      const rows = page.rows('The walk through two stages');
      assert.deepEqual(
        rows.map(([of]) => of),
        ['VS level 2', 'VS level 1', 'VS level 0', 'the page'],
      );
      const [, ...cells] = rows.at(-1) ?? [];
      assert.equal(cells.filter((cell) => cell.includes('✕')).length, 1);
      assert.match(cells[2] ?? '', /U is clear: every guest access needs U=1.*✕/);
      assert.equal(cells.at(-1), 'none: this is the page');
      assert.match(page.text, /not reached/);
    });

    it('hold the shadow against the guest’s table and P2M', () => {
      const page = drawn('full-trapped', 'addressSpaces');
      assert.match(page.text, /same The shadow says the same/);
      assert.match(page.text, /guest’s table, then P2M0x8180003a/);
    });

    it('take another address, and keep the form where it means nothing', () => {
      const asked = { worlds: [], world: 'S', address: 'nothing', access: 'read', problem: 'nothing is not defined' };
      const page = new Rendered(pageOf('addressSpaces', asked));
      assert.match(page.text, /nothing is not defined/);
      const [input] = page.all(({ tag }) => tag === 'input');
      assert.equal(input?.props['defaultValue'], 'nothing');
      page.press(/back to what the machine stands at/);
      assert.deepEqual(page.followed, [{ kind: 'addressSpaces', to: { address: '' } }]);
    });
  });

  describe('control state', () => {
    it('has RISC-V’s, Intel’s and AMD’s names of the same in one row', () => {
      const page = drawn('hardware-fault', 'controlState');
      const controls = page.all(({ tag }) => tag === 'tr').map((row) => row);
      assert.ok(controls.length > 20);
      const rows = page.rows('What is allowed to it, and what exits: the VM-execution and VM-entry controls');
      const hgatp = rows.find(([name]) => name?.startsWith('hgatp'));
      assert.match(hgatp?.[1] ?? '', /Sv39x4/);
      assert.match(hgatp?.[2] ?? '', /EPT pointer/);
      assert.match(hgatp?.[3] ?? '', /nCR3/);
    });

    it('is records of the VMM’s under full virtualization', () => {
      const { registers, records } = recorded<ControlState>('full-user', 'controlState');
      const virtual = registers.filter(({ place }) => place === 'VMM').map(({ name }) => name);
      assert.ok(virtual.includes('satp') && virtual.includes('sepc'));
      assert.ok(records.some(({ name, value }) => name === 'virtual privilege' && value === 'U-mode'));
      // The hardware's satp is another one: the shadow's root.
      const satps = registers.filter(({ name }) => name === 'satp').map(({ value }) => value);
      assert.equal(new Set(satps).size, 2);
    });

    it('marks what a step has changed', () => {
      const before = recorded<ControlState>('full-user', 'controlState');
      const [first, ...rest] = before.registers;
      const now = { ...before, registers: [{ ...first, value: '0x7' }, ...rest] };
      assert.equal(
        pageOf('controlState', now).news(pageOf('controlState', before)),
        `1 of ${before.registers.length} registers changed`,
      );
    });
  });

  describe('the timeline', () => {
    it('has the guests of an own hypervisor by short names, says which they are, and where a hart went on', () => {
      const page = drawn('two-guests', 'timeline');
      assert.match(page.text, /1: VMID 3 is VMID 3, root 0x[0-9a-f]+/);
      assert.match(page.text, /in your hypervisor/);
      assert.doesNotMatch(page.text, /in the VMM/);
      const rows = page.rows('Exits of this part');
      assert.equal(rows.length, 7);
      const [last, before] = rows;
      assert.deepEqual([last?.[2], before?.[2]], ['1: VMID 3', '2: VMID 4']);
      assert.equal(before?.[3], 'virtual-supervisor-ecall; then the hart entered 1: VMID 3');
      // Its hypervisor stands at the last one: nobody knows yet where it goes on.
      assert.equal(last?.[3], 'virtual-supervisor-ecall');
      page.press(/two-guests\.S/);
      assert.equal(page.followed[0]?.kind, 'source');
    });

    it('says of the VMM’s guests what it has drawn', () => {
      const page = drawn('four-servers', 'timeline');
      assert.match(page.text, /ready, without a hart/);
      assert.doesNotMatch(page.text, /your hypervisor/);
    });
  });

  describe('two runs beside each other', () => {
    interface Costs {
      cost: RunCost;
    }
    const keptRun = (cost: RunCost, isKept = true): KeptRun => {
      return { session: 'a', name: 'first', when: 'The guest powered off.', isKept, cost };
    };
    const beside = (compared?: KeptRun): Rendered =>
      new Rendered(pageOf('exits', recorded('full-user', 'exits')), undefined, nothingAsked, compared);

    it('are told from where they come, and by how much they differ', () => {
      const { cost } = recorded<Costs>('full-user', 'exits');
      const other = recorded<Costs>('hardware-user', 'exits').cost;
      const page = beside(keptRun(other));
      assert.match(page.text, /A, “first” ?kernel\.S, virtualization hardware\. The guest powered off\./);
      assert.match(page.text, /B, this run ?kernel\.S, virtualization full\./);
      assert.doesNotMatch(page.text, /different programs/);
      const number = (text = ''): number => Number(text.replace(/,/g, ''));
      const [instructions] = page.rows('Two runs');
      assert.deepEqual(instructions?.slice(1, 3).map(number), [other.instructions, cost.instructions]);
      const reasons = page.rows('Exits of two runs by reason');
      const all = new Set([other, cost].flatMap(({ exits }) => exits?.counts.map(({ reason }) => reason) ?? []));
      assert.deepEqual(new Set(reasons.map(([reason]) => reason)), all);
      for (const [reason, , a, b] of reasons) {
        assert.equal(number(a), other.exits?.counts.find((each) => each.reason === reason)?.count ?? 0);
        assert.equal(number(b), cost.exits?.counts.find((each) => each.reason === reason)?.count ?? 0);
      }
    });

    it('say that they are of different programs, that they are the same, and that there is no other', () => {
      const { cost } = recorded<Costs>('full-user', 'exits');
      assert.match(beside(keptRun({ ...cost, program: 'other.S' })).text, /different programs/);
      const same = beside(keptRun(cost)).rows('Exits of two runs by reason');
      assert.ok(same.every((cells) => cells.at(-1) === 'same'));
      const { exits: _, ...withoutExits } = cost;
      assert.match(beside(keptRun(withoutExits)).rows('Two runs').at(-1)?.join(' ') ?? '', /^exits 0 [\d,]+ \+[\d,]+$/);
      const alone = beside();
      assert.match(alone.text, /No other run of this window is known yet/);
      alone.press(/^Keep this run/);
      assert.deepEqual(alone.followed, [{ kind: 'keep', to: cost }]);
      const kept = beside(keptRun(cost));
      kept.press(/^Forget/);
      assert.deepEqual(kept.followed, [{ kind: 'keep', to: null }]);
      // What has ended by itself was not kept, and cannot be forgotten.
      assert.throws(() => beside(keptRun(cost, false)).press(/^Forget/), /there is no button/);
    });
  });

  describe('exits', () => {
    it('count, tell over time, and put those that are alike together', () => {
      const data = recorded<Exits>('full-user', 'exits');
      const page = new Rendered(pageOf('exits', data));
      const rows = page.rows('Exits by reason');
      assert.equal(
        rows.reduce((sum, [, count]) => sum + Number(count?.replace(',', '')), 0),
        data.total,
      );
      const told = data.series?.reasons.flatMap(({ counts }) => counts) ?? [];
      assert.equal(
        told.reduce((sum, count) => sum + count, 0),
        data.total,
        'no exit is lost in the series',
      );
      const last = page.rows('The last exits');
      assert.ok(last.length < data.exits.length, 'putchar after putchar is one row');
      assert.ok(last.some(([, what]) => /\d+ times/.test(what ?? '')));
    });
  });
});

describe('device queues', () => {
  const drawnQueues = (): Rendered => drawn('disk-asked', 'queues');

  it('tell who owns each descriptor, and draw what the device has not taken', () => {
    const page = drawnQueues();
    const rows = page.rows('Descriptors of queue 0 of virtio-blk in slot 0');
    assert.deepEqual(
      rows.map(([descriptor, owner, , bytes]) => `${descriptor}: ${owner}, ${bytes}`),
      ['0 → 1: device, 16', '1 → 2: device, 512', '2: device, 1'],
    );
    assert.equal(page.all(({ props }) => props['class'] === 'slot filled').length, 1);
    const [available] = page.all(({ tag }) => tag === 'svg').map(({ props }) => props['aria-label']);
    assert.equal(available, 'available ring: the driver’s: idx at place 1 of 8, taken at place 0 of 8; 1 not taken');
  });

  it('are the driver’s again once the device has used them', () => {
    const data = recorded<{ devices: VirtioDevice[] }>('disk-asked', 'queues');
    const used = structuredClone(data);
    for (const queue of used.devices.flatMap(({ queues }) => queues)) {
      queue.taken = queue.availableRing.next;
      queue.usedRing.next = queue.availableRing.next;
      for (const chain of queue.chains) chain.state = 'used';
    }
    const page = new Rendered(pageOf('queues', used), pageOf('queues', data));
    assert.deepEqual(
      new Set(page.rows('Descriptors of queue 0 of virtio-blk in slot 0').map(([, owner]) => owner)),
      new Set(['driver']),
    );
    assert.equal(page.all(({ props }) => props['class'] === 'slot filled').length, 0);
    assert.equal(pageOf('queues', used).news(pageOf('queues', data)), '1 chain used');
  });

  it('count on past 2^16, and are meant modulo the size', () => {
    assert.equal(waitingIn({ availableRing: { gpa: '0x0', next: 1, flags: 0 }, taken: 0xffff }), 2);
    assert.deepEqual([...placesBefore(1, 2, 8)].sort(), [0, 7]);
    assert.equal(placesBefore(3, 1000, 8).size, 8);
  });
});

describe('the grid of a walk through two stages', () => {
  const step = (stage: 'VS' | 'G', level: number, failed = false): StageStep => {
    return { stage, level, pteAddress: '0x0', pte: '0x0', note: `${stage}${level}`, failed };
  };
  const second = (...failed: boolean[]): StageStep[] => [2, 1, 0].map((level, at) => step('G', level, failed[at]));
  const inShort = (steps: readonly StageStep[]): string[] =>
    stageGrid(steps).rows.map(({ of, cells, guest }) => {
      const read = [...cells, guest].map((cell) => (cell ? `${cell.note}${cell.failed ? '!' : ''}` : '-'));
      return `${of === 'leaf' ? of : of.level}: ${read.join(' ')}`;
    });

  it('has three rows of three and one for the page', () => {
    const steps = [2, 1, 0].flatMap((level) => [...second(), step('VS', level)]);
    assert.deepEqual(inShort([...steps, ...second()]), [
      '2: G2 G1 G0 VS2',
      '1: G2 G1 G0 VS1',
      '0: G2 G1 G0 VS0',
      'leaf: G2 G1 G0 -',
    ]);
  });

  it('ends where either stage refuses', () => {
    assert.deepEqual(inShort([...second(), step('VS', 2), ...second(), step('VS', 1, true)]), [
      '2: G2 G1 G0 VS2',
      '1: G2 G1 G0 VS1!',
    ]);
    // The second stage refuses the guest's own entry: that is noted, and was not read.
    const refused = [step('G', 2), step('G', 1, true), step('VS', 1, true)];
    assert.deepEqual(inShort([...second(), step('VS', 2), ...refused]), ['2: G2 G1 G0 VS2', '1: G2 G1! - -']);
  });

  it('has one row where the first stage is Bare, and four columns of Sv48x4', () => {
    assert.deepEqual(inShort(second(false, false, true)), ['leaf: G2 G1 G0! -']);
    assert.deepEqual(stageGrid([step('G', 3), ...second()]).columns, [3, 2, 1, 0]);
  });
});
