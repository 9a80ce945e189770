import assert from 'node:assert/strict';
import { anyGuestEngines } from '../../../simulator/hypervisor/engines';
import type { System } from '../../../simulator/system/system';
import { assembleGuest } from '../../support/guest';
import { SBI_MACRO } from '../../support/guest-text';
import { assembleVm, MILLISECOND, makeHost, pass, type TestHostConfiguration, type TestVm } from '../../support/host';
import { askForStealTime, SPINS, timedSleeper } from '../../support/small-guests';

const SLICE = MILLISECOND / 10;
const NEAR = 0.02;

const SHARE = (label: string): string => askForStealTime(`la      a0, ${label}`);

/** Asks to be told, and counts for ever: in s0 rounds, in s1 odd sequences, in s2 its own preempted flag seen set. */
const TOLD = `${SBI_MACRO}
_start: li      s0, 0
        li      s1, 0
        li      s2, 0
${SHARE('told')}
1:      la      t0, told
        lwu     t1, (t0)
        andi    t1, t1, 1
        add     s1, s1, t1
        lbu     t1, 16(t0)
        add     s2, s2, t1
        addi    s0, s0, 1
        j       1b
        .data
        .balign 64
        .globl  told
told:   .skip   64
`;

/** The same, and its second CPU counts in s3 how often the first is preempted, and in s4 how often it is not. */
const WATCHED = `${SBI_MACRO}
_start: li      a0, 1
        la      a1, second
        sbi     0x48534d, 0
${SHARE('told')}
1:      j       1b
second: li      s3, 0
        li      s4, 0
        la      t0, told
2:      lbu     t1, 16(t0)
        beqz    t1, 3f
        addi    s3, s3, 1
        j       2b
3:      addi    s4, s4, 1
        j       2b
        .data
        .balign 64
told:   .skip   64
`;

interface Told {
  readonly sequence: number;
  readonly flags: number;
  readonly steal: number;
  readonly preempted: number;
  readonly rest: readonly number[];
}

function toldAt(system: System, guest: number, vcpu = 0): Told {
  const address = system.hypervisor?.vms[guest]?.vcpus[vcpu]?.stealTime?.sharedMemory?.value;
  assert.ok(address !== undefined, 'it has asked to be told');
  return structureAt(system, guest, address);
}

function structureAt(system: System, guest: number, address: number): Told {
  const bytes = system.readMemory(address, 64, system.guests[guest]);
  assert.ok(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return {
    sequence: view.getUint32(0, true),
    flags: view.getUint32(4, true),
    steal: Number(view.getBigUint64(8, true)),
    preempted: view.getUint8(16),
    rest: [...bytes.subarray(17)],
  };
}

const near = (value: number, expected: number, what: string): void =>
  assert.ok(Math.abs(value / expected - 1) <= NEAR, `${what}: ${value}, and ${expected} would be right`);

const shared = (more: TestHostConfiguration = {}): TestHostConfiguration => ({
  vmmTime: 'charged',
  scheduler: { kind: 'credit', slice: SLICE },
  ...more,
});

for (const { id: engine } of anyGuestEngines)
  describe(`steal time (${engine})`, () => {
    const register = (system: System, guest: number, number: number, vcpu = 0): number =>
      Number(system.guests[guest]?.cpus[vcpu]?.x(number) ?? -1n);
    const besideSpinner = async (configuration: TestHostConfiguration, more: Partial<TestVm> = {}) =>
      makeHost(
        [
          await assembleVm('told', engine, TOLD, { stealTime: true, ...more }),
          await assembleVm('spins', engine, SPINS),
        ],
        configuration,
      ).system;

    for (const vmmTime of ['charged', 'free'] as const)
      it(`grows at half the time beside one that always runs, with vmmTime ${vmmTime}`, async () => {
        const system = await besideSpinner(shared({ vmmTime }));
        for (let part = 1; part <= 4; part++) {
          pass(system, 50 * MILLISECOND);
          const { steal, sequence, flags, rest } = toldAt(system, 0);
          near(steal, system.machine.clock.now() / 2, `after ${part} parts`);
          assert.equal(sequence % 2, 0);
          assert.equal(flags, 0);
          assert.ok(rest.every((byte) => byte === 0));
          // It is told when it comes back: since then it may have been without the hart for a slice and a little.
          const { stolen = 0 } = system.hypervisor?.vms[0]?.measures ?? {};
          assert.ok(stolen - steal >= 0 && stolen - steal < 1.1 * SLICE, `${stolen} measured, ${steal} told`);
        }
        assert.equal(register(system, 0, 9), 0, 'odd sequences');
        assert.equal(register(system, 0, 18), 0, 'a guest that runs is not preempted');
        assert.ok(register(system, 0, 8) > 1_000_000);
      }).timeout(60_000);

    it('is a third of the time for twice the weight', async () => {
      const system = await besideSpinner(shared(), { weight: 512 });
      pass(system, 200 * MILLISECOND);
      near(toldAt(system, 0).steal, system.machine.clock.now() / 3, 'steal');
    }).timeout(60_000);

    it('is what a cap keeps from it too', async () => {
      const { system } = makeHost([await assembleVm('told', engine, TOLD, { stealTime: true, cap: 25 })], shared());
      pass(system, 200 * MILLISECOND);
      const { steal } = toldAt(system, 0);
      assert.ok(
        Math.abs(steal / system.machine.clock.now() - 0.75) < 0.05,
        `${steal} of ${system.machine.clock.now()}`,
      );
    });

    it('is none where nobody else wants the hart', async () => {
      const { system } = makeHost(
        [await assembleVm('told', engine, TOLD, { stealTime: true })],
        shared({ vmmTime: 'free' }),
      );
      pass(system, 20 * MILLISECOND);
      assert.equal(toldAt(system, 0).steal, 0);
    });

    it('is not the time in which it sleeps', async () => {
      const text = `${SBI_MACRO}
_start: ${SHARE('told')}
        li      t0, 32
        csrw    sie, t0
1:      rdtime  a0
        li      t0, 5000
        add     a0, a0, t0
        sbi     0x54494d45, 0
        wfi
        j       1b
        .data
        .balign 64
told:   .skip   64
`;
      const { system } = makeHost(
        [
          await assembleVm('sleeps', engine, text, { stealTime: true }),
          await assembleVm('other', engine, text, { stealTime: true }),
        ],
        shared({ vmmTime: 'free' }),
      );
      pass(system, 50 * MILLISECOND);
      for (let part = 0; part < 20; part++) {
        pass(system, MILLISECOND);
        assert.equal(system.vm?.vcpus[0]?.run, 'blocked');
        assert.equal(toldAt(system, 0).preempted, 0);
      }
      // Both wake at about the same time, and one waits for the other.
      assert.ok(toldAt(system, 0).steal + toldAt(system, 1).steal < MILLISECOND / 10);
    });

    it('counts from where it is asked for, and anew where it is asked for again', async () => {
      const text = `${SBI_MACRO}
_start: li      s0, 100000
1:      addi    s0, s0, -1
        bnez    s0, 1b
${SHARE('told')}
        li      s0, 100000
2:      addi    s0, s0, -1
        bnez    s0, 2b
        la      t0, told
        ld      s1, 8(t0)
${SHARE('again')}
        la      t0, again
        ld      s2, 8(t0)
3:      j       3b
        .data
        .balign 64
told:   .skip   64
again:  .skip   64
`;
      const { system } = makeHost(
        [await assembleVm('told', engine, text, { stealTime: true }), await assembleVm('spins', engine, SPINS)],
        shared({ vmmTime: 'free', scheduler: { kind: 'round-robin', slice: 20_000 } }),
      );
      pass(system, MILLISECOND);
      // Two hundred thousand instructions beside another: as much is stolen in the first half as in the second.
      assert.ok(Math.abs(register(system, 0, 9) - 200_000) <= 40_000, `${register(system, 0, 9)} ns`);
      assert.equal(register(system, 0, 18), 0);
    });

    it('is told with a flag that siblings see while it has no hart', async () => {
      const { system } = makeHost(
        [
          await assembleVm('watched', engine, WATCHED, { stealTime: true, vcpus: 2 }),
          await assembleVm('spins', engine, SPINS, { pin: [0] }),
        ],
        shared({ harts: 2 }),
      );
      pass(system, 20 * MILLISECOND);
      const [preempted, runs] = [register(system, 0, 19, 1), register(system, 0, 20, 1)];
      assert.ok(preempted > 1000, `${preempted} looks at it while it is preempted`);
      assert.ok(runs > 1000, `${runs} looks at it while it runs`);
      // What it says is so.
      for (let part = 0; part < 40; part++) {
        pass(system, 0.7 * SLICE);
        const vcpu = system.hypervisor?.vms[0]?.vcpus[0];
        assert.equal(toldAt(system, 0).preempted, vcpu?.run === 'runnable' ? 1 : 0);
      }
    });

    it('is the same in every run, translated or not', async () => {
      const hashes = [true, true, false].map(async (translation) => {
        const system = await besideSpinner(shared({ translation }));
        system.machine.run({ instructions: 3_000_000 });
        return system.stateHash();
      });
      const [first, again, interpreted] = await Promise.all(hashes);
      assert.equal(again, first);
      assert.equal(interpreted, first);
    }).timeout(60_000);

    it('is saved with the machine and goes on in another', async () => {
      const make = async () =>
        makeHost(
          [
            await assembleVm('watched', engine, WATCHED, { stealTime: true, vcpus: 2 }),
            await assembleVm('told', engine, TOLD, { stealTime: true }),
            await assembleVm('spins', engine, SPINS),
          ],
          shared({ harts: 2, scheduler: { kind: 'credit', slice: 7_000 } }),
        ).system;
      const [whole, saved, other] = [await make(), await make(), await make()];
      for (let part = 0; part < 40; part++) {
        whole.machine.run({ instructions: 2_501 });
        saved.machine.run({ instructions: 2_501 });
        other.restore(saved.save());
        assert.equal(other.stateHash(), whole.stateHash());
        other.machine.run({ instructions: 4_000 });
        saved.restore(saved.save());
      }
      assert.ok(toldAt(whole, 1).steal > 0);
    }).timeout(60_000);

    it('ends with the life of its CPU: what is stopped and started again has not asked yet', async () => {
      const text = `${SBI_MACRO}
_start: li      a0, 1
        la      a1, second
        sbi     0x48534d, 0
1:      li      a0, 1                   # until it has stopped
        sbi     0x48534d, 2
        li      t0, 1
        bne     a1, t0, 1b
        la      t0, told
        lwu     s0, (t0)
        li      a0, 1
        la      a1, third
        sbi     0x48534d, 0
2:      j       2b
second: ${SHARE('told')}
        li      t0, 30000
3:      addi    t0, t0, -1
        bnez    t0, 3b
        sbi     0x48534d, 1
third:  j       third
        .data
        .balign 64
        .globl  told
told:   .skip   64
`;
      const program = await assembleGuest(text);
      const { system } = makeHost(
        [{ name: 'it', engine, program, stealTime: true, vcpus: 2 }, await assembleVm('spins', engine, SPINS)],
        shared({ scheduler: { kind: 'credit', slice: 5_000 } }),
      );
      pass(system, 2 * MILLISECOND);
      const told = Number(program.symbols.find(({ name }) => name === 'told')?.value);
      const sequence = register(system, 0, 8);
      assert.ok(sequence > 0);
      const before = structureAt(system, 0, told);
      pass(system, MILLISECOND);
      assert.deepEqual(structureAt(system, 0, told), before);
      assert.equal(before.sequence, sequence, 'nothing is written from the stop on');
      assert.equal(system.vm?.vcpus[1]?.stealTime?.sharedMemory, undefined);
    });

    it('ends with the life of its VM', async () => {
      const system = await besideSpinner(shared());
      pass(system, 2 * MILLISECOND);
      const address = system.vm?.vcpus[0]?.stealTime?.sharedMemory?.value ?? 0;
      assert.ok(address > 0);
      const [guest] = system.guests;
      assert.ok(guest && system.operate(guest, 'reboot'));
      const began = system.machine.clock.now();
      const told = () => system.vm?.vcpus[0]?.stealTime?.sharedMemory;
      for (let left = 1000; told() && left > 0; left--) system.machine.run({ instructions: 10 });
      assert.equal(told(), undefined, 'until it asks again');
      assert.equal(structureAt(system, 0, address).steal, 0);
      pass(system, 20 * MILLISECOND);
      near(toldAt(system, 0).steal, (system.machine.clock.now() - began) / 2, 'in its second life');
    });

    it('is told of the time that handlers take for others', async () => {
      // The sleeper's timer comes while another has the hart, which does not lose it by that.
      // Calls its firmware all the time.
      const calls = `${SBI_MACRO}
_start: ${SHARE('told')}
1:      li      t0, 200
2:      addi    t0, t0, -1
        bnez    t0, 2b
        sbi     0x10, 0
        j       1b
        .data
        .balign 64
told:   .skip   64
`;
      const { system } = makeHost(
        [
          await assembleVm('told', engine, calls, { stealTime: true }),
          await assembleVm('sleeps', engine, timedSleeper()),
        ],
        shared({ scheduler: { kind: 'round-robin', slice: SLICE } }),
      );
      pass(system, 20 * MILLISECOND);
      const vm = system.vm;
      const { ready = 0, stolen = 0 } = vm?.measures ?? {};
      assert.ok(stolen > ready, 'handlers have been for others');
      let late = 0;
      for (let part = 0; part < 400; part++) {
        system.machine.run({ instructions: 1_001 });
        if (vm?.vcpus[0]?.run !== 'running') continue;
        const untold = vm.measures.stolen - toldAt(system, 0).steal;
        assert.ok(untold >= 0);
        if (untold > 0) late++;
      }
      assert.ok(late < 40, `${late} times it had not been told yet`);
    });
  });

/** Share what a guest should not, and go on. */
const HOSTILE: readonly (readonly [what: string, text: string])[] = [
  [
    'its own code',
    `${SBI_MACRO}
_start: la      t0, on_trap
        csrw    stvec, t0
${SHARE('code')}
        .balign 4
on_trap:
        la      t0, code                # what the VMM has made of it is no instruction: it is written again
        li      t1, 0x6f                # j .
        sw      t1, 0(t0)
        fence.i
        jr      t0
        .balign 64
code:   .skip   64
`,
  ],
  [
    'its page tables',
    `${SBI_MACRO}
_start: la      t0, root
        li      t1, 0x200000cf
        sd      t1, 16(t0)
        srli    t0, t0, 12
        li      t1, 8
        slli    t1, t1, 60
        or      t0, t0, t1
        csrw    satp, t0
        sfence.vma
${SHARE('root')}
1:      sfence.vma
        la      t0, root
        ld      t1, (t0)
        j       1b
        .bss
        .balign 4096
root:   .skip   4096
`,
  ],
  [
    'what it writes itself',
    `${SBI_MACRO}
_start: ${SHARE('told')}
        la      t0, told
        li      t1, -1
1:      sd      t1, 0(t0)
        sd      t1, 8(t0)
        sd      t1, 16(t0)
        j       1b
        .data
        .balign 64
told:   .skip   64
`,
  ],
  [
    'what another of its CPUs shares, and a reservation',
    `${SBI_MACRO}
_start: li      a0, 1
        la      a1, second
        sbi     0x48534d, 0
second: ${SHARE('told')}
        la      t0, told
1:      lr.w    t1, (t0)
        sc.w    t1, t1, (t0)
        j       1b
        .data
        .balign 64
told:   .skip   64
`,
  ],
];

for (const { id: engine } of anyGuestEngines)
  describe(`guests that share for steal time what they should not (${engine})`, () => {
    for (const [what, text] of HOSTILE)
      it(`harm nobody but themselves: ${what}`, async () => {
        const make = async (translation: boolean) => {
          const [hostile, told, spins] = await Promise.all([
            assembleVm('hostile', engine, text, { stealTime: true, vcpus: 2 }),
            assembleVm('told', engine, TOLD, { stealTime: true }),
            assembleVm('spins', engine, SPINS),
          ]);
          const scheduler = { kind: 'credit', slice: 3_000 } as const;
          return makeHost([hostile, told, spins], shared({ translation, scheduler })).system;
        };
        const [system, interpreted, copy] = [await make(true), await make(false), await make(true)];
        pass(system, 2 * MILLISECOND);
        const [hostile, , spins] = system.hypervisor?.vms ?? [];
        const now = system.machine.clock.now();
        // What takes its own page tables for it has no way on.
        const isLost = what === 'its page tables';
        assert.equal(hostile?.end !== undefined, isLost);
        assert.ok((spins?.retired ?? 0) > 500_000, `${spins?.retired} instructions of the third`);
        if (!isLost) near(toldAt(system, 1).steal, (now * 2) / 3, 'what the second is told');
        interpreted.machine.run({ instructions: system.machine.clock.retired });
        assert.equal(interpreted.stateHash(), system.stateHash());
        copy.restore(system.save());
        assert.equal(copy.stateHash(), system.stateHash());
      }).timeout(60_000);

    it('get an even sequence after an odd one that they wrote', async () => {
      const text = `${SBI_MACRO}
_start: ${SHARE('told')}
        la      t0, told
        li      t1, 7
        sw      t1, (t0)
1:      j       1b
        .data
        .balign 64
told:   .skip   64
`;
      const { system } = makeHost(
        [await assembleVm('hostile', engine, text, { stealTime: true }), await assembleVm('spins', engine, SPINS)],
        shared(),
      );
      system.machine.run({ instructions: 100 });
      assert.equal(toldAt(system, 0).sequence, 7);
      pass(system, MILLISECOND);
      const { sequence, steal } = toldAt(system, 0);
      assert.ok(sequence > 7 && sequence % 2 === 0, `${sequence}`);
      assert.ok(steal > 0);
    });
  });
