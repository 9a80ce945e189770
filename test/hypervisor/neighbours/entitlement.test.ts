import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { type Claim, entitlements } from '../../../simulator/hypervisor/scheduler/entitlement';
import { assembleGuest } from '../../support/guest';
import { MILLISECOND, makeHost, type TestVm } from '../../support/host';

const claim = (weight: number, most = 100, ...pin: number[]): Claim => ({ weight, most, pin });

function shares(harts: number, ...claims: Claim[]): number[] {
  const found = entitlements(claims, harts);
  return claims.map((each) => Math.round((found.get(each) ?? Number.NaN) * 10) / 10);
}

describe('what virtual machines have a right to', () => {
  it('is in proportion to their weights', () => {
    assert.deepEqual(shares(1, claim(512), claim(256)), [66.7, 33.3]);
    assert.deepEqual(shares(2, claim(256), claim(256), claim(256)), [66.7, 66.7, 66.7]);
  });

  it('is what they can use or may have at the most; the others have the rest', () => {
    assert.deepEqual(shares(2, claim(60_000), claim(1)), [100, 100]);
    assert.deepEqual(shares(1, claim(256, 20), claim(256)), [20, 80]);
    assert.deepEqual(shares(4, claim(256, 150), claim(256, 100)), [150, 100]);
  });

  it('is of the harts that they may use', () => {
    assert.deepEqual(shares(2, claim(256, 100, 0), claim(256, 100, 0), claim(256)), [50, 50, 100]);
    assert.deepEqual(shares(3, claim(256, 100, 0), claim(256, 200, 0, 1), claim(256, 300, 1, 0)), [66.7, 66.7, 66.7]);
    // Each is kept to two harts, and all together to three.
    const three = [claim(256, 200, 0, 1), claim(256, 200, 1, 2), claim(256, 200, 2, 0), claim(256, 200, 0, 1)];
    assert.deepEqual(shares(4, ...three), [75, 75, 75, 75]);
  });

  it('is nothing where none take part', () => {
    assert.deepEqual(shares(2), []);
    assert.deepEqual(shares(1, claim(256, 0), claim(256)), [0, 100]);
  });

  it('is what they get when all of them spin', async () => {
    const program = await assembleGuest('_start: j _start');
    const vms: TestVm[] = [
      { name: 'a', program, weight: 600 },
      { name: 'b', program, weight: 200 },
      { name: 'c', program, weight: 200, cap: 30 },
      { name: 'd', program, pin: [1] },
    ];
    const { system } = makeHost(vms, { harts: 2, vmmTime: 'free', scheduler: { kind: 'credit', slice: 100_000 } });
    const { hypervisor, machine } = system;
    assert.ok(hypervisor);
    const rights = hypervisor.entitlements();
    while (machine.clock.now() < 200 * MILLISECOND) machine.run({ instructions: 1_000_000 });
    for (const [vm, right] of rights) {
      const had = (100 * vm.measures.running) / machine.clock.now();
      assert.ok(Math.abs(had - right) < 4, `${vm.name}: ${had} of ${right}`);
    }
  });

  it('is asked of nobody who has ended or is paused', async () => {
    const program = await assembleGuest('_start: j _start');
    const { system } = makeHost([
      { name: 'a', program },
      { name: 'b', program },
      { name: 'c', program },
    ]);
    const [first, second] = system.guests;
    assert.ok(first && second);
    system.operate(first, 'pause');
    system.operate(second, 'destroy');
    const rights = [...(system.hypervisor?.entitlements() ?? [])].map(([{ name }, right]) => [name, right]);
    assert.deepEqual(rights, [['c', 100]]);
  });
});
