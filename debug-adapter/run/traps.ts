import { Csr } from '../../simulator/isa/index';
import type { ActiveHandler } from '../../simulator/machine/hosted-software';

/** Whether a handler runs because of what an instruction did, not because of an interrupt. Holds at its first step. */
export function isSynchronous({ hart, software }: ActiveHandler): boolean {
  return hart.csrHigh(software.name === 'vmm' ? Csr.scause.number : Csr.mcause.number) >= 0;
}
