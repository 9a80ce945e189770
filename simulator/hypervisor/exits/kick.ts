import type { Hart } from '../../core/index';
import { Csr, InterruptBit } from '../../isa/index';

const SSIP = InterruptBit.supervisorSoftware;

/** Makes a hart trap into the VMM before its next instruction, by a software interrupt: there is something to look at. */
export function kick(hart: Hart): void {
  // SSIP is all of sip that a write changes (manual, volume II, "Supervisor Interrupt Registers").
  hart.setCsrWords(Csr.sip.number, SSIP, 0);
}

/** The VMM has seen the kick. */
export function acknowledgeKick(hart: Hart): void {
  hart.setCsrWords(Csr.sip.number, 0, 0);
}
