import assert from 'node:assert/strict';
import { anyGuestEngines } from '../../../simulator/hypervisor/engines';
import { assembleGuest } from '../../support/guest';
import { MILLISECOND, makeHost, type TestVm } from '../../support/host';
import { SPINS } from '../../support/small-guests';

/** Exits every hundred instructions. */
const EXITS = `
_start: li      a7, 0x10
        li      a6, 3
1:      li      a0, 0
        li      t0, 48
2:      addi    t0, t0, -1
        bnez    t0, 2b
        ecall
        j       1b
`;
const SLEEPS = `
_start: csrw    sie, zero
1:      wfi
        j       1b
`;
/** Counts in s1 how often it has slept for so many ticks. */
const SLEEPS_FOR = `
_start: li      t0, 32
        csrw    sie, t0
        li      s1, 0
1:      rdtime  a0
        li      t0, TICKS
        add     a0, a0, t0
        li      a7, 0
        ecall
2:      wfi
        csrr    t0, sip
        andi    t0, t0, 32
        beqz    t0, 2b
        addi    s1, s1, 1
        j       1b
`;
/** Writes what is typed, by interrupt. */
const ECHOES = `
        .equ    UART, 0x10000000
        .equ    PLIC, 0x0c000000
_start: li      t0, PLIC
        li      t1, 1
        sw      t1, 40(t0)              # priority of source 10
        li      t0, PLIC + 0x2080
        li      t1, 1 << 10
        sw      t1, (t0)                # enabled for S-mode of hart 0
        li      t0, PLIC + 0x201000
        sw      zero, (t0)
        li      s0, UART
        li      t1, 1
        sb      t1, 1(s0)               # an interrupt when something is received
        li      t1, 1 << 9
        csrw    sie, t1
1:      wfi
        lbu     t1, 5(s0)
        andi    t1, t1, 1
        beqz    t1, 1b
        lbu     t1, (s0)
        sb      t1, (s0)
        li      t0, PLIC + 0x201004
        lw      t1, (t0)
        sw      t1, (t0)
        j       1b
`;
const SLICE = MILLISECOND / 10;
const SLICES = 2000;
/** Within so much of what is right. */
const NEAR = 0.02;

/** What share of the time in which somebody ran each VM had a hart, after so many nanoseconds. */
function sharesOf(vms: readonly TestVm[], nanoseconds: number, configuration: Parameters<typeof makeHost>[1]) {
  const { system } = makeHost(vms, configuration);
  while (system.machine.clock.now() < nanoseconds) system.machine.run({ instructions: 1_000_000 });
  const now = system.machine.clock.now();
  const running = new Map(
    system.hypervisor?.vms.map((vm) => [
      vm.name,
      vm.vcpus.reduce((sum, vcpu) => sum + vcpu.account.measures(vcpu.run, now).running, 0),
    ]),
  );
  return { running, now, system };
}

const near = (value: number, expected: number, what: string): void =>
  assert.ok(Math.abs(value / expected - 1) <= NEAR, `${what}: ${value}, and ${expected} would be right`);

for (const { id: engine } of anyGuestEngines) {
  describe(`shares of a hart (${engine})`, () => {
    for (const beside of ['nobody', 'one that exits all the time'])
      it(`are as weights are, beside ${beside}`, async () => {
        const program = await assembleGuest(SPINS);
        const spinners = [1, 2, 4].map((weight) => ({ name: `w${weight}`, engine, program, weight }));
        const exits = { name: 'exits', engine, program: await assembleGuest(EXITS), weight: 4 };
        const vms = beside === 'nobody' ? spinners : [...spinners, exits];
        const { running, now } = sharesOf(vms, SLICES * SLICE, {
          vmmTime: 'charged',
          scheduler: { kind: 'credit', slice: SLICE },
        });
        const all = vms.reduce((sum, { weight }) => sum + weight, 0);
        for (const { name, weight } of vms) near((running.get(name) ?? 0) / now, weight / all, name);
      }).timeout(120_000);

    it('are no more than a cap, though the hart has nothing else to do', async () => {
      const program = await assembleGuest(SPINS);
      const vms = [{ name: 'capped', engine, program, cap: 25 }];
      const { running, now } = sharesOf(vms, 500 * MILLISECOND, { vmmTime: 'charged' });
      near((running.get('capped') ?? 0) / now, 0.25, 'capped');
    });

    it('are no more than a cap beside others', async () => {
      const program = await assembleGuest(SPINS);
      const vms = [
        { name: 'capped', engine, program, cap: 25, weight: 1000 },
        { name: 'free', engine, program, weight: 100 },
      ];
      const { running, now } = sharesOf(vms, 500 * MILLISECOND, { vmmTime: 'charged' });
      near((running.get('capped') ?? 0) / now, 0.25, 'capped');
      near((running.get('free') ?? 0) / now, 0.75, 'free');
    });

    it('wake each other, and nobody waits for a slice that is not his', async () => {
      const sleeper = (ticks: number): string => SLEEPS_FOR.replace('TICKS', `${ticks}`);
      const vms = [
        { name: 'soon', engine, program: await assembleGuest(sleeper(10)) },
        { name: 'late', engine, program: await assembleGuest(sleeper(5000)) },
      ];
      const { system, now } = sharesOf(vms, 10 * MILLISECOND, {});
      const [soon, late] = (system.hypervisor?.vms ?? []).map(({ vcpus }) => vcpus[0]?.cpu.x(9) ?? 0n);
      // A sleep takes as long as it says, and what the guest does between two.
      const [most, mostLate] = [now / 1000, now / (MILLISECOND / 2)];
      assert.ok(Number(soon) > 0.9 * most && Number(soon) <= most, `${soon} sleeps of a microsecond in ${now} ns`);
      assert.ok(
        Math.abs(Number(late) - mostLate) <= 1 + mostLate / 100,
        `${late} sleeps of 500 microseconds in ${now} ns`,
      );
    });

    for (const [what, harts, pin, kind] of [
      ['go first to who is woken by I/O', 1, [], 'credit'],
      ['are there for who is woken, where another hart is idle', 2, [0], 'round-robin'],
    ] as const)
      it(what, async () => {
        const vms = [
          { name: 'spins', engine, program: await assembleGuest(SPINS), pin },
          { name: 'echoes', engine, program: await assembleGuest(ECHOES) },
        ];
        const { system, output } = makeHost(vms, { harts, scheduler: { kind, slice: 10 * MILLISECOND } });
        const echoes = system.guests[1];
        // Both have begun, and the second one waits.
        while (system.machine.clock.now() < 25 * MILLISECOND) system.machine.run({ instructions: 100_000 });
        const answered: number[] = [];
        for (let typed = 0; typed < 5; typed++) {
          const at = system.machine.clock.now();
          system.input([0x61], echoes);
          while (output('echoes').length <= typed && system.machine.clock.now() < at + 50 * MILLISECOND)
            system.machine.run({ instructions: 100 });
          answered.push(system.machine.clock.now() - at);
          system.machine.run({ instructions: 200_000 });
        }
        assert.ok(Math.max(...answered) < MILLISECOND, `answered after ${answered.join(', ')} ns`);
      });

    it('cost a sleeper nothing, and nobody anything for it', async () => {
      const vms = [
        { name: 'sleeps', engine, program: await assembleGuest(SLEEPS) },
        { name: 'spins', engine, program: await assembleGuest(SPINS) },
      ];
      const { running, now } = sharesOf(vms, 100 * MILLISECOND, { vmmTime: 'charged' });
      assert.ok((running.get('sleeps') ?? 0) < 10_000, `${running.get('sleeps')} ns for a sleeper`);
      near((running.get('spins') ?? 0) / now, 1, 'spins');
    });
  });
}
