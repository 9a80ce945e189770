import type { ExitKind } from '../../exits/exit-kind';

/** The kinds of exits that only guests have which were ported to their hypervisor. */
export const paraExits = {
  systemCall: {
    id: 'system-call',
    text: "a system call of the guest's program, which the VMM passes on to the guest's kernel",
  },
} as const satisfies { readonly [name: string]: ExitKind };
