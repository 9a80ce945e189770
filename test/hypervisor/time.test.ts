import assert from 'node:assert/strict';
import path from 'node:path';
import { anyGuestEngines } from '../../simulator/hypervisor/engines/index';
import { describeSystem } from '../../simulator/system/description';
import { runInLockStep } from '../../simulator/system/lock-step';
import { readSnapshot, writeSnapshot } from '../../simulator/system/snapshot';
import { ConfigurationError } from '../../simulator/system/system';
import { assembleGuest, buildGuest, GUESTS_OF_TIME, guestFolder, makeSystem } from '../support/guest';

const LIMIT = 300_000;

/** Looks at the time before and after ten exits, and keeps what passed in s0, and what it took in cycles in s1. */
const MEASURE = `
        .globl _start
_start: rdtime  s0
        csrr    s1, cycle
        li      s2, 50
1:      li      a7, 0x10                # an SBI call: base, get_spec_version
        li      a6, 0
        ecall
        addi    s2, s2, -1
        bnez    s2, 1b
        csrr    t1, cycle
        rdtime  t0
        sub     s0, t0, s0
        sub     s1, t1, s1
        li      a7, 8
        ecall
`;

for (const { id: virtualization } of anyGuestEngines) {
  describe(`time of a VM under ${virtualization}`, () => {
    for (const guest of GUESTS_OF_TIME)
      it(`of its own is the same when exits cost time: ${guest}.S`, async () => {
        const program = await buildGuest(path.join(guestFolder, `${guest}.S`));
        const free = makeSystem(program, { virtualization }).system;
        const charged = makeSystem(program, { virtualization, vmmTime: 'charged', time: 'own' }).system;
        const result = runInLockStep(free, charged, { instructions: LIMIT });
        assert.ok(
          result.equal,
          JSON.stringify(result, (_, value) => (typeof value === 'bigint' ? String(value) : value)),
        );
        assert.ok(charged.machine.clock.now() > free.machine.clock.now(), 'the exits have taken machine time');
      }).timeout(60_000);

    it('lets a guest measure what its exits cost, and its own time does not', async () => {
      const program = await assembleGuest(MEASURE);
      const measured = (options: Parameters<typeof makeSystem>[1]): bigint[] => {
        const { system } = makeSystem(program, { virtualization, ...options });
        assert.equal(system.machine.run({ instructions: LIMIT }).reason, 'power-off');
        return [8, 9].map((register) => system.guest.cpus[0]?.x(register) ?? 0n);
      };
      const [ticks = 0n, cycles = 0n] = measured({ vmmTime: 'free' });
      assert.deepEqual(measured({ vmmTime: 'charged', time: 'own' }), [ticks, cycles]);
      const [ticksCharged = 0n, cyclesCharged = 0n] = measured({ vmmTime: 'charged' });
      // An exit costs about two hundred cycles and more, and there are fifty.
      assert.ok(ticksCharged >= ticks + 50n, `${ticks} and ${ticksCharged} ticks`);
      assert.ok(cyclesCharged >= cycles + 5000n, `${cycles} and ${cyclesCharged} cycles`);
    });

    it('goes on after a snapshot as if nothing had been', async () => {
      const program = await buildGuest(path.join(guestFolder, 'timer.S'));
      const make = () => makeSystem(program, { virtualization, vmmTime: 'charged', time: 'own' }).system;
      const whole = make();
      whole.machine.run({ instructions: LIMIT });
      const saved = make();
      saved.machine.run({ instructions: Math.floor(whole.machine.clock.retired / 2) });
      const other = make();
      other.restore(readSnapshot(writeSnapshot(describeSystem(saved.configuration), saved.save())).snapshot);
      other.machine.run({ instructions: LIMIT });
      assert.equal(other.stateHash(), whole.stateHash());
    });

    it('is refused for several harts, whose time does not stand together', async () => {
      const program = await assembleGuest(MEASURE);
      assert.throws(() => makeSystem(program, { virtualization, time: 'own', harts: 2 }), ConfigurationError);
    });
  });
}
