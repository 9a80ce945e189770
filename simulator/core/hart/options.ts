import { Integer, Object as ObjectOf, Boolean as Switch } from '@sinclair/typebox';
import { settled, withDefault } from '../../schema/defaults';
import { choice, type Described } from '../../schema/schema';

/**
 * What the manual leaves to the machine, each with a name. The defaults are QEMU's choices (for `accessedDirty` those of its `virt`
 * machine before it had Svadu); a machine with others is as legal, and finds what software wrongly takes for granted.
 */
export const hartOptionSchema = ObjectOf({
  hypervisor: withDefault(true, Switch({ description: 'H: HS-, VS- and VU-mode, with their CSRs and instructions.' })),
  supervisorTimer: withDefault(
    true,
    Switch({
      description: 'Sstc: `stimecmp`, and with H `vstimecmp`, where `menvcfg` and `henvcfg` enable them.',
    }),
  ),
  paging: withDefault(
    'sv48',
    choice(['sv39', 'sv48'], {
      description: 'The largest scheme of `satp`, `vsatp` and `hgatp`.',
    }),
  ),
  asidBits: withDefault(16, Integer({ minimum: 0, maximum: 16, description: 'Writable bits of `satp.ASID`.' })),
  vmidBits: withDefault(14, Integer({ minimum: 0, maximum: 14, description: 'Writable bits of `hgatp.VMID`.' })),
  guestExternalInterrupts: withDefault(
    0,
    Integer({
      minimum: 0,
      maximum: 63,
      description: 'GEILEN: how many guest external interrupts there are.',
    }),
  ),
  accessedDirty: withDefault(
    'hardware',
    choice(
      {
        hardware: 'The machine sets them.',
        fault: 'A page fault where they are clear (Svade).',
        switchable: 'As `menvcfg.ADUE` and `henvcfg.ADUE` say, which are 0 after reset (Svadu).',
      },
      { description: 'A and D of page-table entries.' },
    ),
  ),
  pageMemoryTypes: withDefault(
    true,
    Switch({
      description: 'Svpbmt, where `menvcfg.PBMTE` and `henvcfg.PBMTE` enable it.',
    }),
  ),
  trapInstruction: withDefault(
    'transformed',
    choice(['transformed', 'zero'], {
      description: '`htinst` and `mtinst` of faults of explicit accesses.',
    }),
  ),
  guestFaultAddress: withDefault(
    'shifted',
    choice(['shifted', 'zero'], {
      description: '`htval` and `mtval2` of guest-page faults: the guest-physical address shifted right by 2, or 0.',
    }),
  ),
  illegalInstructionValue: withDefault(
    'bits',
    choice(['bits', 'zero'], {
      description: '`mtval`, `stval` and `vstval` of illegal-instruction and virtual-instruction exceptions.',
    }),
  ),
  breakpointValue: withDefault(
    'zero',
    choice(['zero', 'pc'], {
      description: '`mtval`, `stval` and `vstval` of `ebreak`.',
    }),
  ),
  unknownGuestMode: withDefault(
    'kept',
    choice(['kept', 'bare'], {
      description:
        '`hgatp` written with a MODE that does not exist: MODE keeps its value, or becomes Bare. The other fields are written.',
    }),
  ),
  unknownVirtualMode: withDefault(
    'ignored',
    choice(['ignored', 'kept'], {
      description:
        '`vsatp` written from M- or HS-mode with a MODE that does not exist: nothing is written, or all but MODE.',
    }),
  ),
  tlbEntries: withDefault(1024, Integer({ minimum: 8, maximum: 65536, description: 'Entries of the TLB.' })),
  cachesInvalid: withDefault(
    false,
    Switch({
      description: 'Whether the TLB also keeps that a leaf was not valid, until a fence or capacity removes it.',
    }),
  ),
  fencesForgetAll: withDefault(
    false,
    Switch({
      description: 'Whether each translation fence forgets all translations, not only those that it has to.',
    }),
  ),
  misaligned: withDefault(
    'works',
    choice(['works', 'traps'], {
      description:
        'Loads and stores of RAM at addresses that are no multiple of their size; devices and atomics always trap.',
    }),
  ),
  spuriousFailures: withDefault(
    0,
    Integer({
      minimum: 0,
      maximum: 1_000_000,
      description: 'Each so manieth store-conditional that could succeed fails; 0: none.',
    }),
  ),
  classicHoles: withDefault(
    false,
    Switch({
      description:
        'For teaching, and against the manual: in U-mode a read of `sstatus`, `stvec` or `satp` returns the value, and a write of `sstatus` is ignored, where both should trap; as `pushf`, `popf`, `sidt` and `smsw` on x86 before VT. Under `full` a kernel that uses them goes wrong.',
    }),
  ),
});

export type HartOptions = Described<typeof hartOptionSchema>;

export const defaultHartOptions: HartOptions = settled(hartOptionSchema.properties, {});

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
