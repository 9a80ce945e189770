import assert from 'node:assert/strict';
import { Pace } from '../../simulator/machine/pace';
import { ANY_GUEST_VIRTUALIZATIONS } from '../../simulator/system/system';
import { assembleGuest, makeSystem } from '../support/guest';

const LIMIT = 1_000_000;

describe('the machine', () => {
  it('runs a guest in M-mode from reset, with its CLINT and its own traps', async () => {
    const program = await assembleGuest(`
        .globl _start
_start: csrr    s0, mhartid
        la      t0, on_trap
        csrw    mtvec, t0
        li      t0, 0x2004000           # mtimecmp
        li      t1, 100
        sd      t1, 0(t0)
        li      t0, 0x80
        csrs    mie, t0
        csrsi   mstatus, 8
1:      wfi
        beqz    s1, 1b
        li      t0, 0x100000            # finisher: fail 7
        li      t1, 0x73333
        sw      t1, 0(t0)
        j       .
        .balign 4
on_trap:
        csrr    s1, mcause
        li      t0, 0x2004000
        li      t1, -1
        sd      t1, 0(t0)
        mret
`);
    const { system } = makeSystem(program, { firmware: 'none' });
    const stop = system.machine.run({ instructions: LIMIT });
    assert.deepEqual(stop, { reason: 'power-off', code: 7 });
    assert.equal(system.machine.harts[0]?.x(9), 0x8000000000000007n);
    // wfi skipped the time until the timer: 100 ticks of 100 ns.
    assert.ok(system.machine.clock.now() >= 10_000 && system.machine.clock.retired < 100);
  });

  // However long the loop is: the interrupt comes in its pause, not between its look at the time and its look at the flag.
  for (const nops of [0, 1, 2, 3, 4, 5, 6])
    it(`lets nobody who pauses see a timer's interrupt before its time (${nops} more instructions)`, async () => {
      const program = await assembleGuest(`
        .globl _start
_start: la      t0, on_trap
        csrw    stvec, t0
        rdtime  s0
        addi    s0, s0, 50
        mv      a0, s0
        li      a7, 0x54494d45
        li      a6, 0
        ecall
        li      t0, 1 << 5
        csrw    sie, t0
        csrsi   sstatus, 2
1:      rdtime  s2
        ${'nop\n'.repeat(nops)}
        bnez    s1, 2f
        pause
        j       1b
2:      li      a7, 8
        ecall
        .balign 4
on_trap:
        li      s1, 1
        csrw    sie, zero
        sret
`);
      const { system } = makeSystem(program);
      assert.equal(system.machine.run({ instructions: LIMIT }).reason, 'power-off');
      const [wanted = 0n, seen = 0n] = [8, 18].map((register) => system.machine.harts[0]?.x(register));
      assert.ok(seen >= wanted && seen <= wanted + 2n, `${seen}, and the timer was set to ${wanted}`);
    });

  it('sees that traps follow one another for ever while each of them is watched', async () => {
    const { system } = makeSystem(await assembleGuest('_start: li t0, 0x18000000\n csrw stvec, t0\n ebreak'));
    const stop = system.machine.run({ instructions: LIMIT, stopAtGuestTrap: () => false });
    assert.equal(stop.reason, 'trap-loop');
  });

  for (const virtualization of ANY_GUEST_VIRTUALIZATIONS) {
    it(`stops when its guest waits for ever (${virtualization})`, async () => {
      const { system } = makeSystem(await assembleGuest('_start: wfi\n j _start'), { virtualization });
      assert.deepEqual(system.machine.run({ instructions: LIMIT }), { reason: 'waiting-forever' });
    });

    it(`stops with a reason when traps follow one another for ever (${virtualization})`, async () => {
      const { system } = makeSystem(
        await assembleGuest('_start: li t0, 0x18000000\n csrw stvec, t0\n ecall_: ebreak\n j .'),
        {
          virtualization,
        },
      );
      const { reason } = system.machine.run({ instructions: LIMIT });
      assert.equal(reason, virtualization === 'none' ? 'trap-loop' : 'killed');
    });

    it(`comes back from a guest that loops (${virtualization})`, async () => {
      const { system } = makeSystem(await assembleGuest('_start: j _start'), { virtualization });
      assert.deepEqual(system.machine.run({ instructions: LIMIT }), { reason: 'limit' });
      assert.equal(system.machine.clock.retired, LIMIT);
    });

    it(`takes console input at its position, and wakes a waiting guest (${virtualization})`, async () => {
      const program = await assembleGuest(`
        .globl _start
_start: li      t0, 0x0c000000 + 40     # UART: priority 1, enabled for S-mode
        li      t1, 1
        sw      t1, 0(t0)
        li      t0, 0x0c002080
        li      t1, 1 << 10
        sw      t1, 0(t0)
        li      t0, 0x10000000
        li      t1, 1                   # interrupt when a byte has come
        sb      t1, 1(t0)
        li      t1, 512
        csrs    sie, t1
1:      wfi
        lbu     a0, 0(t0)
        addi    a0, a0, 1
        sb      a0, 0(t0)
        li      a7, 8
        ecall
`);
      const bytes: number[] = [];
      const { system } = makeSystem(program, { virtualization, console: (byte) => bytes.push(byte), inputOpen: true });
      assert.deepEqual(system.machine.run({ instructions: LIMIT }), { reason: 'waiting-for-input' });
      system.input([0x41]);
      assert.deepEqual(system.machine.run({ instructions: LIMIT }), { reason: 'power-off', code: 0 });
      assert.deepEqual(bytes, [0x42]);
    });

    it(`ends a turn by count, never by the host's slices (${virtualization})`, async () => {
      const program = await assembleGuest(`
        .globl _start
_start: li      a0, 1
        la      a1, second
        li      a7, 0x48534D
        li      a6, 0
        ecall
1:      addi    s0, s0, 1
        j       1b
second: addi    s1, s1, 1
        j       second
`);
      const whole = makeSystem(program, { virtualization, harts: 2 }).system;
      const sliced = makeSystem(program, { virtualization, harts: 2 }).system;
      whole.machine.run({ instructions: 50_000 });
      for (let done = 0; done < 50_000; done += 50) sliced.machine.run({ instructions: 50 });
      assert.equal(sliced.stateHash(), whole.stateHash());
    });
  }
});

describe('the pace of a machine that waits', () => {
  it('counts whole nanoseconds, and none of those in which nobody waited', () => {
    const pace = new Pace('realtime');
    assert.equal(pace.waitUntil(1000, 0), 1000);
    assert.equal(pace.sleep(5_000_000, 1000, 10), 5);
    assert.equal(pace.waitUntil(1000, 12.3456789), 1000 + 2_345_678);
    pace.sleep(5_000_000, 1000, 10);
    pace.rest();
    assert.equal(pace.waitUntil(1000, 600_000), 1000);
    assert.equal(new Pace('max').waitUntil(1000, 0), undefined);
  });
});
