import assert from 'node:assert/strict';
import { hypercalls } from '../../../simulator/hypercalls/table';
import { anyGuestEngines } from '../../../simulator/hypervisor/engines';
import { EVENT, makePuppets, type Puppet } from '../../support/puppets';

const FAILED = -1;
const NOT_SUPPORTED = -2;
const INVALID_PARAM = -3;
const DENIED = -4;
const ALREADY_AVAILABLE = -6;
const LAST_PORT = 4095;

const given = (value: number): { error: number; value: number } => ({ error: 0, value });
const refused = (error: number): { error: number; value: number } => ({ error, value: 0 });
const DONE = given(0);

for (const { id: engine } of anyGuestEngines)
  describe(`event channels (${engine})`, () => {
    let one: Puppet;
    let two: Puppet;
    let three: Puppet;
    beforeEach(async () => {
      const { puppets } = await makePuppets([engine, engine, engine], { vcpus: 2 });
      [one, two, three] = puppets as [Puppet, Puppet, Puppet];
    });

    /** A channel between the first two; the ports of both ends. */
    const channel = (): readonly [number, number] => {
      const { value: mine } = one.event('alloc_unbound', 1);
      const { value: others } = two.event('bind', 0, mine);
      return [mine, others];
    };

    it('begin with no ports, of which the first is 1', () => {
      assert.deepEqual(one.event('send', 1), refused(INVALID_PARAM));
      assert.deepEqual(one.event('alloc_unbound', 1), given(1));
      assert.deepEqual(one.event('alloc_unbound', 1), given(2));
      assert.deepEqual(one.event('close', 1), DONE);
      assert.deepEqual(one.event('ipi', 1), given(1), 'the lowest that is free');
    });

    it('are for VMs that there are', () => {
      assert.deepEqual(one.event('alloc_unbound', 3), refused(INVALID_PARAM));
      assert.deepEqual(one.event('alloc_unbound', -1), refused(INVALID_PARAM));
      assert.deepEqual(one.event('bind', 3, 1), refused(INVALID_PARAM));
      assert.deepEqual(one.event('alloc_unbound', 0), given(1), 'its own among them');
    });

    it('are bound to what is unbound, and for who binds', () => {
      const { value: mine } = one.event('alloc_unbound', 1);
      assert.deepEqual(two.event('bind', 0, mine + 1), refused(INVALID_PARAM), 'a free port');
      assert.deepEqual(two.event('bind', 0, 0), refused(INVALID_PARAM));
      assert.deepEqual(two.event('bind', 0, 1e6), refused(INVALID_PARAM));
      assert.deepEqual(three.event('bind', 0, mine), refused(DENIED), 'for another');
      assert.deepEqual(one.event('bind', 0, mine), refused(DENIED), 'not even its own');
      assert.deepEqual(two.event('bind', 0, mine), given(1));
      assert.deepEqual(two.event('bind', 0, mine), refused(INVALID_PARAM), 'bound already');
    });

    it('are pending at once where they were bound, since something may have been sent', () => {
      const [mine, others] = channel();
      assert.equal(two.isPending(others), true);
      assert.deepEqual(two.wordsOf(), { upcall: 1, selected: 1n });
      assert.equal(one.isPending(mine), false);
      assert.deepEqual(one.wordsOf(), { upcall: 0, selected: 0n });
    });

    it('lead to each other', () => {
      const [mine, others] = channel();
      two.clearPending(others);
      two.clearWords();
      assert.deepEqual(one.event('send', mine), DONE);
      assert.equal(two.isPending(others), true);
      assert.deepEqual(two.wordsOf(), { upcall: 1, selected: 1n });
      assert.deepEqual(two.event('send', others), DONE);
      assert.equal(one.isPending(mine), true);
      assert.equal(
        three.page().every((byte, at) => byte === 0 || at >= 1024),
        true,
      );
    });

    it('lead to itself where it binds to its own', () => {
      assert.deepEqual(one.event('alloc_unbound', 0), given(1));
      assert.deepEqual(one.event('bind', 0, 1), given(2));
      one.clearPending(2);
      assert.deepEqual(one.event('send', 1), DONE);
      assert.deepEqual([one.isPending(1), one.isPending(2)], [false, true]);
      assert.deepEqual(one.event('close', 1), DONE);
      assert.deepEqual(one.event('bind', 0, 2), given(1), 'unbound, for itself');
    });

    it('take what nobody is bound to for sent', () => {
      const { value: mine } = one.event('alloc_unbound', 1);
      assert.deepEqual(one.event('send', mine), DONE);
      assert.equal(one.isPending(mine), false);
    });

    it('tell a vCPU something by an IPI, and no vCPU that there is not', () => {
      assert.deepEqual(one.event('ipi', 1), given(1));
      assert.deepEqual(one.event('ipi', 2), refused(INVALID_PARAM));
      assert.deepEqual(one.event('send', 1), DONE);
      assert.equal(one.isPending(1), true);
      assert.deepEqual(one.wordsOf(1), { upcall: 1, selected: 1n });
      assert.equal(one.wordsOf(0).upcall, 0);
    });

    it('are of the hypervisor once for a VM', () => {
      assert.deepEqual(one.event('virq', 1), given(1));
      assert.deepEqual(one.event('virq', 1, 0, 1), refused(ALREADY_AVAILABLE));
      assert.deepEqual(one.event('virq', 2), given(2));
      assert.deepEqual(one.event('virq', 3), refused(INVALID_PARAM));
      assert.deepEqual(one.event('send', 1), refused(INVALID_PARAM), 'the hypervisor sends');
      one.system.hypervisor?.vms[0]?.events.raiseVirq('balloon');
      assert.deepEqual([one.isPending(1), one.isPending(2)], [true, false]);
      assert.deepEqual(two.event('virq', 1), given(1), 'of each VM');
    });

    it('are of no timer and no device where the guest has those itself', () => {
      assert.deepEqual(one.event('virq', 0), refused(NOT_SUPPORTED));
      assert.deepEqual(one.event('pirq', 10), refused(NOT_SUPPORTED));
    });

    it('are unbound when the other end is closed, and free when they are', () => {
      const [mine, others] = channel();
      assert.deepEqual(two.event('close', others), DONE);
      assert.equal(two.isPending(others), false, 'who takes it next finds nothing');
      assert.deepEqual(two.event('close', others), refused(INVALID_PARAM));
      assert.deepEqual(two.event('send', others), refused(INVALID_PARAM));
      assert.deepEqual(one.event('send', mine), DONE);
      assert.equal(two.isPending(others), false);
      assert.deepEqual(three.event('bind', 0, mine), refused(DENIED));
      assert.deepEqual(two.event('bind', 0, mine), given(others));
    });

    it('make no upcall while they are masked, and make it when they are not', () => {
      const [mine, others] = channel();
      two.clearPending(others);
      two.clearWords();
      two.mask(others);
      assert.deepEqual(one.event('send', mine), DONE);
      assert.equal(two.isPending(others), true);
      assert.deepEqual(two.wordsOf(), { upcall: 0, selected: 0n });
      assert.deepEqual(two.event('unmask', others), DONE);
      assert.deepEqual(two.wordsOf(), { upcall: 1, selected: 1n });
      two.clearWords();
      assert.deepEqual(two.event('unmask', others), DONE, 'not masked: nothing comes');
      assert.deepEqual(two.wordsOf(), { upcall: 0, selected: 0n });
      assert.deepEqual(two.event('unmask', others + 1), refused(INVALID_PARAM));
    });

    it('do not make an upcall again that the guest has not looked at', () => {
      const [mine, others] = channel();
      two.clearWords();
      assert.deepEqual(one.event('send', mine), DONE);
      assert.deepEqual(two.wordsOf(), { upcall: 0, selected: 0n }, 'it was pending still');
      two.clearPending(others);
      two.writePage(1024 + 80, [1]);
      assert.deepEqual(one.event('send', mine), DONE);
      assert.deepEqual(two.wordsOf(), { upcall: 0, selected: 1n }, 'its doubleword was selected still');
    });

    it('come to another vCPU from then on, but for those of one vCPU', () => {
      const [mine, others] = channel();
      two.clearPending(others);
      two.clearWords();
      assert.deepEqual(two.event('to_vcpu', others, 1), DONE);
      assert.deepEqual(two.event('to_vcpu', others, 2), refused(INVALID_PARAM));
      assert.deepEqual(two.event('to_vcpu', others + 1, 1), refused(INVALID_PARAM));
      assert.deepEqual(one.event('send', mine), DONE);
      assert.deepEqual(two.wordsOf(0), { upcall: 0, selected: 0n });
      assert.deepEqual(two.wordsOf(1), { upcall: 1, selected: 1n });
      const { value: ipi } = two.event('ipi', 0);
      assert.deepEqual(two.event('to_vcpu', ipi, 1), refused(DENIED));
      const { value: virq } = two.event('virq', 1);
      assert.deepEqual(two.event('to_vcpu', virq, 1), DONE);
    });

    it('use the doubleword of a port that is not the first', () => {
      for (let port = 1; port <= 70; port++) assert.deepEqual(one.event('ipi', 0), given(port));
      assert.deepEqual(one.event('send', 70), DONE);
      assert.deepEqual(one.wordsOf(), { upcall: 1, selected: 2n });
      assert.deepEqual(one.event('send', 3), DONE);
      assert.deepEqual(one.wordsOf(), { upcall: 1, selected: 3n });
    });

    it('are 4095 at the most', () => {
      const { events } = one.system.hypervisor?.vms[0] ?? assert.fail();
      for (let port = 1; port <= LAST_PORT; port++) assert.equal(events.open({ kind: 'ipi', vcpu: 0 }), port);
      for (const [name, x, y] of [
        ['alloc_unbound', 1, 0],
        ['virq', 1, 0],
        ['ipi', 0, 0],
      ] as const)
        assert.deepEqual(one.event(name, x, y), refused(FAILED), name);
      const { value: others } = two.event('alloc_unbound', 0);
      assert.deepEqual(one.event('bind', 1, others), refused(FAILED));
      assert.deepEqual(two.event('bind', 1, others), refused(DENIED), 'it stays unbound');
      assert.deepEqual(one.event('send', LAST_PORT), DONE);
      assert.equal(one.isPending(LAST_PORT), true);
      assert.deepEqual(one.wordsOf(), { upcall: 1, selected: 1n << 63n });
      assert.deepEqual(one.event('close', LAST_PORT), DONE);
      assert.deepEqual(one.event('bind', 1, others), given(LAST_PORT));
    });

    it('are used by several calls for one exit', () => {
      const [mine, others] = channel();
      two.clearPending(others);
      const calls = [
        [EVENT.ipi, 0, 0],
        [EVENT.send, mine, 0],
        [EVENT.send, mine + 1, 0],
        [EVENT.close, mine, 0],
        [EVENT.send, mine, 0],
      ];
      const entries = BigInt64Array.from(
        calls.flatMap(([operation = 0, x = 0, y = 0]) => [8n, ...[operation, x, y, 0, 0, 0].map(BigInt), 77n, 77n]),
      );
      assert.ok(one.system.writeMemory(one.list, new Uint8Array(entries.buffer), one.guest));
      assert.deepEqual(one.call(hypercalls.multicall.number, [one.list, calls.length]), given(calls.length));
      const bytes = one.system.readMemory(one.list, entries.byteLength, one.guest) ?? assert.fail();
      const answers = new BigInt64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
      assert.deepEqual(
        calls.map((_, call) => [Number(answers[9 * call + 7]), Number(answers[9 * call + 8])]),
        [
          [0, 2],
          [0, 0],
          [0, 0],
          [0, 0],
          [INVALID_PARAM, 0],
        ],
      );
      assert.deepEqual([two.isPending(others), one.isPending(2)], [true, true]);
    });

    it('tell in words what each port is for, and who waits for which', () => {
      const [mine, others] = channel();
      one.event('alloc_unbound', 2);
      one.event('virq', 1);
      one.event('ipi', 0);
      one.mask(mine + 3);
      one.event('send', mine + 3);
      one.poll([mine], 1e9);
      one.system.machine.run({ instructions: 60_000 });
      const facts = one.system.hypervisor?.vms[0]?.vcpus[0]?.facts() ?? [];
      assert.deepEqual(
        facts.filter(({ name }) => /port|upcall/.test(name)).map(({ name, value }) => `${name}: ${value}`),
        [
          'upcall: none',
          `port 1: bound to port ${others} of VM 1`,
          'port 2: unbound, for VM 2',
          "port 3: the hypervisor's balloon",
          'port 4: IPIs to vCPU 0, pending, masked',
          'waits for ports: 1, or until 1000000000 ticks',
        ],
      );
    });

    it('have no other operations', () => {
      for (const operation of [10, 11, 2 ** 32, -1])
        assert.deepEqual(one.call(hypercalls.event.number, [operation, 0, 0]), refused(INVALID_PARAM));
      assert.equal(Object.keys(EVENT).length, 10);
    });

    it('are closed when a VM ends, and a new life has none', async () => {
      const { system, puppets } = await makePuppets([engine, engine], { onCrash: 'restart' });
      [one, two] = puppets as [Puppet, Puppet];
      const [mine, others] = channel();
      assert.equal(system.operate(two.guest, 'reboot'), true);
      system.machine.run({ instructions: 20_000 });
      assert.deepEqual(one.event('send', mine), DONE);
      assert.equal(two.isPending(others), false);
      assert.deepEqual(two.event('send', others), refused(INVALID_PARAM));
      assert.deepEqual(two.event('bind', 0, mine), given(1), 'its own end is unbound, for the other');
    });

    it('are not there for a VM that shares no page', async () => {
      const { puppets } = await makePuppets([engine], { paravirtual: false });
      const [puppet] = puppets;
      for (const name of Object.keys(EVENT) as (keyof typeof EVENT)[])
        assert.deepEqual(puppet?.event(name), refused(NOT_SUPPORTED));
      puppet?.poll([]);
      puppet?.system.machine.run({ instructions: 20_000 });
      assert.deepEqual(puppet?.answer(), refused(NOT_SUPPORTED));
    });
  }).timeout(60_000);
