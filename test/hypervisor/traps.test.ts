import { anyGuestEngines } from '../../simulator/hypervisor/engines';
import { assembleGuest, type TestConfiguration } from '../support/guest';
import { assertSameUnder } from '../support/lock-step';
import { PLIC, RAM, type SmallKernel, smallKernel, USER_NOTHING } from './small-kernel';

const CASES: readonly (readonly [string, SmallKernel, TestConfiguration?])[] = [
  ['a refused access with interrupts on', { body: 'csrsi sstatus, 2\nli s1, 0x18000000\nld a0, (s1)\nnop' }],
  [
    'a refused access where interrupts are vectored',
    { body: 'la t0, on_trap\nori t0, t0, 1\ncsrw stvec, t0\nli s1, 0x18000000\nld a0, (s1)\nsd a0, (s1)' },
  ],
  [
    "a program's access to what is no memory",
    { leaves: [USER_NOTHING], body: 'user\nld a0, (s0)\nsd a0, (s0)\nkernel' },
  ],
  [
    'a trap where the last trap went, with progress in between',
    {
      body: `
        la      t0, handler
        csrw    stvec, t0
        la      s1, handler
        li      s2, 0
        ebreak
        .balign 4
handler: ld     a0, (s1)
        bnez    s2, 1f
        li      s2, 1
        la      t0, on_trap
        csrw    stvec, t0
        li      s1, 0x18000000          # no memory
        j       handler
1:`,
    },
  ],
  [
    'a page table that is a device',
    {
      leaves: [RAM],
      body: `la t0, middle\nli t1, ${Number(PLIC) - 6}\nsd t1, (t0)\nsfence.vma\nlw a0, (s0)\nsw a0, 4(s0)`,
    },
    { hartOptions: { guestFaultAddress: 'zero', trapInstruction: 'zero' } },
  ],
  [
    'a software and a timer interrupt at once',
    {
      body: `
        li      a0, 0
        sbi     0x54494d45, 0
        csrsi   sip, 2
        li      t0, 0x22
        csrw    sie, t0
        csrsi   sstatus, 2
        nop
        csrsi   sie, 2
        nop`,
    },
  ],
  [
    'a timer that is set again, where the VMM keeps it',
    {
      body: `
        li      t0, 0x20
        csrw    sie, t0
        rdtime  a0
        sbi     0x54494d45, 0
        csrr    s1, sip
        li      a0, -1
        sbi     0x54494d45, 0
        csrr    s2, sip`,
    },
    { hartOptions: { supervisorTimer: false } },
  ],
  [
    'fences of translations in three parts (Svinval)',
    { leaves: [RAM], body: 'sfence.w.inval\nsinval.vma s0, zero\nsinval.vma zero, zero\nsfence.inval.ir\nld a0, (s0)' },
  ],
  [
    'floating-point registers that become dirty',
    {
      body: `
        li      t0, 3 << 13             # FS
        csrc    sstatus, t0
        li      t1, 1 << 13             # Initial
        csrs    sstatus, t1
        csrr    s1, sstatus
        fmv.d.x fa0, t1
        csrr    s2, sstatus
        csrc    sstatus, t0             # Off
        fmv.d.x fa1, t1`,
    },
  ],
  [
    'a program that may not read the counters',
    {
      leaves: [RAM],
      body: `
        csrw    scounteren, zero
        user
        rdcycle a0
        rdtime  a1
        kernel
        csrwi   scounteren, 2
        user
        rdtime  a2
        rdinstret a3
        kernel`,
    },
  ],
];

describe('traps of a guest', () => {
  for (const { id: virtualization } of anyGuestEngines)
    for (const [what, kernel, configuration] of CASES)
      it(`are the same under none and ${virtualization}: ${what}`, async () => {
        assertSameUnder(virtualization, await assembleGuest(smallKernel(kernel)), configuration);
      });
});
