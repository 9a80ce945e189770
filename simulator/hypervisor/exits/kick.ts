import { Csr, InterruptBit } from '../../isa/index';
import type { Vcpu } from '../vcpu';

const SSIP = InterruptBit.supervisorSoftware;

/** Makes a vCPU exit before its next instruction, by a software interrupt of the hart that runs it: its virtual interrupts have changed. */
export function kickVcpu(vcpu: Vcpu): void {
  vcpu.hart.setCsrWords(Csr.mip.number, vcpu.hart.csrLow(Csr.mip.number) | SSIP, 0);
}

/** The VMM has seen the kick. */
export function acknowledgeKick(vcpu: Vcpu): void {
  vcpu.hart.setCsrWords(Csr.mip.number, vcpu.hart.csrLow(Csr.mip.number) & ~SSIP, 0);
}
