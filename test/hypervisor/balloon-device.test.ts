import assert from 'node:assert/strict';
import { balloonHostOf } from '../../simulator/hypervisor/memory/balloon-host';
import type { Overcommit } from '../../simulator/hypervisor/memory/host-memory';
import type { Vm } from '../../simulator/hypervisor/vm';
import { FRAME } from '../../simulator/mmu/address';
import type { System } from '../../simulator/system/system';
import { assembleGuest } from '../support/guest';
import { makeHost } from '../support/host';
import { hostMemoryFor } from '../support/host-memory';
import { Random } from '../support/random';

const MEMORY = 16 * 2 ** 20;
const BEGIN = 0x8000_0000;
const PAGE = 0x8080_0000;
const PAGES = 256;

/** Shares a place for steal time in the third of its pages, and touches all of them again and again: its trap handler counts what is no memory. */
const TOUCHES = `
        .option norvc
        .globl  _start
_start: la      t0, trap
        csrw    stvec, t0
        li      a0, ${PAGE + 2 * FRAME}
        li      a1, 0
        li      a2, 0
        li      a7, 0x535441
        li      a6, 0
        ecall
        li      s1, 0
1:      li      t1, ${PAGE}
        li      t2, ${PAGES}
        li      t3, 4096
2:      ld      t0, 8(t1)
        add     t0, t0, t1
        sd      t0, 8(t1)
        add     t1, t1, t3
        addi    t2, t2, -1
        bnez    t2, 2b
        j       1b
        .balign 4
trap:   addi    s1, s1, 1
        csrr    s2, sepc
        addi    s2, s2, 4
        csrw    sepc, s2
        sret
`;

const faultsOf = ({ vcpus }: Vm): bigint => vcpus[0]?.cpu.x(9) ?? 0n;

const modes = (['full', 'hardware'] as const).flatMap((engine) =>
  (['refuse', 'wait'] as const).map((overcommit) => ({ engine, overcommit })),
);

describe('what the balloon of a VM does with pages', () => {
  for (const { engine, overcommit } of modes) {
    const made = async (mode: Overcommit = overcommit): Promise<{ system: System; vm: Vm }> => {
      const program = await assembleGuest(TOUCHES);
      const vms = [{ name: 'vm', engine, program, memory: MEMORY, stealTime: true }];
      const memory = hostMemoryFor(vms, mode) + (mode === 'refuse' ? 0 : 2048 * FRAME);
      const { system } = makeHost(vms, { overcommit: mode, memory });
      assert.ok(system.vm);
      system.machine.run({ instructions: 10_000 });
      return { system, vm: system.vm };
    };
    const go = (system: System): void => {
      system.machine.run({ instructions: 10_000 });
      assert.deepEqual(system.isolationBreaches(), []);
    };

    it(`gives them to the host and has them again, while the guest runs (${engine}, ${overcommit})`, async () => {
      const { system, vm } = await made();
      const host = balloonHostOf(vm.balloon);
      const pages = [PAGE, PAGE + 7 * FRAME, PAGE + 255 * FRAME];
      const before = vm.memory.count;
      host.inflate(pages, true);
      assert.equal(vm.memory.count, before - pages.length);
      assert.deepEqual(system.isolationBreaches(), [], 'a translation that is left counts only until the hart goes on');
      go(system);
      if (overcommit === 'refuse') {
        assert.ok(faultsOf(vm) > 0n);
        assert.ok(host.deflate(pages));
      } else {
        assert.equal(faultsOf(vm), 0n);
      }
      const faults = faultsOf(vm);
      go(system);
      assert.equal(vm.memory.count, before);
      assert.equal(faultsOf(vm), faults);
    });

    it(`takes nothing that cannot go (${engine}, ${overcommit})`, async () => {
      const { system, vm } = await made();
      const host = balloonHostOf(vm.balloon);
      const before = vm.memory.count;
      const shared = PAGE + 2 * FRAME;
      host.inflate([0, 0x1000_0000, BEGIN, BEGIN + MEMORY, (2 ** 32 - 1) * FRAME, PAGE, PAGE, shared, PAGE], true);
      assert.equal(vm.memory.count, before - 1);
      assert.ok(vm.p2m.toHost(shared) !== undefined);
      host.inflate([PAGE], true);
      // What has just gone may be all that there is: a hart has still to forget it.
      go(system);
      assert.ok(host.deflate([0, BEGIN, BEGIN + MEMORY, shared, PAGE, PAGE]));
      go(system);
      assert.equal(vm.memory.count, before);
    });

    if (overcommit === 'refuse')
      it(`leaves a driver its pages that would not say when it uses them (${engine})`, async () => {
        const { system, vm } = await made();
        const before = vm.memory.count;
        balloonHostOf(vm.balloon).inflate([PAGE], false);
        assert.equal(vm.memory.count, before);
        go(system);
        assert.equal(faultsOf(vm), 0n);
      });

    const random = Random.fromEnvironment();
    it(`survives any pages (${engine}, ${overcommit}, seed ${random.seed})`, async () => {
      const { system, vm } = await made();
      const host = balloonHostOf(vm.balloon);
      for (let round = 0; round < 40; round++) {
        const pages = Array.from({ length: random.below(64) }, () =>
          random.below(4) === 0 ? random.below(2 ** 31) * FRAME : PAGE + random.below(PAGES) * FRAME,
        );
        if (random.below(2) === 0) host.inflate(pages, random.below(4) > 0);
        else host.deflate(pages);
        go(system);
      }
    });
  }

  for (const engine of ['full', 'hardware'] as const)
    it(`gives back what another hart knows of too (${engine})`, async () => {
      const program = await assembleGuest(TOUCHES);
      const spins = await assembleGuest('_start: j _start');
      // Whoever is paused is not on the hart any more, which keeps what it knows.
      const { system } = makeHost(
        [
          { name: 'vm', engine, program, memory: MEMORY },
          { name: 'other', engine, program: spins, memory: MEMORY },
        ],
        { scheduler: { kind: 'round-robin', slice: 20_000 } },
      );
      const { vm } = system;
      assert.ok(vm);
      system.machine.run({ instructions: 30_000 });
      assert.ok(system.operate(vm, 'pause'));
      system.machine.run({ instructions: 10_000 });
      assert.ok(vm.isOff);
      const pages = Array.from({ length: PAGES }, (_, index) => PAGE + index * FRAME);
      balloonHostOf(vm.balloon).inflate(pages, true);
      assert.equal(system.hypervisor?.frames.draining.length, 0, 'nobody is asked to forget');
      assert.deepEqual(system.isolationBreaches(), []);
      assert.ok(system.operate(vm, 'unpause'));
      const faults = faultsOf(vm);
      system.machine.run({ instructions: 60_000 });
      assert.deepEqual(system.isolationBreaches(), []);
      assert.ok(faultsOf(vm) > faults + 200n);
    });

  it('is what somebody wants of its memory', async () => {
    const program = await assembleGuest('_start: j _start');
    const { system } = makeHost([{ name: 'vm', program, memory: MEMORY }]);
    const { vm } = system;
    assert.ok(vm);
    const host = balloonHostOf(vm.balloon);
    assert.equal(host.wanted, 0);
    assert.equal(system.setMemoryTarget(vm, 8 * 2 ** 20), undefined);
    assert.equal(host.wanted, (8 * 2 ** 20) / FRAME - 128, 'the firmware’s part is no page of the guest’s');
  });
});
