import assert from 'node:assert/strict';
import { runInLockStep } from '../../simulator/hypervisor/lock-step';
import { fenceRange } from '../../simulator/hypervisor/sbi/rfence';
import { VIRTUALIZATIONS } from '../../simulator/hypervisor/system';
import { assembleGuest, makeSystem } from '../support/guest';

const LIMIT = 5_000_000;

/** Calls that leave their results in s0, s1, ... and power off. */
const guest = (body: string): string => `
        .macro  sbi extension, function
        li      a7, \\extension
        li      a6, \\function
        ecall
        .endm
        .globl _start
_start: la      t0, on_trap
        csrw    stvec, t0
${body}
        sbi     8, 0
        .balign 4
on_trap:
        csrr    s8, scause
        csrr    s9, stval
        csrr    t0, sepc
        addi    t0, t0, 4
        csrw    sepc, t0
        sret
`;

const S = { s0: 8, s1: 9, s2: 18, s3: 19, s4: 20, s8: 24, s9: 25 } as const;

for (const virtualization of VIRTUALIZATIONS) {
  describe(`SBI with ${virtualization}`, () => {
    const run = async (body: string, harts = 1) => {
      const { system, output } = makeSystem(await assembleGuest(guest(body)), { virtualization, harts });
      const stop = system.machine.run({ instructions: LIMIT });
      const hart = system.machine.harts[0];
      assert.ok(hart);
      return { stop, output, register: (name: keyof typeof S) => BigInt.asIntN(64, hart.x(S[name])) };
    };

    it('has an implementation id and version of its own', async () => {
      const { register } = await run('        sbi 0x10, 1\n        mv s0, a1\n        sbi 0x10, 0\n        mv s1, a1');
      assert.equal(register('s0'), 0x4853n);
      assert.equal(register('s1'), 0x02000000n);
    });

    it('writes to the debug console from guest-physical memory, and refuses what is not the guest’s', async () => {
      const { output, register } = await run(`
        li      a0, 5
        la      a1, text
        li      a2, 0
        sbi     0x4442434e, 0
        mv      s0, a0
        mv      s1, a1
        li      a0, 8
        li      a1, 0x80000000          # the firmware's memory
        li      a2, 0
        sbi     0x4442434e, 0
        mv      s2, a0
        li      a0, 8
        li      a1, 0x10000000          # a device
        li      a2, 0
        sbi     0x4442434e, 0
        mv      s3, a0
        li      a0, '!'
        sbi     0x4442434e, 2
        j       1f
text:   .ascii "hello"
        .balign 4
1:`);
      assert.equal(output(), 'hello!');
      assert.deepEqual([register('s0'), register('s1'), register('s2'), register('s3')], [0n, 5n, -3n, -3n]);
    });

    it('answers not supported for extensions and functions that it has not', async () => {
      const { register } = await run(
        '        sbi 0x504D55, 0\n        mv s0, a0\n        sbi 0x52464E43, 5\n        mv s1, a0',
      );
      assert.deepEqual([register('s0'), register('s1')], [-2n, -2n]);
    });

    it('gives the caller the fault of a legacy hart mask that cannot be read', async () => {
      const { register } = await run('        li a0, 0x18000000\n        sbi 4, 0\n        mv s0, a0');
      assert.equal(register('s8'), 5n);
      assert.equal(register('s9'), 0x18000000n);
    });

    it('fails the run when the guest reports a system failure', async () => {
      const { stop } = await run('        li a0, 0\n        li a1, 1\n        sbi 0x53525354, 0');
      assert.deepEqual(stop, { reason: 'power-off', code: 1 });
    });

    it('passes on a reset', async () => {
      const { stop } = await run('        li a0, 1\n        li a1, 0\n        sbi 0x53525354, 0');
      assert.deepEqual(stop, { reason: 'reset' });
    });

    it('starts, counts, interrupts and stops other harts', async () => {
      const { stop, register } = await run(
        `
        li      s0, 0
        li      a0, 1
        sbi     0x48534D, 2             # status of hart 1: stopped
        mv      s2, a1
        li      a0, 1
        la      a1, second
        li      a2, 77
        sbi     0x48534D, 0
        mv      s3, a0
        la      t0, counter
1:      lw      t1, 0(t0)               # until hart 1 has counted
        beqz    t1, 1b
        mv      s1, t1
        li      a0, 2                   # wake it from its wfi
        li      a1, 0
        sbi     0x735049, 0
2:      lw      t1, 4(t0)
        beqz    t1, 2b
3:      li      a0, 1
        sbi     0x48534D, 2
        li      t1, 1
        bne     a1, t1, 3b              # until it has stopped
        li      a0, 4                   # there is no hart 2
        la      a1, second
        sbi     0x48534D, 0
        mv      s4, a0
        j       9f
second: la      t0, counter
        add     a1, a1, a0              # 77 + hart id
        sw      a1, 0(t0)
        li      t1, 2
        csrs    sie, t1
        wfi
        csrr    t1, sip
        sw      t1, 4(t0)
        sbi     0x48534D, 1
        j       .
        .balign 8
counter:
        .dword  0
9:`,
        2,
      );
      assert.equal(stop.reason, 'power-off');
      assert.deepEqual([register('s2'), register('s3'), register('s1'), register('s4')], [1n, 0n, 78n, -3n]);
    });

    it('suspends a hart until an interrupt', async () => {
      const { stop, register } = await run(`
        li      t0, 32
        csrs    sie, t0
        rdtime  s0
        addi    a0, s0, 500
        sbi     0x54494D45, 0
        li      a0, 0
        sbi     0x48534D, 3
        mv      s1, a0
        rdtime  s2
        sub     s2, s2, s0`);
      assert.equal(stop.reason, 'power-off');
      assert.equal(register('s1'), 0n);
      assert.ok(register('s2') >= 500n && register('s2') < 510n);
    });
  });
}

describe('SBI', () => {
  for (const virtualization of ['full', 'hardware'] as const)
    it(`is the same under none and ${virtualization} with several harts`, async () => {
      const program = await assembleGuest(
        guest(`
        li      a0, 1
        la      a1, second
        li      a2, 0
        sbi     0x48534D, 0
        la      t0, lock
        li      t1, 3000
1:      amoadd.w t2, t1, (t0)
        addi    t1, t1, -1
        bnez    t1, 1b
        j       9f
second: la      t0, lock
2:      lr.w    t1, (t0)
        addi    t1, t1, 3
        sc.w    t2, t1, (t0)
        j       2b
        .balign 8
lock:   .dword  0
9:`),
      );
      const none = makeSystem(program, { harts: 2, commonProcessor: true }).system;
      const other = makeSystem(program, { harts: 2, virtualization, commonProcessor: true }).system;
      const result = runInLockStep(none, other, { instructions: 40_000 });
      assert.ok(
        result.equal,
        JSON.stringify(result, (_, value) => (typeof value === 'bigint' ? String(value) : value)),
      );
    }).timeout(60_000);

  it('reads the range of a remote fence as the specification says', () => {
    assert.equal(fenceRange(0n, 0n), 'all');
    assert.equal(fenceRange(0x1000n, 0xffffffffffffffffn), 'all');
    assert.deepEqual(fenceRange(0x1ff8n, 16n), { start: 0x1000n, pages: 2 });
    assert.equal(fenceRange(0n, 1n << 30n), 'all');
  });
});
