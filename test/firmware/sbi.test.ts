import assert from 'node:assert/strict';
import { fenceRange } from '../../simulator/firmware/sbi/rfence';
import { runInLockStep } from '../../simulator/system/lock-step';
import { ANY_GUEST_VIRTUALIZATIONS } from '../../simulator/system/system';
import { assembleGuest, makeSystem } from '../support/guest';
import { SBI_MACRO, SKIP_TRAP } from '../support/guest-text';

const LIMIT = 5_000_000;

/** Calls that leave their results in s0, s1, ... and power off. */
const guest = (body: string): string => `${SBI_MACRO}
        .globl _start
_start: la      t0, on_trap
        csrw    stvec, t0
${body}
        sbi     8, 0
${SKIP_TRAP}`;

const S = { s0: 8, s1: 9, s2: 18, s3: 19, s4: 20, s8: 24, s9: 25 } as const;

for (const virtualization of ANY_GUEST_VIRTUALIZATIONS) {
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
      assert.equal(register('s1'), 0x03000000n);
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

    it('refuses a buffer that only begins in memory', async () => {
      const { output, register } = await run(`
        li      a0, 16
        li      a1, 0x80fffff8          # eight bytes before the end of RAM
        li      a2, 0
        sbi     0x4442434e, 0
        mv      s0, a0`);
      assert.deepEqual([output(), register('s0')], ['', -3n]);
    });

    it('answers not supported for extensions and functions that it has not', async () => {
      const { register } = await run(
        '        sbi 0x504D55, 0\n        mv s0, a0\n        sbi 0x52464E43, 9\n        mv s1, a0',
      );
      assert.deepEqual([register('s0'), register('s1')], [-2n, -2n]);
    });

    it('takes a hart mask that names nobody, whatever its base, and none that names a hart which is not there', async () => {
      const { register } = await run(
        ['0, 77', '2, 77', '3, 0', '1, 0', '0, -1']
          .map((mask, index) => {
            const [bits, base] = mask.split(', ');
            return `        li a0, ${bits}\n        li a1, ${base}\n        sbi 0x735049, 0\n        mv s${index}, a0`;
          })
          .join('\n'),
      );
      assert.deepEqual(
        ['s0', 's1', 's2', 's3', 's4'].map((name) => register(name as 's0')),
        [0n, -3n, -3n, 0n, 0n],
      );
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

    it('takes console output as fast as the guest runs, and no faster', async () => {
      const { output, stop } = await run(`
        li      s0, 20000
1:      li      a0, 0x100000
        la      a1, 1b
        li      a2, 0
        sbi     0x4442434e, 0
        addi    s0, s0, -1
        bnez    s0, 1b`);
      assert.equal(stop.reason, 'power-off');
      const [written, instructions] = [output().length, 20_000 * 10];
      assert.ok(written > 64 * 1024 && written <= 64 * 1024 + instructions, `${written} bytes`);
    });

    it('suspends the system once all other harts have stopped, and wakes where it was told', async () => {
      const { output, stop, register } = await run(
        `
        li      a0, 1
        la      a1, second
        sbi     0x48534D, 0
        li      a0, 1
        la      a1, awake
        sbi     0x53555350, 0           # a reserved type of sleep
        mv      s0, a0
        li      a0, 0
        li      a1, 0x18000000
        sbi     0x53555350, 0           # nothing is there
        mv      s1, a0
        li      a0, 0
        la      a1, awake
        sbi     0x53555350, 0           # hart 1 runs
        mv      s2, a0
        la      t0, go
        sd      t0, (t0)
2:      li      a0, 1
        sbi     0x48534D, 2
        li      t0, 1
        bne     a1, t0, 2b
        li      t0, 32
        csrs    sie, t0
        rdtime  a0
        addi    a0, a0, 500
        sbi     0x54494D45, 0
        csrsi   sstatus, 2
        li      a0, 1 << 32             # the upper half is no part of the type
        la      a1, awake
        li      a2, 77
        sbi     0x53555350, 0
        li      a0, 'x'
        sbi     1, 0
        j       9f
second: la      t0, go
        ld      t1, (t0)
        beqz    t1, second
        sbi     0x48534D, 1
awake:  csrr    s3, sstatus
        andi    s3, s3, 2
        add     s3, s3, a1
        add     s3, s3, a0
        li      a0, 'A'
        sbi     1, 0
        j       9f
        .balign 8
go:     .dword  0
9:`,
        2,
      );
      assert.equal(stop.reason, 'power-off');
      assert.equal(output(), 'A');
      assert.deepEqual(
        ['s0', 's1', 's2', 's3'].map((name) => register(name as 's0')),
        [-3n, -5n, -4n, 77n],
      );
    });

    it('takes 32 bits of what is a uint32_t', async () => {
      const { stop, register } = await run(`
        csrsi   sie, 2
        li      a0, 1
        li      a1, 0
        sbi     0x735049, 0             # an interrupt is pending: the suspension ends at once
        li      a0, 1
        slli    a0, a0, 63
        sbi     0x48534D, 3
        mv      s0, a0
        li      a0, 0x100000003         # no type of reset
        li      a1, 0
        sbi     0x53525354, 0
        mv      s1, a0
        li      a0, 0x100000000
        li      a1, 0x300000000
        sbi     0x53525354, 0`);
      assert.deepEqual([register('s0'), register('s1')], [0n, -3n]);
      assert.deepEqual({ ...stop }, { reason: 'power-off', code: 0 });
    });

    it('starts a hart again that has stopped itself', async () => {
      const { output, stop } = await run(
        `
        li      s5, 3
1:      li      a0, 1
        la      a1, second
        sbi     0x48534D, 0
        bnez    a0, 9f
2:      li      a0, 1
        sbi     0x48534D, 2
        li      t0, 1
        bne     a1, t0, 2b
        addi    s5, s5, -1
        bnez    s5, 1b
        j       9f
second: la      t0, wrong
        csrw    stvec, t0
        li      a0, 'A'
        sbi     1, 0
        sbi     0x48534D, 1
wrong:  li      a0, 'T'
        sbi     1, 0
        j       .
9:`,
        2,
      );
      assert.equal(stop.reason, 'power-off');
      assert.equal(output(), 'AAA');
    });

    it('fences the translations of guests where harts have the H extension', async () => {
      const { register } = await run(
        virtualization === 'none'
          ? `
        .option arch, +h
        la      t0, root                # gigapage 2 to itself
        li      t1, 0x200000df
        sd      t1, 16(t0)
        srli    t1, t0, 12
        li      t2, 8 << 60 | 5 << 44   # VMID 5
        or      t1, t1, t2
        csrw    hgatp, t1
        csrw    vsatp, zero
        csrwi   hstatus, 0
        li      t0, 1 << 8
        csrs    hstatus, t0             # SPVP: as VS-mode
        la      s7, word
        hlv.d   s0, (s7)
        la      t0, root
        sd      zero, 16(t0)            # the second stage has it no longer
        .macro  fence function, size, space
        li      a0, 1
        li      a1, 0
        li      a2, 0x80000000
        li      a3, \\size
        li      a4, \\space
        sbi     0x52464e43, \\function
        .endm
        fence   3, 0x40000000, 4        # another VM's
        hlv.d   s1, (s7)
        fence   5, 0x40000000, 0        # the first stage
        fence   6, 0x40000000, 0
        mv      s3, a0
        li      s8, 0
        hlv.d   s2, (s7)
        fence   3, 0x40000000, 5
        hlv.d   s2, (s7)
        j       9f
        .balign 16384
root:   .zero   16384
word:   .dword  7
9:`
          : `
        li      s4, 0
        li      a0, 1
        li      a1, 0
        sbi     0x52464e43, 4
        mv      s3, a0`,
      );
      if (virtualization !== 'none') assert.equal(register('s3'), -2n);
      // Stale until the fence that is meant for it; then a guest-page fault.
      else
        assert.deepEqual(
          ['s0', 's1', 's3', 's8'].map((name) => register(name as 's0')),
          [7n, 7n, 0n, 21n],
        );
    });
  });
}

describe('a guest of the bare machine’s supervisor', () => {
  it('waits in wfi for the interrupts of VS-mode', async () => {
    const program = await assembleGuest(`
        .option arch, +h
        .globl  _start
_start: la      t0, hs_trap
        csrw    stvec, t0
        li      t0, 1 << 63
        csrs    henvcfg, t0             # STCE
        li      t0, 0x444
        csrw    hideleg, t0
        li      t0, 7
        csrw    hcounteren, t0
        csrw    hgatp, zero
        li      t0, 0x180               # SPV, SPVP
        csrs    hstatus, t0
        li      t0, 0x100               # SPP
        csrs    sstatus, t0
        la      t0, guest
        csrw    sepc, t0
        sret
        .balign 4
hs_trap:
        j       .
guest:  la      t0, vs_trap
        csrw    stvec, t0
        rdtime  t0
        li      t1, 100000
        add     t0, t0, t1
        csrw    stimecmp, t0
        li      t0, 0x20
        csrw    sie, t0
        csrsi   sstatus, 2
1:      wfi
        j       1b
        .balign 4
vs_trap:
        li      t0, 0x100000
        li      t1, 0x5555
        sw      t1, 0(t0)
        j       .
`);
    const { system } = makeSystem(program, { virtualization: 'none' });
    assert.equal(system.machine.run({ instructions: LIMIT }).reason, 'power-off');
  });
});

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
