import { InterruptCode } from '../../isa/index';
import type { Vcpu } from '../vcpu';

const MIP = 0x344;
const SSIP = 1 << InterruptCode.supervisorSoftware;

/** Makes a vCPU exit before its next instruction, by a software interrupt of the hart that runs it: its virtual interrupts have changed. */
export function kickVcpu(vcpu: Vcpu): void {
  vcpu.hart.setCsrWords(MIP, vcpu.hart.csrLow(MIP) | SSIP, 0);
}

/** The VMM has seen the kick. */
export function acknowledgeKick(vcpu: Vcpu): void {
  vcpu.hart.setCsrWords(MIP, vcpu.hart.csrLow(MIP) & ~SSIP, 0);
}
