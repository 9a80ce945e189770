import { ExceptionCode } from '../../../isa/index';
import type { ExitKind } from '../../exits/exit-kind';

/** The kinds of exits of a guest in VS-mode. */
export const hardwareExits = {
  secondStageFill: {
    id: 'second-stage-fill',
    text: 'memory of the guest that the second stage does not map yet (a guest-page fault)',
    causes: [
      ExceptionCode.instructionGuestPageFault,
      ExceptionCode.loadGuestPageFault,
      ExceptionCode.storeGuestPageFault,
    ],
  },
  virtualInstruction: {
    id: 'virtual-instruction',
    text: 'an instruction that V=1 forbids or hstatus makes trap',
    causes: [ExceptionCode.virtualInstruction],
  },
  wait: { id: 'wait', text: 'wfi: the guest has nothing to do' },
} as const satisfies { readonly [name: string]: ExitKind };
