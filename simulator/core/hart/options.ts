/**
 * What the manual leaves to the machine, each with a name. The defaults are QEMU's choices (for `accessedDirty` those of its `virt`
 * machine before it had Svadu); a machine with others is as legal, and finds what software wrongly takes for granted.
 */
export interface HartOptions {
  /** H: HS-, VS- and VU-mode, with their CSRs and instructions. */
  readonly hypervisor: boolean;
  /** Sstc: stimecmp, and with H vstimecmp, where menvcfg and henvcfg enable them. */
  readonly supervisorTimer: boolean;
  /** The largest scheme of satp, vsatp and hgatp. */
  readonly paging: 'sv39' | 'sv48';
  /** Writable bits of satp.ASID, 0 to 16. */
  readonly asidBits: number;
  /** Writable bits of hgatp.VMID, 0 to 14. */
  readonly vmidBits: number;
  /** GEILEN: guest external interrupts, 0 to 63. */
  readonly guestExternalInterrupts: number;
  /**
   * A and D of page-table entries: set by the machine; a page fault where they are clear (Svade); or as menvcfg.ADUE and
   * henvcfg.ADUE say, which are 0 after reset (Svadu).
   */
  readonly accessedDirty: 'hardware' | 'fault' | 'switchable';
  /** Svpbmt, where menvcfg.PBMTE and henvcfg.PBMTE enable it. */
  readonly pageMemoryTypes: boolean;
  /** htinst and mtinst of faults of explicit accesses. */
  readonly trapInstruction: 'transformed' | 'zero';
  /** htval and mtval2 of guest-page faults: the guest physical address shifted right by 2, or 0. */
  readonly guestFaultAddress: 'shifted' | 'zero';
  /** mtval, stval and vstval of illegal-instruction and virtual-instruction exceptions. */
  readonly illegalInstructionValue: 'bits' | 'zero';
  /** mtval, stval and vstval of `ebreak`. */
  readonly breakpointValue: 'zero' | 'pc';
  /** hgatp written with a MODE that does not exist: MODE keeps its value, or becomes Bare. The other fields are written. */
  readonly unknownGuestMode: 'kept' | 'bare';
  /** vsatp written from M- or HS-mode with a MODE that does not exist: nothing is written, or all but MODE. */
  readonly unknownVirtualMode: 'ignored' | 'kept';
  /** Entries of the TLB, at least 8. */
  readonly tlbEntries: number;
  /** Whether the TLB also keeps that a leaf was not valid, until a fence or capacity removes it. */
  readonly cachesInvalid: boolean;
  /** Whether each translation fence forgets all translations, not only those that it has to. */
  readonly fencesForgetAll: boolean;
  /** Loads and stores of RAM at addresses that are no multiple of their size; devices and atomics always trap. */
  readonly misaligned: 'works' | 'traps';
  /** Each so manieth store-conditional that could succeed fails; 0: none. */
  readonly spuriousFailures: number;
}

export const defaultHartOptions: HartOptions = {
  hypervisor: true,
  supervisorTimer: true,
  paging: 'sv48',
  asidBits: 16,
  vmidBits: 14,
  guestExternalInterrupts: 0,
  accessedDirty: 'hardware',
  pageMemoryTypes: true,
  trapInstruction: 'transformed',
  guestFaultAddress: 'shifted',
  illegalInstructionValue: 'bits',
  breakpointValue: 'zero',
  unknownGuestMode: 'kept',
  unknownVirtualMode: 'ignored',
  tlbEntries: 1024,
  cachesInvalid: false,
  fencesForgetAll: false,
  misaligned: 'works',
  spuriousFailures: 0,
};

/** Machines that differ from the default in what they are free to choose, by name. */
export const legalVariants: Readonly<Record<string, Partial<HartOptions>>> = {
  'no-trap-instruction': { trapInstruction: 'zero' },
  'no-guest-fault-address': { guestFaultAddress: 'zero' },
  'no-trap-details': { trapInstruction: 'zero', guestFaultAddress: 'zero' },
  'no-illegal-instruction-bits': { illegalInstructionValue: 'zero' },
  'breakpoint-address': { breakpointValue: 'pc' },
  'accessed-dirty-faults': { accessedDirty: 'fault' },
  'accessed-dirty-switchable': { accessedDirty: 'switchable' },
  'no-asids': { asidBits: 0 },
  'few-asids': { asidBits: 4 },
  'no-vmids': { vmidBits: 0 },
  'few-vmids': { vmidBits: 7 },
  'guest-external-interrupts': { guestExternalInterrupts: 63 },
  'sv39-only': { paging: 'sv39' },
  'unknown-guest-mode-bare': { unknownGuestMode: 'bare' },
  'unknown-virtual-mode-kept': { unknownVirtualMode: 'kept' },
  'small-tlb': { tlbEntries: 8 },
  'large-tlb': { tlbEntries: 4096 },
  'cached-invalid-entries': { cachesInvalid: true },
  'large-tlb-of-invalid-entries': { cachesInvalid: true, tlbEntries: 4096 },
  'fences-forget-all': { fencesForgetAll: true },
  'misaligned-traps': { misaligned: 'traps' },
  'spurious-sc-failures': { spuriousFailures: 3 },
  'no-supervisor-timer': { supervisorTimer: false },
  'no-page-memory-types': { pageMemoryTypes: false },
};
