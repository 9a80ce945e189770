import assert from 'node:assert/strict';
import type { HartOptions } from '../../simulator/core/index';
import { assembleGuest, makeSystem } from '../support/guest';

const LIMIT = 1_000_000;

/** A guest whose traps leave their causes in s8, a byte each, and skip the instruction. */
const guest = (body: string): string => `
        .option norvc
        .option arch, +zicbom
        .globl  _start
_start: la      t0, on_trap
        csrw    stvec, t0
        li      s8, 0
${body}
        li      a7, 8
        ecall
        .balign 4
on_trap:
        slli    s8, s8, 8
        csrr    t0, scause
        or      s8, s8, t0
        csrr    s9, stval
        csrr    t0, sepc
        addi    t0, t0, 4
        csrw    sepc, t0
        sret
`;

async function run(body: string, hartOptions: Partial<HartOptions>) {
  const { system } = makeSystem(await assembleGuest(guest(body)), { virtualization: 'hardware', hartOptions });
  const stop = system.machine.run({ instructions: LIMIT });
  const hart = system.machine.harts[0];
  assert.ok(hart);
  const exits = system.vm?.ledger.counts() ?? [];
  return { stop: stop.reason, causes: hart.x(24), value: hart.x(25), hart, exits };
}

describe('the engine hardware', () => {
  for (const vmidBits of [14, 0])
    it(`forgets that the page was not there which it fills, where harts keep such things (VMIDs of ${vmidBits} bits)`, async () => {
      const { stop, causes, hart } = await run(
        `
        li      s0, 0x80876548          # in the middle of a block of 2 MiB
        li      s1, 77
        sd      s1, 0(s0)
        li      s0, 0x80a12348
        ld      s2, 0(s0)
        cbo.clean (s0)
        li      s0, 0x80876548
        ld      s3, 0(s0)`,
        { cachesInvalid: true, vmidBits },
      );
      assert.deepEqual([stop, causes, hart.x(19)], ['power-off', 0n, 77n]);
    });

  for (const guestFaultAddress of ['shifted', 'zero'] as const)
    it(`gives the guest its fault of an address beyond all memory (htval ${guestFaultAddress})`, async () => {
      const { stop, causes, value } = await run(
        `
        li      s0, -4096
        ld      s1, 0(s0)
        sd      s1, 0(s0)
        cbo.clean (s0)
        li      s0, 1 << 50
        ld      s1, 0(s0)`,
        { guestFaultAddress },
      );
      assert.deepEqual([stop, causes, value], ['power-off', 0x05070705n, 1n << 50n]);
    });

  it('finds what a cache-block instruction wants of memory that may only be read, where htval is zero', async () => {
    const { stop, causes } = await run(
      `
        la      t0, root                # all of memory may be read and executed; this gigapage is of its own
        li      t1, 0x2000004b
        sd      t1, 16(t0)
        la      t2, on_trap
        srli    t0, t0, 12
        li      t1, 8 << 60
        or      t0, t0, t1
        csrw    satp, t0
        sfence.vma
        li      s0, 0x80a12340
        cbo.clean (s0)
        sb      zero, 0(s0)
        j       1f
        .balign 4096
root:   .skip   4096
1:`,
      { guestFaultAddress: 'zero' },
    );
    assert.deepEqual([stop, causes], ['power-off', 0x0fn]);
  });

  it('leaves to the guest what is its own affair, without an exit', async () => {
    const { causes, exits } = await run(
      `
        la      t0, root                # all of memory may be read and executed, and nothing else
        li      t1, 0x2000004b
        sd      t1, 16(t0)
        srli    t0, t0, 12
        li      t1, 8 << 60
        or      t0, t0, t1
        csrw    satp, t0
        sfence.vma
        li      s0, 0x40000000
        ld      s1, 0(s0)
        sd      s1, 0(s0)
        ebreak
        .word   0
        j       1f
        .balign 4096
root:   .skip   4096
1:`,
      {},
    );
    assert.equal(causes, 0x0d0f0302n);
    assert.deepEqual([...new Set(exits.map(({ reason }) => reason))].sort(), ['sbi-call', 'second-stage-fill']);
  });
});
