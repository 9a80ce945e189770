import assert from 'node:assert/strict';
import { engines } from '../../../simulator/hypervisor/engines';
import { assembleGuest } from '../../support/guest';
import { MILLISECOND, makeHost, type TestVm } from '../../support/host';

const SPINS = '_start: j _start';
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

for (const { id: engine } of engines) {
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
