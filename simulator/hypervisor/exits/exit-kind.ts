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
  csrAccess: { id: 'csr-access', text: 'an access to a CSR that the hardware keeps from the guest' },
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
  deviceInterrupt: {
    id: 'device-interrupt',
    text: "a kick: an interrupt line of the VM's devices changed, or another vCPU asks for something",
  },
} as const satisfies { readonly [name: string]: ExitKind };

/** By the code of an exception, the kind that it is taken for. */
export function kindsByCause(kinds: readonly ExitKind[]): (ExitKind | undefined)[] {
  const found: (ExitKind | undefined)[] = [];
  for (const kind of kinds) for (const cause of kind.causes ?? []) found[cause] = kind;
  return found;
}
