import assert from 'node:assert/strict';
import { anyGuestEngines } from '../../../simulator/hypervisor/engines';
import type { Vm } from '../../../simulator/hypervisor/vm';
import type { System } from '../../../simulator/system/system';
import { diskOf } from '../../support/guest';
import { assembleVm, MILLISECOND, makeHost, pass } from '../../support/host';
import { RESETS, SPINS } from '../../support/small-guests';

/** Prints a letter, counts in memory and in a page of its stack, and then traps at its own trap vector. */
const CRASHES = `
_start: la      s1, lives
        ld      s2, (s1)
        addi    s2, s2, 1
        sd      s2, (s1)
        addi    a0, s2, 'a' - 1
        li      a7, 1
        ecall
        li      t0, 20000
1:      addi    t0, t0, -1
        bnez    t0, 1b
        csrw    stvec, zero
        ebreak
        .data
        .balign 8
lives:  .dword  0
`;
/** Ends with a failure. */
const FAILS = `
_start: li      t0, 20000
1:      addi    t0, t0, -1
        bnez    t0, 1b
        li      a7, 0x53525354
        li      a6, 0
        li      a0, 0
        li      a1, 1
        ecall
`;
/** Turns paging on with nothing mapped: its traps, which are its own affair with H, lead nowhere. */
const LOST = `
_start: la      t0, root
        srli    t0, t0, 12
        li      t1, 8
        slli    t1, t1, 60
        or      t0, t0, t1
        csrw    satp, t0
        sfence.vma
        .bss
        .balign 4096
root:   .skip   4096
`;
const WAITS = '_start: csrw sie, zero\n1: wfi\n j 1b';
const ENDS = '_start: li a7, 8\n ecall';

function vmNamed(system: System, name: string): Vm {
  return system.hypervisor?.vms.find((vm) => vm.name === name) ?? assert.fail(name);
}

for (const { id: engine } of anyGuestEngines)
  for (const hartOptions of [{}, { asidBits: 0, vmidBits: 0 }])
    describe(`VMs of a host (${engine}, ${JSON.stringify(hartOptions)})`, () => {
      it('wait for nothing once they have ended', async () => {
        // Its second vCPU waits from the start; the first ends it after a while.
        const text = `
_start: li      a7, 0x48534d
        li      a6, 0
        li      a0, 1
        la      a1, sleeps
        ecall
        li      t0, 50000
1:      addi    t0, t0, -1
        bnez    t0, 1b
        li      a7, 8
        ecall
sleeps: csrw    sie, zero
1:      wfi
        j       1b`;
        const ends = await assembleVm('ends', engine, text, { vcpus: 2 });
        const spins = await assembleVm('spins', engine, SPINS);
        const { system } = makeHost([ends, spins], { harts: 3, hartOptions });
        const waited = (): number => vmNamed(system, 'ends').measures.waiting;
        pass(system, MILLISECOND / 20);
        const before = waited();
        assert.ok(before > 0 && !vmNamed(system, 'ends').end);
        pass(system, MILLISECOND);
        assert.deepEqual(vmNamed(system, 'ends').end, { reason: 'power-off', code: 0 });
        const inAll = waited();
        assert.ok(inAll > before && inAll < MILLISECOND / 2, `${inAll} ns`);
        pass(system, MILLISECOND);
        assert.equal(waited(), inAll);
      });

      it('end each for itself, and the machine with the last', async () => {
        const vms = [
          await assembleVm('ends', engine, ENDS),
          await assembleVm('fails', engine, FAILS),
          await assembleVm('crashes', engine, CRASHES),
        ];
        const { system } = makeHost(vms, { hartOptions });
        pass(system, 10 * MILLISECOND);
        assert.deepEqual(vmNamed(system, 'ends').end, { reason: 'power-off', code: 0 });
        assert.deepEqual(vmNamed(system, 'fails').end, { reason: 'power-off', code: 1 });
        assert.equal(vmNamed(system, 'crashes').end?.reason, 'killed');
        assert.ok(system.machine.finished);
      });

      it('end each for itself where its traps lead nowhere', async () => {
        const vms = [
          await assembleVm('lost', engine, LOST),
          await assembleVm('again', engine, LOST, { onCrash: 'restart' }),
          await assembleVm('spins', engine, SPINS),
        ];
        const { system } = makeHost(vms, { hartOptions });
        pass(system, 10 * MILLISECOND);
        for (const name of ['lost', 'again'])
          assert.deepEqual(vmNamed(system, name).end, { reason: 'killed', kind: 'trap-loop', vcpu: 0 });
        assert.equal(vmNamed(system, 'again').life.restarts, 3);
        assert.ok(vmNamed(system, 'spins').retired > 5_000_000, `${vmNamed(system, 'spins').retired} instructions`);
        assert.equal(system.machine.finished, undefined);
      });

      it('are started again where they crash, three times, and know nothing of it', async () => {
        for (const onCrash of ['restart', 'restore'] as const) {
          const vms = [
            await assembleVm('crashes', engine, CRASHES, { onCrash }),
            await assembleVm('spins', engine, SPINS),
          ];
          const { system, output } = makeHost(vms, { harts: 2, hartOptions });
          pass(system, 20 * MILLISECOND);
          assert.equal(output('crashes'), 'aaaa', 'its memory begins anew');
          assert.equal(vmNamed(system, 'crashes').end?.reason, 'killed');
          assert.equal(vmNamed(system, 'crashes').life.restarts, 3);
          assert.equal(vmNamed(system, 'spins').end, undefined);
        }
      });

      it('begin anew when their guests ask for a reset, as often as they do', async () => {
        const vms = [await assembleVm('resets', engine, RESETS), await assembleVm('spins', engine, SPINS)];
        const { system, output } = makeHost(vms, { hartOptions });
        pass(system, 20 * MILLISECOND);
        assert.ok(output('resets').length > 5, output('resets'));
        assert.equal(vmNamed(system, 'resets').end, undefined);
      });

      it('stand while they are paused, and go on where they stood', async () => {
        const vms = [await assembleVm('spins', engine, SPINS), await assembleVm('other', engine, SPINS)];
        const { system } = makeHost(vms, { hartOptions });
        pass(system, 5 * MILLISECOND);
        const [guest] = system.guests;
        const vm = vmNamed(system, 'spins');
        assert.ok(guest && system.operate(guest, 'pause'));
        assert.equal(system.operate(guest, 'pause'), false, 'it stands already');
        pass(system, MILLISECOND);
        const { retired } = vm;
        pass(system, 5 * MILLISECOND);
        assert.equal(vm.retired, retired);
        assert.ok(system.operate(guest, 'unpause'));
        pass(system, 5 * MILLISECOND);
        assert.ok(vm.retired > retired + 1_000_000, `${vm.retired - retired} instructions since`);
      });

      it('can be destroyed and started again, whatever they do', async () => {
        for (const [text, does] of [
          [SPINS, 'spins'],
          [WAITS, 'waits'],
          [ENDS, 'has ended'],
        ] as const) {
          const vms = [await assembleVm('it', engine, text), await assembleVm('other', engine, SPINS)];
          const { system } = makeHost(vms, { hartOptions });
          pass(system, 5 * MILLISECOND);
          const [guest] = system.guests;
          const vm = vmNamed(system, 'it');
          assert.ok(guest);
          assert.equal(system.operate(guest, 'destroy'), does !== 'has ended');
          pass(system, 5 * MILLISECOND);
          assert.ok(vm.end, does);
          const { retired } = vm;
          assert.ok(system.operate(guest, 'reboot'));
          pass(system, 5 * MILLISECOND);
          assert.ok(vm.retired > retired, `after a reboot of one that ${does}`);
        }
      });
    });

describe('the disk of a VM', () => {
  for (const [onCrash, kept] of [
    ['restart', true],
    ['restore', false],
  ] as const)
    it(`${kept ? 'keeps' : 'loses'} what was written when the VM crashes (onCrash: ${onCrash})`, async () => {
      const disk = diskOf();
      const { system } = makeHost([await assembleVm('it', 'full', CRASHES, { onCrash, disks: [disk] })]);
      disk.write(0, new Uint8Array(512).fill(7));
      pass(system, 10 * MILLISECOND);
      assert.equal(vmNamed(system, 'it').life.restarts, 3);
      assert.equal(disk.read(0, 512)[0] === 7, kept);
    });
});
