import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { isolationBreaches } from '../../../simulator/hypervisor/isolation';
import { assembleGuest, makeSystem } from '../../support/guest';

const LIMIT = 10_000_000;

describe('a ported guest', () => {
  it('starts with its start page, prints, takes an illegal instruction, and switches off', async () => {
    const program = await assembleGuest(`
#include <hyperstep-pv.h>
        pv_guest
        .globl  _start
_start: mv      s0, a1
        la      a0, trap
        la      a1, stack
        hypercall PV_SET_TRAP
        ld      s1, PV_START_SHARED(s0)
        ld      s2, PV_START_FRAMES(s0)
        ld      s3, PV_START_P2M(s0)
        ld      s4, PV_START_M2P(s0)
        la      t1, _start
        li      t2, 0x80000000
        sub     t2, t1, t2
        srli    t2, t2, 12
        slli    t2, t2, 3
        add     t2, t2, s3
        ld      s5, 0(t2)               # machine address of this page
        ld      t3, PV_START_M2P_FIRST(s0)
        sub     t3, s5, t3
        srli    t3, t3, 12
        slli    t3, t3, 3
        add     t3, t3, s4
        ld      s6, 0(t3)               # and back
        csrr    t4, sstatus
after:  li      a7, 0x53525354
        li      a6, 0
        li      a0, 0
        li      a1, 0
        ecall
        .balign 4
trap:   ld      s7, PV_WORD_SCAUSE(t0)
        ld      s8, PV_WORD_SEPC(t0)
        addi    t1, s8, 4
        sd      t1, PV_WORD_SEPC(t0)
        hypercall PV_IRET
        .bss
        .space  4096
stack:
`);
    const { system } = makeSystem(program, { virtualization: 'para' });
    const outcome = system.machine.run({ instructions: LIMIT });
    const cpu = system.guest.cpus[0];
    console.log(
      outcome,
      [8, 9, 18, 19, 20, 21, 22, 23, 24].map((x) => cpu?.x(x).toString(16)),
      cpu?.pc.toString(16),
    );
    assert.equal(outcome.reason, 'power-off');
    assert.equal(cpu?.x(22), 0x80200000n);
    assert.equal(cpu?.x(23), 2n);
    if (system.hypervisor) assert.deepEqual(isolationBreaches(system.hypervisor), []);
  });
});
