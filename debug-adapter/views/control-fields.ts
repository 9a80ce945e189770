import { Csr, type CsrDescription } from '../../simulator/isa/index';
import type { ControlGroup } from '../protocol';

/**
 * What holds the same on other processors. Intel's names are those of the Software Developer's Manual, volume 3, "Virtual Machine Control
 * Structures"; AMD's those of the Programmer's Manual, volume 2, appendix B, "VMCB Layout".
 */
export interface ControlField {
  readonly csr: CsrDescription;
  readonly group: ControlGroup;
  readonly vmcs: string;
  readonly vmcb: string;
}

const field = (group: ControlGroup, csr: CsrDescription, vmcs: string, vmcb: string): ControlField => ({
  csr,
  group,
  vmcs,
  vmcb,
});

/** A bit that is set lets counters be read, where there it makes reading them exit. */
const RDTSC_EXITING = 'RDTSC exiting, RDPMC exiting, with the opposite sense';
const RDTSC_INTERCEPT = 'intercept of RDTSC, of RDPMC, with the opposite sense';

/** Of a guest in VS-mode: the registers of the H extension that a hypervisor switches with it. */
export const hardwareControls: readonly ControlField[] = [
  field(
    'guest state',
    Csr.vsstatus,
    'RFLAGS (IF), CR0, CR4 of the guest-state area',
    'RFLAGS, CR0, CR4 of the state save area',
  ),
  field('guest state', Csr.vsatp, 'guest CR3, CR4.PCIDE', 'CR3'),
  field('guest state', Csr.vstvec, 'guest IDTR', 'IDTR'),
  field('guest state', Csr.vsepc, 'none: x86 has it on the guest’s stack', ''),
  field('guest state', Csr.vscause, 'none: the vector and error code on the guest’s stack', ''),
  field('guest state', Csr.vstval, 'none: CR2, which VMX does not switch', 'CR2'),
  field('guest state', Csr.vsscratch, 'guest IA32_KERNEL_GS_BASE: by MSR areas', 'KernelGsBase'),
  field('guest state', Csr.vsie, 'none: the guest’s APIC', ''),
  field('guest state', Csr.vsip, 'none: the guest’s APIC', ''),
  field('guest state', Csr.vstimecmp, 'none: TSC deadline of the virtual APIC; VMX-preemption timer', ''),
  field(
    'execution controls',
    Csr.hstatus,
    'processor-based VM-execution controls: HLT exiting (VTW), CR3-load exiting and INVLPG exiting (VTVM)',
    'intercept vectors',
  ),
  field('execution controls', Csr.hedeleg, 'exception bitmap, with the opposite sense', 'intercept of exceptions'),
  field(
    'execution controls',
    Csr.hideleg,
    'pin-based controls: external-interrupt exiting, with the opposite sense',
    'V_INTR_MASKING, intercept of INTR',
  ),
  field(
    'execution controls',
    Csr.hvip,
    'VM-entry interruption-information; with virtual-interrupt delivery RVI of guest interrupt status',
    'EVENTINJ, V_IRQ',
  ),
  field('execution controls', Csr.hie, 'pin-based controls: external-interrupt exiting', 'intercept of INTR'),
  field('execution controls', Csr.hgatp, 'EPT pointer (EPTP) and VPID', 'N_CR3 (nCR3) and guest ASID'),
  field('execution controls', Csr.htimedelta, 'TSC offset', 'TSC_OFFSET'),
  field('execution controls', Csr.hcounteren, RDTSC_EXITING, RDTSC_INTERCEPT),
  field(
    'execution controls',
    Csr.henvcfg,
    'secondary controls: WBINVD exiting, enable INVPCID and others',
    'intercept vectors',
  ),
  field('execution controls', Csr.hgeie, 'posted-interrupt processing', 'AVIC enable'),
  field('exit information', Csr.scause, 'exit reason, VM-exit interruption-information', 'EXITCODE'),
  field('exit information', Csr.stval, 'exit qualification, guest-linear address', 'EXITINFO1, EXITINFO2'),
  field('exit information', Csr.htval, 'guest-physical address', 'EXITINFO2 of a nested page fault'),
  field('exit information', Csr.htinst, 'VM-exit instruction information and length', 'guest instruction bytes'),
  field('exit information', Csr.sepc, 'guest RIP', 'RIP'),
  field('host state', Csr.sstatus, 'host CR0, CR4; RFLAGS is fixed at an exit', 'host save area'),
  field('host state', Csr.stvec, 'host RIP', 'none: VMRUN returns behind itself'),
  field('host state', Csr.satp, 'host CR3', 'host save area'),
];

/** Of a deprivileged guest: the registers that it believes to have, which are records of the VMM's. */
export const virtualControls: readonly ControlField[] = [
  field('guest state', Csr.sstatus, 'as VMX: guest RFLAGS, CR0, CR4', 'RFLAGS, CR0, CR4'),
  field('guest state', Csr.satp, 'guest CR3', 'CR3'),
  field('guest state', Csr.stvec, 'guest IDTR', 'IDTR'),
  field('guest state', Csr.sepc, 'none: x86 has it on the guest’s stack', ''),
  field('guest state', Csr.scause, 'none: the vector and error code on the guest’s stack', ''),
  field('guest state', Csr.stval, 'none: CR2, which VMX does not switch', 'CR2'),
  field('guest state', Csr.sscratch, 'guest IA32_KERNEL_GS_BASE: by MSR areas', 'KernelGsBase'),
  field('guest state', Csr.sie, 'none: the guest’s APIC', ''),
  field('guest state', Csr.sip, 'none: the guest’s APIC', ''),
  field('guest state', Csr.stimecmp, 'none: TSC deadline of the virtual APIC', ''),
  field('guest state', Csr.scounteren, 'none: CR4.TSD, CR4.PCE', ''),
];

/** Of the hart, while a deprivileged guest has it: what the VMM works with. */
export const deprivilegedHost: readonly ControlField[] = [
  field(
    'execution controls',
    Csr.satp,
    'CR3, with shadow paging: without EPT every CR3 load exits',
    'CR3, with shadow paging',
  ),
  field('execution controls', Csr.scounteren, RDTSC_EXITING, RDTSC_INTERCEPT),
  field('exit information', Csr.scause, 'exit reason, VM-exit interruption-information', 'EXITCODE'),
  field('exit information', Csr.stval, 'exit qualification, guest-linear address', 'EXITINFO1, EXITINFO2'),
  field('exit information', Csr.sepc, 'guest RIP', 'RIP'),
  field('host state', Csr.sstatus, 'host CR0, CR4', 'host save area'),
  field('host state', Csr.stvec, 'host RIP', 'none: VMRUN returns behind itself'),
];
