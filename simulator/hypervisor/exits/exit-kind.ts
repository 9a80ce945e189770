import { ExceptionCode } from '../../isa/index';

/** A kind of exit: why a guest leaves to the VMM. */
export interface ExitKind {
  /** What filters, counts and reports call it. */
  readonly id: string;
  readonly text: string;
  /** The exceptions of the hart that are taken for it, until the handler has looked. */
  readonly causes?: readonly number[];
}

/** The kinds of exits that every engine has. */
export const commonExits = {
  csrAccess: { id: 'csr-access', text: 'an access to a CSR that U-mode may not use' },
  sbiCall: {
    id: 'sbi-call',
    text: 'an SBI call of the guest kernel',
    causes: [ExceptionCode.userEcall, ExceptionCode.virtualSupervisorEcall],
  },
  accessFault: { id: 'access-fault', text: 'an access outside the memory and devices of the VM' },
  mmio: { id: 'mmio', text: 'an access to a device register' },
  misalignedAccess: {
    id: 'misaligned-access',
    text: 'a misaligned load or store that the guest leaves to its firmware (FWFT)',
  },
  guestException: {
    id: 'guest-exception',
    text: "an exception that is the guest's own: system call, breakpoint, illegal instruction",
  },
  timerInterrupt: { id: 'timer-interrupt', text: "the machine's timer, armed for the guest's" },
  deviceInterrupt: { id: 'device-interrupt', text: "an interrupt line of the VM's devices changed" },
} as const satisfies { readonly [name: string]: ExitKind };

/** What an exception of the hart is taken for, until the handler has looked. */
export function firstGuess(kinds: readonly ExitKind[], cause: number): ExitKind {
  return kinds.find(({ causes }) => causes?.includes(cause)) ?? commonExits.guestException;
}
