import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { assembleGuest, makeSystem } from '../../support/guest';
import { assembleVm, MILLISECOND, makeHost, pass } from '../../support/host';
import { busyPortedGuest } from '../../support/ported-guest';

const TURNS = 60;

describe('a ported guest, saved and beside others', () => {
  it('goes on elsewhere from wherever it was saved', async () => {
    const program = await assembleGuest(busyPortedGuest(TURNS));
    const { system, output } = makeSystem(program, { virtualization: 'para' });
    const other = makeSystem(program, { virtualization: 'para' });
    let saves = 0;
    for (;;) {
      const { reason } = system.machine.run({ instructions: 173 });
      if (reason !== 'limit') break;
      assert.deepEqual(system.isolationBreaches(), []);
      if (++saves % 7 !== 0) continue;
      other.system.restore(system.save());
      assert.deepEqual(other.system.isolationBreaches(), []);
      for (const each of [system, other.system]) each.machine.run({ instructions: 211 });
      assert.equal(other.system.stateHash(), system.stateHash());
    }
    assert.equal(system.machine.finished?.reason, 'power-off');
    assert.ok(saves > 20 && output().length === TURNS - 1, `${saves} ${output()}`);
  });

  it('is beside a full and a hardware VM on two harts as it is alone', async () => {
    const text = busyPortedGuest(TURNS);
    const spins = '        .globl _start\n_start: li a7, 0x10\n        li a6, 0\n        ecall\n        j _start\n';
    const states = async (others: boolean): Promise<string> => {
      const ported = await assembleVm('ported', 'para', text, { time: 'own' });
      const vms = others
        ? [ported, await assembleVm('full', 'full', spins), await assembleVm('hardware', 'hardware', spins)]
        : [ported];
      const { system, output } = makeHost(vms, { harts: others ? 2 : 1, vmmTime: 'charged' });
      const vm = system.hypervisor?.vms[0];
      for (let ran = 0; ran < 400 && !vm?.end; ran++) pass(system, MILLISECOND / 4);
      assert.equal(vm?.end?.reason, 'power-off');
      return `${output('ported')} ${vm?.retired} ${vm?.cpus.map((cpu) => [5, 6, 22, 23].map((x) => cpu.x(x)))}`;
    };
    assert.equal(await states(true), await states(false));
  });

  it('begins anew after a crash', async () => {
    const crashes = busyPortedGuest(TURNS).replace(
      'end:    off',
      'end:    li a0, PV_SCHED_OP_CRASH\n        hypercall PV_SCHED_OP',
    );
    const vm = await assembleVm('ported', 'para', crashes, { onCrash: 'restart' });
    const { system, output } = makeHost([vm]);
    for (let ran = 0; ran < 200 && !system.machine.finished; ran++) pass(system, MILLISECOND);
    assert.equal(output('ported').length, 4 * (TURNS - 1));
  });

  for (const overcommit of ['wait', 'kill'] as const)
    it(`has all of its memory from the start where others get theirs as they touch it (${overcommit})`, async () => {
      const vms = [
        await assembleVm('one', 'para', busyPortedGuest(TURNS)),
        await assembleVm('two', 'para', busyPortedGuest(TURNS)),
      ];
      const { system, output } = makeHost(vms, { overcommit, memory: 40 * 2 ** 20 });
      for (let ran = 0; ran < 200 && !system.machine.finished; ran++) pass(system, MILLISECOND);
      assert.deepEqual([output('one').length, output('two').length], [TURNS - 1, TURNS - 1]);
    });
});
