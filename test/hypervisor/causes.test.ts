import assert from 'node:assert/strict';
import { anyGuestEngines } from '../../simulator/hypervisor/engines';
import type { CauseId } from '../../simulator/hypervisor/ledger/causes';
import { concernedBy, type ExitRecord } from '../../simulator/hypervisor/ledger/ledger';
import { InterruptCode } from '../../simulator/isa';
import type { System } from '../../simulator/system/system';
import { assembleGuest, makeSystem } from '../support/guest';
import { smallKernel } from './small-kernel';

const HSM = 0x48534d;
const IPI = 0x735049;
const RFENCE = 0x52464e43;

/** CPU 0 starts CPU 1, which waits for an interrupt, or does what else is said; then `body`, and both go round in a loop. */
const twoCpus = (body: string, wait = 'wfi'): string =>
  smallKernel({
    body: `
        li      a0, 1
        la      a1, second
        sbi     ${HSM}, 0
        li      s1, 4000
1:      addi    s1, s1, -1
        bnez    s1, 1b
        ${body}
1:      j       1b
second: la      t0, on_trap
        csrw    stvec, t0
        csrwi   sie, 2                  # SSIE
        csrsi   sstatus, 2              # SIE
        ${wait}
1:      j       1b`,
  });

const SEND_IPI = `
        li      a0, 2
        li      a1, 0
        sbi     ${IPI}, 0`;
const FENCE = `
        li      a0, 2
        li      a1, 0
        li      a2, 0x80000000
        li      a3, 0x3000
        sbi     ${RFENCE}, 1`;

async function run(guest: string, virtualization: (typeof anyGuestEngines)[number]['id']): Promise<System> {
  const { system } = makeSystem(await assembleGuest(guest), { virtualization, harts: 2 });
  assert.equal(system.machine.run({ instructions: 60_000 }).reason, 'limit');
  return system;
}

function exitsOf({ vm }: System, isWanted: (record: ExitRecord) => boolean): readonly ExitRecord[] {
  return vm?.ledger.last(1000, isWanted) ?? [];
}

/** The exit by which a CPU called its firmware. */
function call(system: System, extension: number): CauseId {
  const [record] = exitsOf(system, (each) => each.call?.extension === extension);
  assert.ok(record);
  return { kind: 'exit', number: record.number };
}

describe('causes', () => {
  for (const { id: virtualization } of anyGuestEngines) {
    for (const [what, extension, guest] of [
      ['an IPI', IPI, twoCpus(SEND_IPI)],
      // One that waits is asked when it is woken.
      ['a remote fence', RFENCE, twoCpus(FENCE, 'nop')],
    ] as const) {
      it(`of the exit by which a CPU is told of ${what}: the other's call (${virtualization})`, async () => {
        const system = await run(guest, virtualization);
        const told = exitsOf(system, (record) => concernedBy(record)?.vcpu === 1 && record.because !== null);
        assert.deepEqual(
          told.map(({ because }) => because),
          // Before that the hart was told that there is a CPU for it.
          [call(system, extension), call(system, HSM)],
        );
      });
    }

    it(`of an interrupt that is pending, also when it was saved meanwhile (${virtualization})`, async () => {
      const system = await run(twoCpus(SEND_IPI), virtualization);
      const other = makeSystem(undefined, { virtualization, harts: 2 }).system;
      other.restore(system.save());
      for (const { vm } of [system, other])
        assert.deepEqual(vm?.ledger.causes.of({ vm: 0, vcpu: 1 }, 'software interrupt'), call(system, IPI));
      assert.deepEqual(other.vm?.ledger.component.save(), system.vm?.ledger.component.save());
    });

    it(`of the exit when a timer comes: it (${virtualization})`, async () => {
      const guest = smallKernel({
        body: `
        li      a0, 100
        sbi     0x54494d45, 0           # set_timer
1:      j       1b`,
      });
      const system = await run(guest, virtualization);
      const [timer] = exitsOf(system, ({ because }) => because?.kind === 'event' && because.name === 'timer');
      // Where harts have vstimecmp, the guest's timer is none of the VMM's.
      if (system.machine.harts[0]?.options.supervisorTimer && virtualization === 'hardware')
        assert.equal(timer, undefined);
      else assert.equal(timer?.kind.id, 'timer-interrupt');
    });
  }

  it('of a timer interrupt that is injected: the call that set the timer (full)', async () => {
    const guest = smallKernel({
      body: `
        li      t0, 1 << 5
        csrw    sie, t0
        csrsi   sstatus, 2
        li      a0, 100
        sbi     0x54494d45, 0           # set_timer
1:      j       1b`,
    });
    const system = await run(guest, 'full');
    const because = call(system, 0x54494d45);
    const injected = exitsOf(system, () => true).flatMap(({ changes }) =>
      changes.filter((change) => change.kind === 'trap' && change.interrupt),
    );
    assert.deepEqual(injected, [{ kind: 'trap', interrupt: true, cause: InterruptCode.supervisorTimer, because }]);
  });

  it('of an interrupt that is injected: the call that made it pending (full)', async () => {
    const system = await run(twoCpus(SEND_IPI), 'full');
    const injected = exitsOf(system, (record) => concernedBy(record)?.vcpu === 1).flatMap(({ changes }) =>
      changes.filter((change) => change.kind === 'trap'),
    );
    const because = call(system, IPI);
    assert.deepEqual(injected, [{ kind: 'trap', interrupt: true, cause: InterruptCode.supervisorSoftware, because }]);
  });
});
