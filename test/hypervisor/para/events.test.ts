import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { ran } from './ported-kernel';

/** Handles an upcall: keeps its cause, which port was pending, and clears what told of it. */
const UPCALL = `
        ld      t3, PV_WORD_SCAUSE(t0)
        keep    t3
        la      t0, words
        ld      t0, (t0)
        sb      zero, PV_WORD_UPCALL_PENDING(t0)
        sd      zero, PV_WORD_PENDING_SEL(t0)
        ld      t3, PV_START_SHARED(s0)
        ld      t4, PV_PENDING(t3)
        keep    t4
        sd      zero, PV_PENDING(t3)
`;
const WORDS = `
        .data
        .balign 8
words:  .dword  0
`;

describe('ports of a ported guest', () => {
  it('bring the timer, to who runs and to who blocks', async () => {
    const { outcome, results } = await ran(`
        la      t1, words
        sd      s3, (t1)
        li      a0, PV_EVENT_VIRQ
        li      a1, 0
        hypercall PV_EVENT
        keep    a0
        keep    a1
        rdtime  a0
        addi    a0, a0, 100
        li      a6, 0
        li      a7, 0x54494d45
        ecall
        li      t1, 1
        sb      t1, PV_WORD_IE(s3)
1:      la      t1, seen
        ld      t1, (t1)
        beqz    t1, 1b
        rdtime  s5
        addi    a0, s5, 100
        li      a6, 0
        li      a7, 0x54494d45
        ecall
        li      a0, PV_SCHED_OP_BLOCK
        hypercall PV_SCHED_OP
        rdtime  s6
        sub     s6, s6, s5
        sltiu   s6, s6, 100
        keep    s6
        off
        .balign 4
handler: addi   sp, sp, -16
        sd      a0, 0(sp)
        sd      t1, 8(sp)
${UPCALL}
        la      t3, seen
        ld      t4, (t3)
        addi    t4, t4, 1
        sd      t4, (t3)
        ld      a0, 0(sp)
        ld      t1, 8(sp)
        addi    sp, sp, 16
        hypercall PV_IRET
        ${WORDS}
seen:   .dword  0
`);

    assert.equal(outcome.reason, 'power-off');
    const upcall = (1n << 63n) | 9n;
    assert.deepEqual(results(7), [0n, 1n, upcall, 2n, upcall, 2n, 0n]);
  });

  it('tell another vCPU, which blocks until it is told', async () => {
    const { outcome, results } = await ran(
      `
        la      t1, words
        li      t2, PV_WORDS_BYTES
        add     t2, t2, s3
        sd      t2, (t1)
        la      a2, context
        la      t1, second
        sd      t1, 0(a2)
        la      t1, stack2
        sd      t1, 8(a2)
        sd      s0, 16(a2)
        ld      t1, PV_START_ROOT(s0)
        sd      t1, 24(a2)
        li      a0, PV_VCPU_OP_INITIALISE
        li      a1, 1
        hypercall PV_VCPU_OP
        li      a0, PV_EVENT_IPI
        li      a1, 1
        hypercall PV_EVENT
        mv      s5, a1
        keep    s5
        li      a0, PV_VCPU_OP_UP
        li      a1, 1
        hypercall PV_VCPU_OP
1:      la      t1, ready
        ld      t1, (t1)
        beqz    t1, 1b
        li      t1, 2000
2:      addi    t1, t1, -1
        bnez    t1, 2b
        li      a0, PV_EVENT_SEND
        mv      a1, s5
        hypercall PV_EVENT
        keep    a0
3:      j       3b
second: mv      s0, a1
        la      a0, handler
        la      a1, stack2
        hypercall PV_SET_TRAP
        la      t1, ready
        li      t2, 1
        sd      t2, (t1)
        li      a0, PV_SCHED_OP_BLOCK
        hypercall PV_SCHED_OP
4:      j       4b
        .balign 4
handler:
${UPCALL}
        off
        ${WORDS}
context: .zero  32
ready:  .dword  0
        .balign 16
        .zero   256
stack2:
`,
      { harts: 2 },
    );
    assert.equal(outcome.reason, 'power-off');
    const upcall = (1n << 63n) | 9n;
    const [port = 0n, ...rest] = results(4);
    assert.equal(port, 1n);
    assert.ok(rest.includes(upcall) && rest.includes(2n) && rest.includes(0n), `${rest}`);
  });

  it('bring the interrupts of a device, one until it is served', async () => {
    const { outcome, results } = await ran(
      `
        la      t1, words
        sd      s3, (t1)
        la      a0, other
        li      a1, 0x10000000 >> 2 | 0xc7       # the UART: V R W A D
        li      a2, 1
        hypercall PV_UPDATE_VA
        li      a0, PV_EVENT_PIRQ
        li      a1, 10
        hypercall PV_EVENT
        keep    a0
        mv      s5, a1
        la      t3, other
        li      t1, 1
        sb      t1, 1(t3)               # IER: received data
1:      li      a0, PV_SCHED_OP_BLOCK
        hypercall PV_SCHED_OP
        j       1b
        .balign 4
handler:
${UPCALL}
        la      t3, other
        lbu     t4, 0(t3)
        keep    t4
        li      a0, PV_EVENT_UNMASK
        mv      a1, s5
        hypercall PV_EVENT
        li      t1, 'z'
        beq     t4, t1, 2f
        hypercall PV_IRET
2:      off
        ${WORDS}
`,
      { inputOpen: true, input: ['a', 'z'] },
    );
    assert.equal(outcome.reason, 'power-off');
    const upcall = (1n << 63n) | 9n;
    assert.deepEqual(results(7), [0n, upcall, 2n, 97n, upcall, 2n, 122n]);
  });
});
