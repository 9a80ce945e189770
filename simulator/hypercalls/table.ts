/**
 * The hypervisor's interface for guests that know of it: one SBI extension, in the space of firmware's own ones, the same from every way to
 * virtualize. Dispatcher, header, hover and documentation come from this table.
 */

/** The low bits are the implementation id that `get_impl_id` answers (SBI 3.0, chapter 4). */
export const HYPERCALL_EXTENSION = { id: 0x0a004853, name: 'HYPERSTEP' } as const;

export const INTERFACE_VERSION = { major: 1, minor: 0 } as const;
/** As `version` answers it, and programs and pages have it. */
export const VERSION_NUMBER = INTERFACE_VERSION.major * 0x10000 + INTERFACE_VERSION.minor;

/** What the hypervisor itself has to tell a guest, by a port; in the order of their numbers. */
export const VIRQS = ['timer', 'balloon', 'bus'] as const;
export type Virq = (typeof VIRQS)[number];

/** Lists have so many entries at the most: more than a guest gains by, and less than holds others up. */
export const MOST_ENTRIES = 512;

/** Something that is given to a call in a register. */
export interface HypercallArgument {
  readonly name: string;
  readonly text: string;
}

/** What a call does that has its first argument, `op`, or each entry of its list say which of several things. */
export interface HypercallOperation {
  readonly number: number;
  readonly name: string;
  readonly text: string;
  /** Under which ways to virtualize it is answered, where they are others than the call's. */
  readonly from?: 'para';
}

export interface Hypercall {
  /** The function id, in a6. */
  readonly number: number;
  readonly name: string;
  readonly text: string;
  /** Under which ways to virtualize it is answered; under others it is not supported. */
  readonly from: 'every engine' | 'para';
  /** In a0 up. */
  readonly arguments: readonly HypercallArgument[];
  readonly operations?: readonly HypercallOperation[];
}

/** Of calls that take one. */
const list = (entries: string): HypercallArgument[] => [
  { name: 'list', text: `the address of ${entries}, at a multiple of 8` },
  { name: 'n', text: `how many, at most ${MOST_ENTRIES}` },
];

export const hypercalls = {
  version: {
    number: 0,
    name: 'version',
    text: 'The version of this interface: major in bits 31:16, minor in bits 15:0.',
    from: 'every engine',
    arguments: [],
  },
  mmuUpdate: {
    number: 1,
    name: 'mmu_update',
    text: 'Writes entries of page tables, each checked. Its value is how many were written; the first that may not be ends it.',
    from: 'para',
    arguments: list(
      'entries of two doublewords: the machine address of a page-table entry, with bit 0 set to keep its A and D, and what is to stand there',
    ),
  },
  updateVa: {
    number: 2,
    name: 'update_va',
    text: 'Writes the entry of level 0 by which the present kernel root maps an address.',
    from: 'para',
    arguments: [
      { name: 'va', text: 'an address in the page' },
      { name: 'pte', text: 'what is to stand there' },
      { name: 'flush', text: '0: nothing is forgotten, 1: this virtual CPU forgets the page, 2: all do' },
    ],
  },
  mmuext: {
    number: 3,
    name: 'mmuext',
    text: 'Pins tables, chooses roots, forgets translations. Its value is how many operations were done; the first that may not be ends it.',
    from: 'para',
    arguments: list('operations of three doublewords: op, x, y'),
    operations: [
      { number: 0, name: 'pin', text: 'The frame at machine address `x` becomes a table of level `y`, and stays one.' },
      { number: 1, name: 'unpin', text: 'It need not be one any more.' },
      { number: 2, name: 'kernel_root', text: 'Where the kernel of this virtual CPU runs: a table of level 2 at `x`.' },
      { number: 3, name: 'user_root', text: 'Where its programs run; 0 for none.' },
      { number: 4, name: 'flush', text: 'This virtual CPU forgets the page at `x`.' },
      { number: 5, name: 'flush_all', text: 'This virtual CPU forgets all translations.' },
      { number: 6, name: 'flush_on', text: 'The virtual CPUs whose bits `y` has forget the page at `x`.' },
      { number: 7, name: 'flush_all_on', text: 'The virtual CPUs whose bits `x` has forget all translations.' },
    ],
  },
  setTrap: {
    number: 4,
    name: 'set_trap',
    text: 'The one vector of this virtual CPU: exceptions, system calls and upcalls come there.',
    from: 'para',
    arguments: [
      { name: 'entry', text: 'the address of its first instruction' },
      { name: 'sp', text: 'the stack pointer of traps from user programs' },
    ],
  },
  iret: {
    number: 5,
    name: 'iret',
    text: 'Returns from a trap: pc, mode and interrupt flag come from `sepc` and `status` of the words of this virtual CPU, then `t0`, `sp`, `a6` and `a7`. The root follows the mode.',
    from: 'para',
    arguments: [],
  },
  vcpuOp: {
    number: 6,
    name: 'vcpu_op',
    text: 'Starts and stops virtual CPUs.',
    from: 'para',
    arguments: [
      { name: 'op', text: 'which operation' },
      { name: 'id', text: 'of which virtual CPU' },
      { name: 'context', text: 'of `initialise`: the address of four doublewords: pc, sp, a1, kernel root' },
    ],
    operations: [
      { number: 0, name: 'initialise', text: 'Says where it begins. Once, before it is up.' },
      { number: 1, name: 'up', text: 'It runs.' },
      { number: 2, name: 'down', text: 'The caller stops; another `up` lets it go on behind this call.' },
      { number: 3, name: 'state', text: 'Its value: 0 not initialised, 1 down, 2 up.' },
    ],
  },
  schedOp: {
    number: 7,
    name: 'sched_op',
    text: 'What the scheduler is to do with the virtual CPU that calls, or with its virtual machine.',
    from: 'every engine',
    arguments: [
      { name: 'op', text: 'which operation' },
      { name: 'arg', text: 'what that takes, else 0' },
      { name: 'n', text: 'of `poll`: how many ports, at most 128' },
      { name: 'deadline', text: 'of `poll`: a time (`time`) at which it goes on anyway, or all ones for never' },
    ],
    operations: [
      { number: 0, name: 'yield', text: 'Lets others have the hart that want it too.' },
      {
        number: 1,
        name: 'block',
        text: 'Waits for an interrupt that is enabled in `sie`, whatever `sstatus.SIE` says, as `wfi` does; at once where one is pending. Under `para` it sets `IE` and waits for an upcall.',
      },
      {
        number: 2,
        name: 'poll',
        text: 'Waits until one of the ports is pending, masked or not: `arg` is the address of their numbers, 4 bytes each.',
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
  event: {
    number: 8,
    name: 'event',
    text: 'Event channels: ports that become pending, with an upcall to a virtual CPU unless they are masked.',
    from: 'every engine',
    arguments: [
      { name: 'op', text: 'which operation' },
      { name: 'x', text: 'what that takes, else 0' },
      { name: 'y', text: 'what that takes, else 0' },
    ],
    operations: [
      {
        number: 0,
        name: 'alloc_unbound',
        text: 'A new port, to which the virtual machine of id `x` may bind. Its value is the port.',
      },
      {
        number: 1,
        name: 'bind',
        text: 'A new port, bound to port `y` of the virtual machine of id `x`, which is unbound and for this one. Its value is the port.',
      },
      {
        number: 2,
        name: 'virq',
        text: `A port for something of the hypervisor: \`x\` is ${VIRQS.map((name, number) => `${number} ${name}`).join(', ')}. The timer is that of the virtual CPU that calls, and goes by a port under \`para\` alone. Its value is the port.`,
      },
      { number: 3, name: 'ipi', text: 'A port by which virtual CPU `x` is told something. Its value is the port.' },
      {
        number: 4,
        name: 'pirq',
        text: 'A port for the interrupt of source `x` of the PLIC. Its value is the port.',
        from: 'para',
      },
      { number: 5, name: 'send', text: 'What is bound to port `x` becomes pending: the other end, or the IPI.' },
      { number: 6, name: 'close', text: 'Port `x` is free; the other end is unbound.' },
      {
        number: 7,
        name: 'unmask',
        text: 'Port `x` is not masked any more; its upcall comes now where it is pending. Of a device the next interrupt can come.',
      },
      { number: 8, name: 'to_vcpu', text: 'Upcalls of port `x` come to virtual CPU `y`.' },
      {
        number: 9,
        name: 'deliver',
        text: 'The upcall that is pending comes now, where `IE` is set: for who has set it with something pending.',
      },
    ],
  },
  grant: {
    number: 9,
    name: 'grant',
    text: 'Frames that others may map. Not built yet: it comes with the service VM.',
    from: 'every engine',
    arguments: [],
  },
  memory: {
    number: 10,
    name: 'memory',
    text: 'How much memory the virtual machine has. Of `increase` and `decrease` the value is how many frames it was.',
    from: 'every engine',
    arguments: [
      { name: 'op', text: 'which operation' },
      {
        name: 'list',
        text: 'of `increase` and `decrease`: the address of so many doublewords: guest-physical addresses of frames',
      },
      { name: 'n', text: `how many, at most ${MOST_ENTRIES}` },
    ],
    operations: [
      {
        number: 0,
        name: 'increase',
        text: 'The guest-physical frames of the list get memory, which is zero. Under `para` each entry is replaced by its machine address.',
      },
      { number: 1, name: 'decrease', text: 'Memory goes back to the host: the frames of the list.' },
      { number: 2, name: 'target', text: 'How many frames it is to have.' },
      { number: 3, name: 'maximum', text: 'How many frames it may have.' },
    ],
  },
  device: {
    number: 11,
    name: 'device',
    text: 'The smallest bus. Not built yet: it comes with the service VM.',
    from: 'every engine',
    arguments: [],
  },
  multicall: {
    number: 12,
    name: 'multicall',
    text: 'Several calls one after the other, for one exit. Its value is how many were made. `iret`, `block`, `poll`, `suspend`, `crash` and `multicall` are denied inside.',
    from: 'every engine',
    arguments: list('entries of 72 bytes: function id, six arguments, error, value, each a doubleword'),
  },
} as const satisfies Readonly<Record<string, Hypercall>>;

export type HypercallName = keyof typeof hypercalls;

export const hypercallList: readonly Hypercall[] = Object.values(hypercalls);
