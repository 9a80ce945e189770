import { ExceptionCode } from '../../../isa/index';
import type { ExitKind } from '../../exits/exit-kind';

/** The kinds of exits that guests have whose kernel runs in the hardware's U-mode. */
export const deprivilegedExits = {
  privilegedInstruction: {
    id: 'privileged-instruction',
    text: 'a privileged instruction, executed by the deprivileged guest kernel',
    causes: [ExceptionCode.illegalInstruction],
  },
  pageFault: {
    id: 'page-fault',
    text: "a page fault: the guest's own page table will tell whose it is",
    causes: [ExceptionCode.instructionPageFault, ExceptionCode.loadPageFault, ExceptionCode.storePageFault],
  },
  guestPageFault: { id: 'guest-page-fault', text: "a page fault that is the guest's own" },
} as const satisfies { readonly [name: string]: ExitKind };
