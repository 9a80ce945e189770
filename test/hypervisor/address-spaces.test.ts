import { anyGuestEngines } from '../../simulator/hypervisor/engines';
import { assembleGuest, type TestConfiguration } from '../support/guest';
import { assertSameUnder } from '../support/lock-step';
import { CODE, OTHER_RAM, RAM, type SmallKernel, smallKernel, USER_RAM } from './small-kernel';

const SUM = '1 << 18';
const MXR = '1 << 19';

/** A word of its own in each of two frames, before paging. */
const MARKED = `
        li      t0, 0x80600000
        li      t1, 0x1111
        sd      t1, (t0)
        li      t2, 0x80601000
        li      t3, 0x2222
        sd      t3, (t2)
`;
/** `root2`: as `root`, but the window is mapped by `leaves2`, whose first entry is the other frame. */
const SECOND_TABLE = `
        la      t0, root
        la      t1, root2
        ld      t2, 16(t0)
        sd      t2, 16(t1)
        ld      t2, 24(t0)
        sd      t2, 24(t1)
        la      t2, middle2
        srli    t3, t2, 2
        ori     t3, t3, 1
        sd      t3, 8(t1)
        la      t3, leaves2
        srli    t4, t3, 2
        ori     t4, t4, 1
        sd      t4, 0(t2)
        li      t4, ${OTHER_RAM}
        sd      t4, 0(t3)
`;
/** satp for a table and an ASID. */
const switchTo = (root: string, asid: number): string => `
        la      t0, ${root}
        srli    t0, t0, 12
        li      t1, 8 << 60 | ${asid} << 44
        or      t0, t0, t1
        csrw    satp, t0
`;
/** A large page at 0x40200000, and what it maps to: the block of an address of RAM. */
const largePage = (address: number): string => `
        la      t0, middle
        li      t1, ${(address / 4) | 0xc7}
        sd      t1, 8(t0)
`;

const CASES: readonly (readonly [string, SmallKernel, TestConfiguration?])[] = [
  [
    'a kernel that has cleared SUM',
    {
      leaves: [USER_RAM],
      body: `
        li      t0, ${SUM}
        csrs    sstatus, t0
        ld      a0, (s0)
        sd      a0, (s0)
        csrc    sstatus, t0
        ld      a1, (s0)
        sd      a1, (s0)`,
    },
  ],
  [
    'a kernel that has cleared MXR',
    {
      leaves: [CODE],
      body: `
        li      t0, ${MXR}
        csrs    sstatus, t0
        ld      a0, (s0)
        csrc    sstatus, t0
        ld      a1, (s0)`,
    },
  ],
  [
    'code that may only be executed, and was',
    {
      leaves: [CODE],
      before: `
        li      t0, 0x80600000
        li      t1, 0x00008067          # ret
        sw      t1, (t0)
        fence.i`,
      body: `
        jalr    ra, s0
        ld      a0, (s0)`,
    },
  ],
  [
    'two tables by turns under one ASID, fenced',
    {
      leaves: [RAM],
      before: MARKED,
      body: `
        ${SECOND_TABLE}
        ld      a0, (s0)
        ${switchTo('root2', 0)}
        sfence.vma
        ld      a1, (s0)
        ${switchTo('root', 0)}
        sfence.vma
        ld      a2, (s0)`,
    },
  ],
  [
    'a fresh ASID in the place of a fence',
    {
      leaves: [RAM],
      before: MARKED,
      body: `
        ${switchTo('root', 1)}
        ld      a0, (s0)
        la      t0, leaves
        li      t1, ${OTHER_RAM}
        sd      t1, (t0)
        ${switchTo('root', 2)}
        ld      a1, (s0)`,
    },
  ],
  [
    'a page that the kernel takes from its program',
    {
      leaves: [USER_RAM],
      before: MARKED,
      body: `
        user
        ld      a0, (s0)
        kernel
        la      t0, leaves
        sd      zero, (t0)
        sfence.vma
        user
        ld      a1, (s0)
        kernel`,
    },
  ],
  [
    'tables that are filled again after a fence of everything',
    {
      leaves: [RAM],
      before: MARKED,
      body: `
        la      t0, leaves2             # a second table, whose sixth page is mapped
        li      t1, ${OTHER_RAM}
        sd      t1, 40(t0)
        srli    t0, t0, 2
        ori     t0, t0, 1
        la      t1, middle
        sd      t0, 8(t1)
        sfence.vma
        li      s1, 0x40205000
        ld      a0, (s0)
        ld      a1, (s1)
        sfence.vma
        ld      a0, (s0)
        ld      a1, (s1)
        li      s2, 8                   # what is mapped in neither table stays so
        li      s3, 0x1000
        li      s1, 0x40200000
1:      ld      a2, (s0)
        ld      a3, (s1)
        add     s0, s0, s3
        add     s1, s1, s3
        addi    s2, s2, -1
        bnez    s2, 1b`,
    },
  ],
  [
    'a fence of one address in a large page that has no block of the machine to itself',
    {
      leaves: [RAM],
      before: `
        li      t0, 0x80602000
        li      t1, 0x1111
        sd      t1, (t0)`,
      body: `
        ${largePage(0x80e00000)}
        sfence.vma
        li      s1, 0x40201000
        ld      a0, (s1)
        li      s2, 0x40202000
        ld      a1, (s2)
        ${largePage(0x80600000)}
        sfence.vma s1, zero
        ld      a2, (s2)
        ld      a3, (s1)`,
    },
  ],
  [
    'memory whose frames the machine has here and there',
    {
      body: `
        li      s1, 0x80e00000          # the last block of RAM, without paging a large page
        li      s2, 0x1000
        li      s3, 24
1:      sd      s1, (s1)
        add     s1, s1, s2
        addi    s3, s3, -1
        bnez    s3, 1b`,
    },
  ],
  [
    "a large page over the firmware's memory, of which the guest uses its own part first",
    {
      body: `
        li      s1, 0x80100000
        ld      a0, (s1)
        li      s1, 0x80000000
        ld      a0, (s1)
        sd      a0, (s1)`,
    },
  ],
  [
    "a program that reads the kernel's page, where harts have no ASIDs",
    {
      leaves: [RAM],
      body: `
        la      s1, root
        ld      a0, (s1)
        ld      a1, (s0)
        user
        ld      a2, (s1)
        ld      a3, (s0)
        kernel`,
    },
    { hartOptions: { asidBits: 0 } },
  ],
  [
    'a page table that nobody has touched, where harts do not tell which address faulted',
    {
      leaves: [RAM],
      body: `
        la      t0, middle
        li      t1, ${(0x80e05000 / 4) | 1}
        sd      t1, 8(t0)
        sfence.vma
        li      s1, 0x40200000
        ld      a0, (s1)`,
    },
    { hartOptions: { guestFaultAddress: 'zero', trapInstruction: 'zero' } },
  ],
  ['an entry with a reserved bit', { leaves: ['1 << 60 | 0x20180007'], body: 'ld a0, (s0)' }],
  ['memory up to its end, and behind it', { body: 'li s1, 0x80fffff8\nld a0, (s1)\nld a1, 8(s1)\nsd a0, 8(s1)' }],
];

describe('address spaces', () => {
  for (const { id: virtualization } of anyGuestEngines)
    for (const [what, kernel, configuration] of CASES)
      it(`are the same under none and ${virtualization}: ${what}`, async () => {
        assertSameUnder(virtualization, await assembleGuest(smallKernel(kernel)), configuration);
      });
});
