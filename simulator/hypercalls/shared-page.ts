/**
 * The page that a guest shares with its hypervisor, which both read and write without an exit: which ports are pending and masked, and for each
 * virtual CPU the words by which interrupts and traps go. Header, debugger and documentation come from this table.
 */

/** Ports of one virtual machine. */
export const PORTS = 4096;

/**
 * Where the page is in guest-physical memory, but for `para`: the last one of the firmware's part. Kernels leave that alone already, as their device tree
 * reserves it (`no-map`), and for guests without such a page the map of memory is the same.
 */
export const SHARED_PAGE_ADDRESS = 0x8007f000;
/** The source of the PLIC by which upcalls come there: one that QEMU's `virt` board leaves free. */
export const UPCALL_SOURCE = 12;

/** A bit for each port, in doublewords. */
export const PENDING_OFFSET = 0;
export const MASK_OFFSET = PORTS / 8;
/** Of the words of virtual CPU 0; those of the others follow. */
export const WORDS_OFFSET = 2 * MASK_OFFSET;
export const WORDS_BYTES = 128;

/** Where the words of a virtual CPU are in the page, in bytes. */
export const wordsOffset = (vcpu: number): number => WORDS_OFFSET + vcpu * WORDS_BYTES;

/** A field of a virtual CPU's words. */
interface WordText {
  readonly name: string;
  /** From their begin, in bytes. */
  readonly offset: number;
  readonly text: string;
  /** Whether it is there under `para` alone: elsewhere hardware, or what stands for it, has such a register. */
  readonly isPara: boolean;
}

/** A field of one byte. */
export type ByteWord = WordText & { readonly size: 1 };
/** A doubleword. */
export type DoubleWord = WordText & { readonly size: 8 };
export type SharedWord = ByteWord | DoubleWord;

export const sharedWords = {
  upcallPending: {
    name: 'upcall_pending',
    offset: 0,
    size: 1,
    text: 'A port that is not masked has become pending: who handles them clears it first.',
    isPara: false,
  },
  interruptEnable: {
    name: 'IE',
    offset: 1,
    size: 1,
    text: 'Upcalls may come: what sstatus.SIE is elsewhere.',
    isPara: true,
  },
  status: {
    name: 'status',
    offset: 8,
    size: 8,
    text: 'Of the last trap: SPP and SPIE, where sstatus has them.',
    isPara: true,
  },
  sepc: { name: 'sepc', offset: 16, size: 8, text: 'Where the last trap was.', isPara: true },
  scause: { name: 'scause', offset: 24, size: 8, text: 'What it was; of an upcall interrupt 9.', isPara: true },
  stval: { name: 'stval', offset: 32, size: 8, text: 'The address or instruction of it.', isPara: true },
  sscratch: { name: 'sscratch', offset: 40, size: 8, text: 'The kernel has it for itself.', isPara: true },
  sp: {
    name: 'sp',
    offset: 48,
    size: 8,
    text: 'x2 as it was at the last trap, and is to be after iret.',
    isPara: true,
  },
  t0: { name: 't0', offset: 56, size: 8, text: 'x5, likewise.', isPara: true },
  a6: {
    name: 'a6',
    offset: 64,
    size: 8,
    text: 'x16 as it is to be after iret, which needs that register itself.',
    isPara: true,
  },
  a7: { name: 'a7', offset: 72, size: 8, text: 'x17, likewise.', isPara: true },
  pendingSelector: {
    name: 'pending_sel',
    offset: 80,
    size: 8,
    text: 'A bit for each doubleword of pending ports in which one has become so.',
    isPara: false,
  },
  stolen: {
    name: 'stolen',
    offset: 88,
    size: 8,
    text: 'Nanoseconds for which others had the hart that it wanted.',
    isPara: false,
  },
} as const satisfies Readonly<Record<string, SharedWord>>;

export const sharedWordList: readonly SharedWord[] = Object.values(sharedWords);
