import { legalVariants } from '../../simulator/core/index';
import { anyGuestEngines } from '../../simulator/hypervisor/engines';
import { assembleGuest } from '../support/guest';
import { assertSameUnder } from '../support/lock-step';
import { type SmallKernel, smallKernel } from './small-kernel';

/** Pages of code from the frames at 0x80600000 and 0x80605000, which are no neighbours. */
const CODE_PAGES = ['0x20180009', '0x20181409'];

const CASES: readonly (readonly [string, SmallKernel])[] = [
  [
    'instructions of two bytes',
    {
      body: `
        .option push
        .option rvc
        li      a5, 0x0c000000
        li      a3, 5
        c.sw    a3, 4(a5)
        c.addi  a3, 1
        c.lw    a4, 4(a5)
        c.addi  a3, 1
        .balign 4
        .option pop`,
    },
  ],
  [
    'values whose highest bit is set',
    {
      body: `
        li      s1, 0x10000000
        li      s2, 0x85
        sb      s2, 7(s1)               # the UART's scratch register
        lb      a0, 7(s1)
        lbu     a1, 7(s1)
        li      s1, 0x0c002080          # the PLIC's enables
        li      s2, -1
        sw      s2, (s1)
        lw      a2, (s1)
        lwu     a3, (s1)`,
    },
  ],
  [
    'atomic operations',
    { body: 'li s1, 0x0c000004\nli s2, 7\namoadd.w a0, s2, (s1)\namoswap.w a1, s2, (s1)\nlw a2, (s1)' },
  ],
  [
    'an instruction over the end of a page',
    {
      leaves: CODE_PAGES,
      before: `
        li      t0, 0x80600000
        li      t1, 0x00d00000          # what would be another instruction
        sw      t1, (t0)
        la      t1, 1f
        li      t2, 0x80600ffe
        lhu     t3, 0(t1)
        sh      t3, (t2)
        li      t2, 0x80605000
        lhu     t3, 2(t1)
        sh      t3, 0(t2)
        li      t3, 0x8067              # ret
        sh      t3, 2(t2)
        sh      zero, 4(t2)
        fence.i
        j       2f
1:      lw      a0, 4(a1)
2:`,
      body: `
        la      t0, root
        li      t1, 0xc7                # the gigapage of the devices, to itself
        sd      t1, 0(t0)
        sfence.vma
        li      a1, 0x0c000000
        li      t0, 3
        sw      t0, 4(a1)
        li      t0, 0x40000ffe
        jalr    ra, t0`,
    },
  ],
];

/** A load from a device, of which the TLB keeps that the second stage maps nothing there, and a store to it: both mark its page. */
const LOAD_THEN_STORE: SmallKernel = {
  leaves: ['0x04000007'],
  body: `
        lbu     a2, 7(s0)
        sb      a2, 7(s0)
        la      t0, leaves
        ld      a3, (t0)`,
};

describe('accesses to devices', () => {
  for (const { id: virtualization } of anyGuestEngines)
    for (const [what, kernel] of CASES)
      it(`are the same under none and ${virtualization}: ${what}`, async () => {
        assertSameUnder(virtualization, await assembleGuest(smallKernel(kernel)));
      });

  for (const { id: virtualization } of anyGuestEngines)
    it(`make a page dirty under none and ${virtualization}, also where the TLB keeps invalid entries`, async () => {
      const hartOptions = legalVariants['cached-invalid-entries'];
      assertSameUnder(virtualization, await assembleGuest(smallKernel(LOAD_THEN_STORE)), { hartOptions });
    });
});
