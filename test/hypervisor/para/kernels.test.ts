import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { ran } from './ported-kernel';

/** Into a program at `user`, with a stack pointer of 0x1230. */
const TO_USER = `
        la      t1, user
        sd      t1, PV_WORD_SEPC(s3)
        li      t1, 0x20
        sd      t1, PV_WORD_STATUS(s3)
        li      t1, 0x1230
        sd      t1, PV_WORD_SP(s3)
        li      t1, 0x55
        sd      t1, PV_WORD_T0(s3)
        li      t1, 0x66
        sd      t1, PV_WORD_A6(s3)
        li      t1, 0x77
        sd      t1, PV_WORD_A7(s3)
        hypercall PV_IRET
`;
const KEEP_TRAP = `
        keep    sp
        ld      t3, PV_WORD_SCAUSE(t0)
        keep    t3
        ld      t3, PV_WORD_SEPC(t0)
        keep    t3
        ld      t3, PV_WORD_STVAL(t0)
        keep    t3
        ld      t3, PV_WORD_STATUS(t0)
        keep    t3
        ld      t3, PV_WORD_SP(t0)
        keep    t3
        ld      t3, PV_WORD_T0(t0)
        keep    t3
        lbu     t3, PV_WORD_IE(t0)
        keep    t3
`;

describe('a ported kernel', () => {
  it('has a system call of its program in the words of the shared page, on its own stack and root', async () => {
    const { outcome, results, at } = await ran(`${TO_USER}
user:   mv      s5, t0
        mv      s6, a6
        mv      s7, a7
call:   ecall
        .balign 4
handler: ${KEEP_TRAP}
        keep    s5
        keep    s6
        keep    s7
        off
`);
    assert.equal(outcome.reason, 'power-off');
    const words = [at('kernelstack'), 8n, at('call'), 0n, 0x20n, 0x1230n, 0x55n, 0n];
    assert.deepEqual(results(11), [...words, 0x55n, 0x66n, 0x77n]);
  });

  it('has its own exceptions on the stack that it had, with IE as it was in SPIE', async () => {
    const { outcome, results, at } = await ran(`
        li      sp, 0x4560
        li      t0, 0x99
        li      t1, 1
        sb      t1, PV_WORD_IE(s3)
fault:  csrr    a0, sepc
        .balign 4
handler: ${KEEP_TRAP}
        off
`);
    assert.equal(outcome.reason, 'power-off');
    // csrrs a0, sepc, x0
    assert.deepEqual(results(8), [0x4560n, 2n, at('fault'), 0x14102573n, 0x120n, 0x4560n, 0x99n, 0n]);
  });

  it('finds the address of a page fault, and of each kind the cause of the hart', async () => {
    const { results } = await ran(`
        li      s5, 0x12345678
        ld      t3, (s5)
        sd      t3, (s5)
        la      s6, back
        jr      s5
back:   la      t1, 1f
        la      a0, list
        off
1:
        .balign 4
handler: ld     t3, PV_WORD_SCAUSE(t0)
        keep    t3
        ld      t3, PV_WORD_STVAL(t0)
        keep    t3
        la      t0, next
        ld      t3, PV_WORD_SEPC(s3)
        li      t4, 0x12345678
        bne     t3, t4, 2f
        sd      s6, PV_WORD_SEPC(s3)
        hypercall PV_IRET
2:      lhu     t4, (t3)
        andi    t4, t4, 3
        addi    t3, t3, 2
        li      t5, 3
        bne     t4, t5, 3f
        addi    t3, t3, 2
3:      sd      t3, PV_WORD_SEPC(s3)
        hypercall PV_IRET
`);
    assert.deepEqual(results(6), [13n, 0x12345678n, 15n, 0x12345678n, 12n, 0x12345678n]);
  });

  it('ends by a trap loop where its vector is not mapped', async () => {
    const { outcome } = await ran(`
        li      a0, 0x70000000
        li      a1, 0
        hypercall PV_SET_TRAP
        csrr    a0, sstatus
handler: j      handler
`);
    assert.ok(outcome.reason === 'killed' && outcome.kind === 'trap-loop');
  });

  it('reads time, cycle and instret, and no other counter', async () => {
    const { outcome, results } = await ran(`
        rdtime  s5
        rdcycle s6
        rdinstret s7
        keep    s5
        keep    s6
        keep    s7
        csrr    s5, hpmcounter3
        .balign 4
handler: ld     t3, PV_WORD_SCAUSE(t0)
        keep    t3
        off
`);
    assert.equal(outcome.reason, 'power-off');
    const [time = 0n, cycle = 0n, instret = 0n, cause] = results(4);
    assert.ok(cycle > 0n && instret >= cycle && time <= instret);
    assert.equal(cause, 2n);
  });

  it('reaches a device by an entry with U=0, and each access is emulated', async () => {
    const { outcome, results } = await ran(`
        la      a0, other
        li      a1, 0x10001000 >> 2 | 0x47       # virtio-mmio: V R W A
        li      a2, 1
        hypercall PV_UPDATE_VA
        keep    a0
        la      t3, other
        lw      s5, 0(t3)
        keep    s5
        lw      s5, 8(t3)
        keep    s5
        la      a0, other
        li      a1, 0x10001000 >> 2 | 0x43       # not to be written
        li      a2, 1
        hypercall PV_UPDATE_VA
        la      t3, other
        sw      zero, 0x70(t3)
        .balign 4
handler: ld     t3, PV_WORD_SCAUSE(t0)
        keep    t3
        off
`);
    assert.equal(outcome.reason, 'power-off');
    assert.deepEqual(results(4), [0n, 0x74726976n, 2n, 15n]);
  });

  it('writes no page that has become a table, by no translation that the hart still has', async () => {
    const { outcome, results } = await ran(`
        la      t2, more
        sd      zero, (t2)
        machine s6, more
        srli    a1, s6, 2
        ori     a1, a1, 0x53
        la      a0, more
        li      a2, 0                   # nothing is to be forgotten
        hypercall PV_UPDATE_VA
        keep    a0
        la      t2, more
        sd      zero, (t2)              # so that this is done still
        la      a0, list
        li      t1, PV_MMUEXT_PIN
        sd      t1, 0(a0)
        sd      s6, 8(a0)
        sd      zero, 16(a0)
        li      a1, 1
        hypercall PV_MMUEXT
        keep    a0
        la      t2, more
        sd      zero, (t2)
        off
        .balign 4
handler: ld     t3, PV_WORD_SCAUSE(t0)
        keep    t3
        off
`);
    assert.equal(outcome.reason, 'power-off');
    assert.deepEqual(results(3), [0n, 0n, 15n]);
  });

  it('forgets a page when it says so', async () => {
    const { outcome, results } = await ran(`
        li      t1, 11
        la      t2, other
        sd      t1, (t2)
        li      t1, 22
        la      t2, more
        sd      t1, (t2)
        ld      s5, (t2)
        keep    s5
        machine s6, other
        srli    a1, s6, 2
        ori     a1, a1, 0xd7
        la      a0, more
        li      a2, 0
        hypercall PV_UPDATE_VA
        keep    a0
        la      a0, list
        li      t1, PV_MMUEXT_FLUSH
        sd      t1, 0(a0)
        la      t1, more
        sd      t1, 8(a0)
        li      a1, 1
        hypercall PV_MMUEXT
        la      t2, more
        ld      s5, (t2)
        keep    s5
        off
        .balign 4
handler: j      handler
`);
    assert.equal(outcome.reason, 'power-off');
    assert.deepEqual(results(3), [22n, 0n, 11n]);
  });

  for (const asidBits of [16, 0])
    it(`finds nothing of its last root under another one, and all of it again (${asidBits} bits of ASID)`, async () => {
      // Copies of the three tables on the way to the page `more`, which is `other` by them.
      const { outcome, results } = await ran(
        `
        .macro  readable reg            # where the kernel reads a table, by its machine address
        ld      t1, PV_START_M2P_FIRST(s0)
        sub     \\reg, \\reg, t1
        srli    \\reg, \\reg, 9
        ld      t1, PV_START_M2P(s0)
        add     \\reg, \\reg, t1
        ld      \\reg, 0(\\reg)
        .endm
        .macro  copy to                 # of the table at s5, to be written no more
        la      t2, \\to
        mv      t3, s5
        li      t4, 512
91:     ld      t1, (t3)
        sd      t1, (t2)
        addi    t3, t3, 8
        addi    t2, t2, 8
        addi    t4, t4, -1
        bnez    t4, 91b
        .endm
        .macro  seal page
        machine a1, \\page
        srli    a1, a1, 2
        ori     a1, a1, 0x53
        la      a0, \\page
        li      a2, 1
        hypercall PV_UPDATE_VA
        .endm
        .macro  entry of, table, level  # where a table has the entry of an address
        la      \\of, more
        srli    \\of, \\of, 12 + 9 * \\level
        andi    \\of, \\of, 511
        slli    \\of, \\of, 3
        la      t1, \\table
        add     \\of, \\of, t1
        .endm
        .macro  below                   # s5: the table to which the entry at s6 leads
        ld      s5, (s6)
        srli    s5, s5, 10
        slli    s5, s5, 12
        readable s5
        .endm
        .macro  lead table              # the entry at s6
        machine s7, \\table
        srli    s7, s7, 2
        ori     s7, s7, 1
        sd      s7, (s6)
        .endm
        .macro  root reg
        la      a0, list
        li      t1, PV_MMUEXT_KERNEL_ROOT
        sd      t1, 0(a0)
        sd      \\reg, 8(a0)
        li      a1, 1
        hypercall PV_MMUEXT
        keep    a0
        la      t2, more
        ld      t3, (t2)
        keep    t3
        .endm
        li      t1, 11
        la      t2, other
        sd      t1, (t2)
        li      t1, 22
        la      t2, more
        sd      t1, (t2)
        ld      s5, PV_START_ROOT(s0)
        readable s5
        copy    root2
        entry   s6, root2, 2
        below
        copy    middle2
        lead    middle2
        entry   s6, middle2, 1
        below
        copy    last2
        lead    last2
        entry   s6, last2, 0
        machine s7, other
        srli    s7, s7, 2
        ori     s7, s7, 0xd7
        sd      s7, (s6)
        # By the copy too no table may be written.
        .irp    page, root2, middle2, last2
        la      s6, \\page
        srli    s6, s6, 12
        andi    s6, s6, 511
        slli    s6, s6, 3
        la      t1, last2
        add     s6, s6, t1
        machine s7, \\page
        srli    s7, s7, 2
        ori     s7, s7, 0x53
        sd      s7, (s6)
        .endr
        seal    root2
        seal    middle2
        seal    last2
        ld      s8, PV_START_ROOT(s0)
        machine s9, root2
        root    s9
        root    s8
        root    s9
        off
        .balign 4
handler: j      handler
        .data
        .balign 0x200000
root2:  .zero   4096
middle2: .zero  4096
last2:  .zero   4096
`,
        { hartOptions: { asidBits } },
      );
      assert.equal(outcome.reason, 'power-off');
      assert.deepEqual(results(6), [0n, 11n, 0n, 22n, 0n, 11n]);
    });

  it('has no table written by what the firmware does for it', async () => {
    const { outcome, results, system, at } = await ran(
      `
        la      a0, userroot            # the console is to read into a table
        mv      a1, a0
        li      a0, 8
        li      a2, 0
        li      a6, 1
        li      a7, 0x4442434e
        ecall
        keep    a0
        la      a0, userroot            # a list is to be written back into one
        li      a1, 1
        hypercall PV_MULTICALL
        keep    a0
        off
        .balign 4
handler: j      handler
`,
      { inputOpen: true },
    );
    assert.equal(outcome.reason, 'power-off');
    assert.equal(results(2)[1], 2n ** 64n - 3n);
    assert.ok(system.vm && !system.vm.memory.write(Number(at('userroot')), Uint8Array.of(1)));
  });

  it('starts another vCPU, which has a vector and words of its own', async () => {
    const { outcome, results } = await ran(
      `
        la      a2, context
        la      t1, second
        sd      t1, 0(a2)
        li      t1, 0x7770
        sd      t1, 8(a2)
        li      t1, 0x1234
        sd      t1, 16(a2)
        ld      t1, PV_START_ROOT(s0)
        sd      t1, 24(a2)
        li      a0, PV_VCPU_OP_INITIALISE
        li      a1, 1
        hypercall PV_VCPU_OP
        keep    a0
        li      a0, PV_VCPU_OP_UP
        li      a1, 1
        hypercall PV_VCPU_OP
        keep    a0
1:      la      t1, done
        ld      t1, (t1)
        beqz    t1, 1b
2:      li      a0, PV_VCPU_OP_STATE
        li      a1, 1
        hypercall PV_VCPU_OP
        li      t1, 1
        bne     a1, t1, 2b
        off
second: mv      s8, a0
        mv      s9, a1
        mv      s10, sp
        la      a0, handler
        li      a1, 0
        hypercall PV_SET_TRAP
        csrr    a0, satp
handler: keep   s8
        keep    s9
        keep    s10
        li      t1, PV_WORDS_BYTES
        add     t1, t1, s3
        sub     s8, t0, s3
        keep    s8
        la      t1, done
        li      t2, 1
        sd      t2, (t1)
        li      a0, PV_VCPU_OP_DOWN
        li      a1, 1
        hypercall PV_VCPU_OP
        .data
        .balign 8
context: .zero  32
done:   .dword  0
`,
      { harts: 2 },
    );
    assert.equal(outcome.reason, 'power-off');
    const [initialised, up, id, opaque, sp] = results(5);
    assert.deepEqual([initialised, up, id, opaque, sp], [0n, 0n, 1n, 0x1234n, 0x7770n]);
  });

  it('calls no firmware that it has hypercalls for', async () => {
    const calls = [0x735049, 0x48534d, 0x52464e43, 0x4, 0x5, 0x6];
    const { outcome, results } = await ran(
      `${calls.map((id) => `li a0, 1\nli a1, 0\nli a6, 0\nli a7, ${id}\necall\nkeep a0`).join('\n')}
        off
        .balign 4
handler: j      handler
`,
    );
    assert.equal(outcome.reason, 'power-off');
    assert.deepEqual(
      results(calls.length),
      calls.map(() => 2n ** 64n - 2n),
    );
  });
});
