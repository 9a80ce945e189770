import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { ran } from './ported-kernel';

describe('memory of a ported guest', () => {
  it('goes once nothing leads to it, and comes again by a machine address, which the maps tell', async () => {
    const { outcome, results, system } = await ran(`
        .macro  memory operation
        li      a0, \\operation
        la      a1, given
        li      a2, 1
        hypercall PV_MEMORY
        keep    a0
        keep    a1
        .endm
        li      s5, 0x55
        la      t1, more
        sd      s5, (t1)
        machine s6, more
        la      t1, given
        la      t2, more
        sd      t2, (t1)
        memory  PV_MEMORY_DECREASE      # it is mapped
        la      a0, more
        li      a1, 0
        li      a2, 1
        hypercall PV_UPDATE_VA
        memory  PV_MEMORY_DECREASE
        memory  PV_MEMORY_DECREASE      # it is gone
        la      a0, more                # nobody's frame
        srli    a1, s6, 2
        ori     a1, a1, 0xd7
        li      a2, 1
        hypercall PV_UPDATE_VA
        keep    a0
        memory  PV_MEMORY_INCREASE
        la      t1, given
        ld      s7, (t1)
        la      a0, more
        srli    a1, s7, 2
        ori     a1, a1, 0xd7
        li      a2, 1
        hypercall PV_UPDATE_VA
        keep    a0
        la      t1, more
        ld      s8, (t1)
        keep    s8
        ld      t2, PV_START_M2P_FIRST(s0)
        sub     t2, s7, t2
        srli    t2, t2, 9
        ld      t1, PV_START_M2P(s0)
        add     t2, t2, t1
        ld      s8, (t2)
        la      t1, more
        sub     s8, s8, t1
        keep    s8
        la      t1, given               # a table is none that could go
        la      t2, userroot
        sd      t2, (t1)
        memory  PV_MEMORY_DECREASE
        off
        .balign 4
handler: j      handler
        .data
        .balign 8
given:  .dword  0
`);
    assert.equal(outcome.reason, 'power-off');
    const [denied, invalid] = [2n ** 64n - 4n, 2n ** 64n - 3n];
    assert.deepEqual(results(14), [denied, 0n, 0n, 1n, invalid, 0n, denied, 0n, 1n, 0n, 0n, 0n, denied, 0n]);
    assert.ok(system.vm);
  });

  it('does not come, nor is any call of a list made, where the answers cannot be put', async () => {
    const { outcome, results, system } = await ran(`
        .macro  entry page, flags       # of the page itself, with the flags; none without
        la      a0, \\page
        li      a1, 0
        .if     \\flags
        machine a1, \\page
        srli    a1, a1, 2
        ori     a1, a1, \\flags
        .endif
        li      a2, 1
        hypercall PV_UPDATE_VA
        keep    a0
        .endm
        la      t1, other
        la      t2, more
        sd      t2, (t1)
        entry   more, 0
        entry   other, 0x53             # V R U A
        li      a0, PV_MEMORY_DECREASE
        la      a1, other
        li      a2, 1
        hypercall PV_MEMORY
        keep    a0
        li      a0, PV_MEMORY_INCREASE
        la      a1, other
        li      a2, 1
        hypercall PV_MEMORY
        keep    a0
        la      a0, other
        li      a1, 1
        hypercall PV_MULTICALL
        keep    a0
        off
        .balign 4
handler: j      handler
`);
    assert.equal(outcome.reason, 'power-off');
    const invalid = 2n ** 64n - 3n;
    assert.deepEqual(results(5), [0n, 0n, 0n, invalid, invalid]);
    assert.equal(system.vm?.allotment.history.length, 1);
    assert.equal(system.vm.ledger.charges.multicallEntry, 0);
  });

  it('has a target, of which a port tells', async () => {
    const { outcome, results } = await ran(
      `
        li      a0, PV_EVENT_VIRQ
        li      a1, 1
        hypercall PV_EVENT
        keep    a0
        li      a0, PV_MEMORY_TARGET
        hypercall PV_MEMORY
        keep    a1
        li      a0, PV_SCHED_OP_BLOCK
        hypercall PV_SCHED_OP
        j       .
        .balign 4
handler: ld     t3, PV_WORD_SCAUSE(t0)
        keep    t3
        li      a0, PV_MEMORY_TARGET
        hypercall PV_MEMORY
        keep    a1
        off
`,
      { inputOpen: true, input: [(system) => system.setMemoryTarget(system.guest, 8 * 2 ** 20)] },
    );
    assert.equal(outcome.reason, 'power-off');
    const [opened, before = 0n, cause, after] = results(4);
    assert.deepEqual([opened, cause, after], [0n, (1n << 63n) | 9n, 2048n]);
    assert.ok(before > 3000n);
  });
});
