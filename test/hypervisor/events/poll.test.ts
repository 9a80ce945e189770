import assert from 'node:assert/strict';
import { anyGuestEngines, type EngineId } from '../../../simulator/hypervisor/engines';
import type { System } from '../../../simulator/system/system';
import type { TestHostConfiguration, TestVm } from '../../support/host';
import { makePuppets, type Puppet } from '../../support/puppets';

const INVALID_PARAM = -3;
const DONE = { error: 0, value: 0 };
const refused = (error: number): { error: number; value: number } => ({ error, value: 0 });
const TIME_EXTENSION = 0x54494d45;
const IPI_EXTENSION = 0x735049;
const NANOSECONDS_PER_TICK = 100;

for (const { id: engine } of anyGuestEngines)
  describe(`sched_op poll (${engine})`, () => {
    let system: System;
    let one: Puppet;
    let two: Puppet;
    const begin = async (
      names: readonly EngineId[] = [engine, engine],
      more: Partial<TestVm> = {},
      configuration: TestHostConfiguration = {},
    ): Promise<void> => {
      const made = await makePuppets(names, more, configuration);
      system = made.system;
      [one, two] = made.puppets as [Puppet, Puppet];
    };
    beforeEach(() => begin());

    const run = (instructions = 60_000): void => {
      system.machine.run({ instructions });
    };
    const vcpuOf = (vm: number, vcpu = 0) => system.hypervisor?.vms[vm]?.vcpus[vcpu] ?? assert.fail();
    const ticks = (): number => Math.floor(system.machine.clock.now() / NANOSECONDS_PER_TICK);
    const channel = (): readonly [number, number] => {
      const { value: mine } = one.event('alloc_unbound', 1);
      const { value: others } = two.event('bind', 0, mine);
      two.clearPending(others);
      return [mine, others];
    };
    const waits = (puppet: Puppet, vcpu = 0): boolean => {
      const { run: state, wait } = vcpuOf(puppet.vm, vcpu);
      return state === 'blocked' && wait?.kind === 'events';
    };

    it('waits until a port is pending', () => {
      const [mine, others] = channel();
      two.poll([others]);
      run();
      assert.equal(two.answer(), undefined);
      assert.ok(waits(two));
      assert.deepEqual(vcpuOf(1).wait, { kind: 'events', ports: [others], deadline: null });
      one.event('send', mine);
      run();
      assert.deepEqual(two.answer(), DONE);
      assert.ok(!waits(two));
    });

    it('waits for a masked one too, and for one of several', () => {
      const [mine, others] = channel();
      const { value: ipi } = two.event('ipi', 0);
      two.mask(others);
      two.poll([ipi, others]);
      run();
      assert.ok(waits(two));
      one.event('send', mine);
      run();
      assert.deepEqual(two.answer(), DONE);
    });

    it('does not go on for a port for which it does not wait', () => {
      const [mine, others] = channel();
      const { value: ipi } = two.event('ipi', 0);
      two.poll([ipi]);
      run();
      one.event('send', mine);
      run();
      assert.equal(two.answer(), undefined);
      assert.equal(two.isPending(others), true);
    });

    it('does not wait for what is pending already', () => {
      const [mine, others] = channel();
      one.event('send', mine);
      two.poll([others]);
      run();
      assert.deepEqual(two.answer(), DONE);
    });

    it('goes on at its deadline, and not before', () => {
      const [, others] = channel();
      const deadline = ticks() + 2000;
      two.poll([others], deadline);
      run(20_000);
      assert.ok(waits(two));
      for (let part = 0; part < 2000 && !two.answer(); part++) {
        assert.ok(ticks() < deadline + 1100, `${ticks()} ticks, and ${deadline} was wanted`);
        run(500);
      }
      assert.deepEqual(two.answer(), DONE);
      assert.ok(ticks() >= deadline, `${ticks()} ticks, and ${deadline} was wanted`);
      assert.equal(two.isPending(others), false);
    });

    it('does not wait for a time that has passed, and sleeps for one without ports', () => {
      const [, others] = channel();
      two.poll([others], 0);
      run();
      assert.deepEqual(two.answer(), DONE);
      two.poll([], ticks() + 1000);
      run(20_000);
      assert.ok(waits(two));
      run(400_000);
      assert.deepEqual(two.answer(), DONE);
    });

    it('ends by an interrupt that the guest takes, and by no other', () => {
      const [, others] = channel();
      two.call(0, [ticks() + 1000], { extension: TIME_EXTENSION });
      two.poll([others], -1, { sie: 32 });
      run(400_000);
      assert.ok(waits(two), 'SIE is clear');
      // It is pending: whoever enables it does not wait.
      assert.equal(Number(two.guest.cpus[0]?.x(27)), 0);
      two.clearPending(others);
      vcpuOf(1);
      one.event('send', one.event('alloc_unbound', 1).value);
      assert.equal(two.answer(), undefined);
    });

    it('ends by an interrupt where those are enabled', () => {
      const [, others] = channel();
      two.call(0, [ticks() + 2000], { extension: TIME_EXTENSION });
      two.poll([others], -1, { sie: 32, isEnabled: true });
      run(40_000);
      assert.ok(waits(two));
      run(600_000);
      assert.deepEqual(two.answer(), DONE);
      assert.equal(Number(two.guest.cpus[0]?.x(27)), 1, 'timer interrupts');
    });

    it('has no ports that there are not, no list that is not its own, and not too many', () => {
      const [, others] = channel();
      for (const ports of [
        [0],
        [others, others + 1],
        [4096],
        [2 ** 32 - 1],
        Array.from({ length: 129 }, () => others),
      ]) {
        two.poll(ports);
        run();
        assert.deepEqual(two.answer(), refused(INVALID_PARAM), `${ports}`);
      }
      for (const [list, count] of [
        [two.list + 2, 1],
        [0, 1],
        [0x8000_0000, 1],
        [-4, 1],
        [two.list, -1],
      ] as const)
        assert.deepEqual(two.call(7, [2, list, count, -1]), refused(INVALID_PARAM), `${list}`);
      two.poll(Array.from({ length: 128 }, () => others));
      run();
      assert.ok(waits(two));
    });

    it('of one vCPU leaves the others alone', async () => {
      await begin([engine, engine], { vcpus: 2 });
      const [mine, others] = channel();
      two.poll([others], -1, { vcpu: 1 });
      run(200_000);
      assert.ok(waits(two, 1));
      const { value: ipi } = two.event('ipi', 1);
      assert.deepEqual(two.event('send', ipi), DONE);
      assert.ok(waits(two, 1), 'it is another port, and the interrupts of that vCPU are off');
      one.event('send', mine);
      run(200_000);
      assert.deepEqual(two.answer(1), DONE);
      assert.deepEqual(two.call(0, [2, 0], { extension: IPI_EXTENSION }), DONE);
    });

    for (const time of ['real', 'own'] as const)
      it(`goes on after a pause in which its port came, or its deadline (time: ${time})`, async () => {
        await begin([engine, engine], { time });
        const [mine, others] = channel();
        two.poll([others]);
        run();
        assert.ok(system.operate(two.guest, 'pause'));
        one.event('send', mine);
        run(200_000);
        assert.equal(two.answer(), undefined);
        assert.ok(system.operate(two.guest, 'unpause'));
        run(200_000);
        assert.deepEqual(two.answer(), DONE);
        const deadline = Math.floor(two.guest.clock.now() / NANOSECONDS_PER_TICK) + 1000;
        two.clearPending(others);
        two.poll([others], deadline);
        run(20_000);
        assert.ok(waits(two));
        assert.ok(system.operate(two.guest, 'pause'));
        run(400_000);
        assert.ok(system.operate(two.guest, 'unpause'));
        run(400_000);
        assert.deepEqual(two.answer(), DONE);
        assert.ok(two.guest.clock.now() / NANOSECONDS_PER_TICK >= deadline);
      });

    it('is saved with its ports and its deadline', async () => {
      const [mine, others] = channel();
      const deadline = ticks() + 3000;
      two.poll([others], deadline);
      run(20_000);
      assert.ok(waits(two));
      for (const sends of [false, true]) {
        const [old, from, to] = [system, one, two];
        await begin();
        system.restore(old.save());
        assert.equal(system.stateHash(), old.stateHash());
        assert.deepEqual(vcpuOf(1).wait, { kind: 'events', ports: [others], deadline });
        const both = [
          [old, from, to],
          [system, one, two],
        ] as const;
        for (const [each, sender] of both) {
          if (sends) sender.event('send', mine);
          each.machine.run({ instructions: sends ? 30_000 : 1000 });
        }
        assert.equal(system.stateHash(), old.stateHash());
        assert.deepEqual(two.answer(), sends ? DONE : undefined);
      }
      run(600_000);
      assert.ok(ticks() > deadline);
    });
  }).timeout(60_000);
