/**
 * The hypervisor's interface for guests that know of it: one SBI extension, in the space of firmware's own ones, the same from every way to
 * virtualize. Dispatcher, header, hover and documentation come from this table.
 */

/** The low bits are the implementation id that `get_impl_id` answers (SBI 3.0, chapter 4). */
export const HYPERCALL_EXTENSION = { id: 0x0a004853, name: 'HYPERSTEP' } as const;

export const INTERFACE_VERSION = { major: 1, minor: 0 } as const;

/** Something that is given to a call in a register. */
export interface HypercallArgument {
  readonly name: string;
  readonly text: string;
}

/** What a call does that has its first argument, `op`, say which of several things. */
export interface HypercallOperation {
  readonly number: number;
  readonly name: string;
  readonly text: string;
}

export interface Hypercall {
  /** The function id, in a6. */
  readonly number: number;
  readonly name: string;
  readonly text: string;
  /** In a0 up. */
  readonly arguments: readonly HypercallArgument[];
  readonly operations?: readonly HypercallOperation[];
}

export const hypercalls = {
  version: {
    number: 0,
    name: 'version',
    text: 'The version of this interface: major in bits 31:16, minor in bits 15:0.',
    arguments: [],
  },
  schedOp: {
    number: 7,
    name: 'sched_op',
    text: 'What the scheduler is to do with the virtual CPU that calls, or with its virtual machine.',
    arguments: [
      { name: 'op', text: 'which operation' },
      { name: 'arg', text: 'what that takes, else 0' },
    ],
    operations: [
      { number: 0, name: 'yield', text: 'Lets others have the hart that want it too.' },
      {
        number: 1,
        name: 'block',
        text: 'Waits for an interrupt that is enabled in `sie`, whatever `sstatus.SIE` says, as `wfi` does; at once where one is pending.',
      },
      {
        number: 3,
        name: 'suspend',
        text: 'Pauses the virtual machine, until somebody lets it go on; then the call returns.',
      },
      {
        number: 4,
        name: 'crash',
        text: 'Ends the virtual machine: its kernel cannot go on. What `onCrash` says follows.',
      },
    ],
  },
  multicall: {
    number: 12,
    name: 'multicall',
    text: 'Several calls one after the other, for one exit. Its value is how many were made. `block`, `suspend`, `crash` and `multicall` are denied inside.',
    arguments: [
      {
        name: 'list',
        text: 'the guest-physical address of entries of 72 bytes: function id, six arguments, error, value, each a doubleword',
      },
      { name: 'n', text: 'how many, at most 512' },
    ],
  },
} as const satisfies Readonly<Record<string, Hypercall>>;

export type HypercallName = keyof typeof hypercalls;

export const hypercallList: readonly Hypercall[] = Object.values(hypercalls);
