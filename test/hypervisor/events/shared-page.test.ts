import assert from 'node:assert/strict';
import path from 'node:path';
import { SHARED_PAGE_ADDRESS } from '../../../simulator/hypercalls/shared-page';
import { anyGuestEngines } from '../../../simulator/hypervisor/engines';
import { FIRMWARE_MEMORY, SHARED_PAGE } from '../../../simulator/machine/memory-map';
import { FRAME } from '../../../simulator/mmu/address';
import { assembleGuest, buildGuest, guestFolder, makeSystem } from '../../support/guest';
import { assembleVm, MILLISECOND, makeHost, pass } from '../../support/host';
import { makePuppets } from '../../support/puppets';
import { SPINS } from '../../support/small-guests';

/** Loads from some addresses and stores to them; in s10 how many of these faulted, by bits of s11 which. */
const touches = (addresses: readonly number[]): string => `
_start: la      t0, trap
        csrw    stvec, t0
        li      s11, 0
        li      s9, 1
${addresses
  .map(
    (address) => `
        li      t1, ${address}
        lb      t2, 0(t1)
        slli    s9, s9, 1
        sb      t2, 0(t1)
        slli    s9, s9, 1`,
  )
  .join('')}
1:      j       1b
        .balign 4
trap:   or      s11, s11, s9
        csrr    t0, sepc
        addi    t0, t0, 4
        csrw    sepc, t0
        sret
`;
const EDGES = [
  FIRMWARE_MEMORY.base,
  SHARED_PAGE_ADDRESS - 1,
  SHARED_PAGE_ADDRESS,
  SHARED_PAGE_ADDRESS + FRAME - 1,
  SHARED_PAGE_ADDRESS + FRAME,
];

describe('the page that a VM shares', () => {
  it("is the last one of the firmware's", () => {
    assert.equal(SHARED_PAGE.base + SHARED_PAGE.size, FIRMWARE_MEMORY.base + FIRMWARE_MEMORY.size);
    assert.equal(SHARED_PAGE.size, FRAME);
  });

  for (const { id: virtualization } of anyGuestEngines) {
    for (const paravirtual of [true, false])
      it(`is memory of the guest where it shares one, and else is none (${virtualization}, ${paravirtual})`, async () => {
        const program = await assembleGuest(`.option norvc\n${touches(EDGES)}`);
        const { system } = makeSystem(program, { virtualization, paravirtual });
        system.machine.run({ instructions: 2000 });
        const faulted = Number(system.guest.cpus[0]?.x(27));
        assert.equal(faulted, paravirtual ? 0b0000001111 : 0b0011111111);
        assert.deepEqual(system.isolationBreaches(), []);
      });

    it(`changes nothing for guests that know nothing of it (${virtualization})`, async () => {
      for (const guest of ['demand-paging', 'external-interrupt', 'timer', 'sbi']) {
        const program = await buildGuest(path.join(guestFolder, `${guest}.S`));
        const outputs = [false, true].map((paravirtual) => {
          const { system, output } = makeSystem(program, { virtualization, paravirtual });
          assert.equal(system.machine.run({ instructions: 20_000_000 }).reason, 'power-off');
          return [output(), system.guest.cpus[0]?.retired];
        });
        assert.deepEqual(outputs[1], outputs[0], guest);
      }
    });

    it(`says how much others had of the hart (${virtualization})`, async () => {
      const program = await assembleGuest(SPINS);
      const spins = { name: 'spins', engine: virtualization, program, paravirtual: true } as const;
      const own = { ...spins, name: 'own', time: 'own' } as const;
      const { system } = makeHost([spins, own], { scheduler: { kind: 'round-robin', slice: MILLISECOND / 10 } });
      pass(system, 5 * MILLISECOND);
      const stolenOf = (vm: number): number => {
        const bytes = system.readMemory(SHARED_PAGE_ADDRESS + 1024 + 88, 8, system.guests[vm]) ?? assert.fail();
        return Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
      };
      assert.ok(Math.abs(stolenOf(0) / (2.5 * MILLISECOND) - 1) < 0.1, `${stolenOf(0)}`);
      assert.equal(stolenOf(1), 0, 'of its own time nothing is stolen');
    });

    it(`is there where memory comes as it is touched, and in the next life (${virtualization})`, async () => {
      const more = { memory: 24 * 2 ** 20, overcommit: 'wait' } as const;
      const made = await makePuppets([virtualization, virtualization], { onCrash: 'restart' }, more);
      const [one, two] = made.puppets;
      assert.ok(one && two);
      for (let life = 0; life < 3; life++) {
        const { value: mine } = one.event('alloc_unbound', 1);
        const { value: others } = two.event('bind', 0, mine);
        assert.equal(two.isPending(others), true);
        const { system } = made;
        assert.deepEqual(system.isolationBreaches(), []);
        const copy = await makePuppets([virtualization, virtualization], { onCrash: 'restart' }, more);
        copy.system.restore(system.save());
        assert.equal(copy.system.stateHash(), system.stateHash());
        for (const { guest } of [one, two]) assert.ok(system.operate(guest, 'reboot'));
        system.machine.run({ instructions: 60_000 });
        assert.equal(two.isPending(others), false);
      }
    }).timeout(30_000);

    it(`is gone when the VM has ended for good, and its memory with it (${virtualization})`, async () => {
      const more = { memory: 24 * 2 ** 20, overcommit: 'wait' } as const;
      const { system, puppets } = await makePuppets([virtualization, virtualization], {}, more);
      const [one, two] = puppets;
      assert.ok(one && two);
      const { value: mine } = one.event('alloc_unbound', 1);
      two.event('bind', 0, mine);
      assert.ok(system.operate(two.guest, 'destroy'));
      system.machine.run({ instructions: 60_000 });
      assert.equal(system.hypervisor?.vms[1]?.events.page?.address, undefined);
      assert.deepEqual(one.event('send', mine), { error: 0, value: 0 });
      assert.deepEqual(one.event('bind', 1, 1), { error: -3, value: 0 });
      assert.deepEqual(system.isolationBreaches(), []);
    });
  }

  it('is refused on the bare machine', async () => {
    const program = await assembleGuest(SPINS);
    assert.throws(
      () => makeSystem(program, { virtualization: 'none', paravirtual: true }),
      /paravirtual is for a guest that shares a page with its hypervisor: it goes with another virtualization than "none"/,
    );
  });

  it('is named by the device tree, with its interrupt and the id of the VM', async () => {
    const vms = [
      await assembleVm('one', 'full', SPINS),
      await assembleVm('two', 'hardware', SPINS, { paravirtual: true }),
    ];
    const { system } = makeHost(vms);
    const trees = system.guests.map((guest) => {
      const at = Number(guest.cpus[0]?.x(11));
      return Buffer.from(system.readMemory(at, 8192, guest) ?? []).toString('latin1');
    });
    assert.deepEqual(
      trees.map((tree) => [tree.includes('hyperstep,pv'), tree.includes('hypervisor@8007f000')]),
      [
        [false, false],
        [true, true],
      ],
    );
  });
});
