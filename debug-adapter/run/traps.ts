import type { ActiveHandler } from '../../simulator/machine/hosted-software';

const SCAUSE = 0x142;
const MCAUSE = 0x342;

/** Whether a handler runs because of what an instruction did, not because of an interrupt. Holds at its first step. */
export function isSynchronous({ hart, software }: ActiveHandler): boolean {
  return hart.csrHigh(software.name === 'vmm' ? SCAUSE : MCAUSE) >= 0;
}
