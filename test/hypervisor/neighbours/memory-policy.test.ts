import assert from 'node:assert/strict';
import { memoryShares } from '../../../simulator/hypervisor/memory/memory-shares';
import type { Vm } from '../../../simulator/hypervisor/vm';
import { FRAME } from '../../../simulator/mmu/address';
import type { System } from '../../../simulator/system/system';
import { followingGuest, ITS_OWN } from '../../support/following-guest';
import { assembleGuest } from '../../support/guest';
import { MILLISECOND, makeHost, type TestHost, type TestHostConfiguration, type TestVm } from '../../support/host';
import { hostMemoryFor } from '../../support/host-memory';
import { Random } from '../../support/random';

const MEMORY = 16 * 2 ** 20;
const POOL = 2500;
const WANTS = 1500;
/** A target that would change by less stays; and a guest has some frames beside those that it counts. */
const ABOUT = 64 + ITS_OWN;

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

function hostOf(vms: readonly TestVm[], rest: TestHostConfiguration = {}): TestHost {
  const made = vms.map((vm) => ({ memory: MEMORY, ...vm }));
  const memory = hostMemoryFor(made, 'wait') + POOL * FRAME;
  const scheduler = { kind: 'credit', slice: 100_000 } as const;
  return makeHost(made, { memory, overcommit: 'wait', memoryPolicy: 'cooperative', scheduler, ...rest });
}

const vmOf = ({ system }: TestHost, name: string): Vm => {
  const vm = system.hypervisor?.vms.find((each) => each.name === name);
  assert.ok(vm);
  return vm;
};

/** Runs for so long. */
function pass(system: System, nanoseconds: number): void {
  const end = system.machine.clock.now() + nanoseconds;
  while (system.machine.clock.now() < end && !system.machine.finished) {
    system.machine.run({ instructions: 3_000_000, waitUntil: end });
    assert.deepEqual(system.isolationBreaches(), []);
  }
}

const isAbout = (value: number, wanted: number): boolean => Math.abs(value - wanted) <= ABOUT;

describe('shares of memory', () => {
  const claim = (weight: number, minimum: number, wants: number, maximum: number) => ({
    weight,
    minimum,
    wants,
    maximum,
  });

  it('are what is wanted where there is enough, and what is left by weight', () => {
    assert.deepEqual(memoryShares([claim(1, 10, 50, 1000), claim(3, 10, 50, 1000)], 500), [150, 350]);
    assert.deepEqual(memoryShares([claim(1, 10, 50, 60), claim(3, 10, 50, 1000)], 500), [60, 440]);
  });

  it('are by weight where there is not, above what each has at least', () => {
    assert.deepEqual(memoryShares([claim(1, 100, 500, 1000), claim(3, 100, 500, 1000)], 400), [150, 250]);
    assert.deepEqual(memoryShares([claim(1, 100, 120, 1000), claim(3, 100, 500, 1000)], 600), [120, 480]);
  });

  it('are at least what each has a right to, however little there is', () => {
    assert.deepEqual(memoryShares([claim(1, 100, 500, 1000), claim(3, 100, 500, 1000)], 50), [100, 100]);
    assert.deepEqual(memoryShares([], 50), []);
  });

  const random = Random.fromEnvironment();
  it(`are neither more than there is nor beyond what anybody may have (seed ${random.seed})`, () => {
    for (let round = 0; round < 500; round++) {
      const claims = Array.from({ length: 1 + random.below(6) }, () => {
        const minimum = random.below(1000);
        const maximum = minimum + random.below(5000);
        return claim(1 + random.below(65535), minimum, minimum + random.below(maximum - minimum + 1), maximum);
      });
      const least = sum(claims.map(({ minimum }) => minimum));
      const frames = random.below(20_000);
      const shares = memoryShares(claims, frames);
      const most = sum(claims.map(({ maximum }) => maximum));
      assert.equal(sum(shares), Math.min(most, Math.max(least, frames)), JSON.stringify({ claims, frames }));
      for (const [index, { minimum, maximum }] of claims.entries()) {
        const share = shares[index] ?? -1;
        assert.ok(share >= minimum && share <= maximum);
      }
    }
  });
});

describe('the cooperative memory policy', () => {
  for (const engine of ['full', 'hardware'] as const)
    it(`moves memory to who wants it, by weight (${engine})`, async () => {
      const program = await assembleGuest(followingGuest({ wants: WANTS }));
      const vms = [
        { name: 'light', engine, program, weight: 100 },
        { name: 'heavy', engine, program, weight: 700 },
      ];
      const host = hostOf(vms, { harts: 2 });
      pass(host.system, 80 * MILLISECOND);
      const [light, heavy] = [vmOf(host, 'light'), vmOf(host, 'heavy')];
      const { minimum } = light.allotment.bounds;
      assert.equal(minimum, MEMORY / FRAME / 4);
      const rest = POOL - 2 * minimum;
      for (const [vm, part] of [
        [light, 1 / 8],
        [heavy, 7 / 8],
      ] as const) {
        assert.ok(isAbout(vm.allotment.target, minimum + part * rest), `${vm.name}: ${vm.allotment.target}`);
        assert.ok(isAbout(vm.memory.count, vm.allotment.target), `${vm.name} has ${vm.memory.count}`);
        assert.ok(vm.allotment.history.some(({ kind }) => kind === 'policy'));
      }
      assert.equal(host.output('light') + host.output('heavy'), '');
      const other = hostOf(vms, { harts: 2 });
      pass(other.system, 80 * MILLISECOND);
      assert.equal(other.system.stateHash(), host.system.stateHash(), 'it is the same in each run');
      // Without it who comes first has what it can get.
      const none = hostOf(vms, { harts: 2, memoryPolicy: 'none' });
      pass(none.system, 80 * MILLISECOND);
      assert.ok(vmOf(none, 'light').allotment.history.every(({ kind }) => kind !== 'policy'));
      assert.ok(vmOf(none, 'light').memory.count > light.memory.count + ABOUT);
    });

  it('lets others have what one that ends has had', async () => {
    const lasts = await assembleGuest(followingGuest({ wants: WANTS }));
    const ends = await assembleGuest(followingGuest({ wants: WANTS, rounds: 8000 }));
    const host = hostOf([
      { name: 'lasts', engine: 'hardware', program: lasts },
      { name: 'ends', engine: 'full', program: ends },
    ]);
    pass(host.system, 30 * MILLISECOND);
    assert.equal(vmOf(host, 'ends').end, undefined);
    assert.ok(vmOf(host, 'lasts').memory.count < WANTS);
    pass(host.system, 80 * MILLISECOND);
    assert.deepEqual(vmOf(host, 'ends').end, { reason: 'power-off', code: 0 });
    assert.ok(vmOf(host, 'lasts').memory.count >= WANTS, `${vmOf(host, 'lasts').memory.count}`);
  });

  it('leaves one alone that somebody has set a target, until that is all of its memory', async () => {
    const program = await assembleGuest(followingGuest({ wants: WANTS }));
    const host = hostOf([
      { name: 'one', engine: 'hardware', program },
      { name: 'two', engine: 'full', program, memoryMinimum: 64 * FRAME },
    ]);
    const { system } = host;
    const [one, two] = [vmOf(host, 'one'), vmOf(host, 'two')];
    assert.equal(system.setMemoryTarget(two, 300 * FRAME), undefined);
    pass(system, 80 * MILLISECOND);
    assert.equal(two.allotment.target, 300);
    assert.ok(isAbout(two.memory.count, 300));
    assert.ok(one.memory.count >= WANTS);
    assert.equal(system.setMemoryTarget(two, MEMORY), undefined);
    pass(system, 80 * MILLISECOND);
    assert.ok(two.memory.count > 300 + ABOUT);
  });

  it('refuses targets that cannot be', async () => {
    const program = await assembleGuest(followingGuest({ wants: WANTS, rounds: 10 }));
    const host = hostOf([{ name: 'vm', engine: 'full', program, memoryMinimum: 8 * 2 ** 20 }]);
    const vm = vmOf(host, 'vm');
    const set = (bytes: number): string | undefined => host.system.setMemoryTarget(vm, bytes);
    assert.match(set(8 * 2 ** 20 - FRAME) ?? '', /may have from 8M to 16M of memory: 8188K is not within that/);
    assert.match(set(17 * 2 ** 20) ?? '', /17M is not within that/);
    assert.match(set(9 * 2 ** 20 + 1) ?? '', /pages of 4K/);
    assert.equal(set(8 * 2 ** 20), undefined);
    assert.equal(vm.allotment.target, 2048);
    assert.deepEqual(
      host.system.inputLog.inputs.map(({ input }) => input.kind),
      ['console-closed', 'memory-target'],
    );
    pass(host.system, 20 * MILLISECOND);
    assert.equal(set(8 * 2 ** 20), 'has ended');
  });

  it('lets a host whose guests wait for ever end so', async () => {
    const waits = await assembleGuest('_start: csrw sie, zero\n1: wfi\n j 1b');
    const host = hostOf([
      { name: 'one', engine: 'full', program: waits },
      { name: 'two', engine: 'hardware', program: waits },
    ]);
    pass(host.system, 500 * MILLISECOND);
    assert.equal(host.system.machine.finished?.reason, 'waiting-forever');
  });

  it('lets a host whose guests wait for memory for ever end so', async () => {
    const touches = await assembleGuest(`
_start: li      t0, 0x80400000
        li      t1, 0x80e00000
        li      t2, 4096
1:      sd      t0, (t0)
        add     t0, t0, t2
        bltu    t0, t1, 1b
        j       _start
`);
    const host = hostOf([
      { name: 'one', engine: 'full', program: touches },
      { name: 'two', engine: 'hardware', program: touches },
    ]);
    pass(host.system, 2000 * MILLISECOND);
    assert.equal(host.system.machine.finished?.reason, 'waiting-forever');
    for (const name of ['one', 'two'])
      assert.ok(vmOf(host, name).allotment.target < vmOf(host, name).allotment.bounds.maximum);
  });

  it('is saved with what it has seen, and goes on elsewhere as here', async () => {
    const program = await assembleGuest(followingGuest({ wants: WANTS }));
    const make = (): TestHost =>
      hostOf(
        [
          { name: 'light', engine: 'full', program, weight: 100 },
          { name: 'heavy', engine: 'hardware', program, weight: 900 },
        ],
        { harts: 2, vmmTime: 'charged' },
      );
    const whole = make().system;
    let copy = make().system;
    for (let part = 0; part < 30; part++) {
      for (const system of [whole, copy]) system.machine.run({ instructions: 1_000_003 });
      assert.equal(copy.stateHash(), whole.stateHash(), `${part}`);
      if (whole.machine.activeHandler) continue;
      const next = make().system;
      next.restore(copy.save());
      copy = next;
    }
    assert.ok(whole.vm?.allotment.history.some(({ kind }) => kind === 'policy'));
  }).timeout(60_000);
});
