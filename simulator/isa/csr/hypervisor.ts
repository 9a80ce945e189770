/** CSRs of the H extension (manual, volume II, "Hypervisor Extension"); those of VS-mode stand with what they take the place of. */
import { type Cause, Exception } from '../causes';
import { csrGroup } from './description';
import {
  addedOwners,
  addressSpace,
  bit,
  counterEnable,
  delegatedExceptions,
  environmentBelow,
  field,
  guestPhysicalAddress,
  interruptBits,
  width,
} from './fields';

/** What H adds, and environment calls of supervisors, stay with HS-mode (manual, "Hypervisor Trap Delegation Registers"). */
const isGuestsOwn = (cause: Cause): boolean =>
  !cause.ofHypervisor && (cause.kind !== 'ecall' || cause === Exception.userEcall);

export const hypervisorCsrs = csrGroup('hypervisor', {
  hstatus: {
    number: 0x600,
    summary: 'hypervisor status',
    fields: [
      field('VSXL', 33, 32, 'XLEN of VS-mode', width),
      bit('VTSR', 22, 'sret in VS-mode traps'),
      bit('VTW', 21, 'wfi in VS-mode traps'),
      bit('VTVM', 20, 'satp and sfence.vma in VS-mode trap'),
      field('VGEIN', 17, 12, 'guest external interrupt that is the external interrupt of VS-mode'),
      bit('HU', 9, 'hlv, hlvx and hsv may be executed in U-mode'),
      bit('SPVP', 8, 'privilege before the last trap out of a guest, and of hlv and hsv', { 0: 'VU', 1: 'VS' }),
      bit('SPV', 7, 'V before the trap into HS-mode'),
      bit('GVA', 6, 'stval is a guest virtual address'),
      bit('VSBE', 5, 'VS-mode data is big-endian'),
    ],
  },
  hedeleg: {
    number: 0x602,
    summary: 'exceptions that go to VS-mode',
    fields: delegatedExceptions('VS-mode', isGuestsOwn),
  },
  hideleg: {
    number: 0x603,
    summary: 'interrupts that go to VS-mode',
    fields: interruptBits('', 'goes to VS-mode', ['virtual-supervisor']),
  },
  hie: {
    number: 0x604,
    summary: 'hypervisor interrupts enabled',
    fields: interruptBits('E', 'is enabled', addedOwners),
  },
  htimedelta: { number: 0x605, summary: 'what VS-mode adds to time' },
  hcounteren: { number: 0x606, summary: 'counters that VS-mode may read', fields: counterEnable },
  hgeie: { number: 0x607, summary: 'guest external interrupts enabled' },
  henvcfg: { number: 0x60a, summary: 'environment of VS- and VU-mode', fields: environmentBelow('vstimecmp') },
  htval: { number: 0x643, summary: 'guest physical address of a fault', fields: guestPhysicalAddress },
  hip: {
    number: 0x644,
    summary: 'hypervisor interrupts pending',
    fields: interruptBits('P', 'is pending', addedOwners),
  },
  hvip: {
    number: 0x645,
    summary: 'interrupts injected into VS-mode',
    fields: interruptBits('P', 'is injected', ['virtual-supervisor']),
  },
  htinst: { number: 0x64a, summary: 'instruction that trapped, transformed' },
  hgatp: {
    number: 0x680,
    summary: 'second stage of translation',
    fields: addressSpace('VMID', 57, 'virtual machine', 'x4'),
  },
  hgeip: { number: 0xe12, summary: 'guest external interrupts pending' },
  mtinst: { number: 0x34a, summary: 'instruction that trapped, transformed' },
  mtval2: { number: 0x34b, summary: 'guest physical address of a fault', fields: guestPhysicalAddress },
});
