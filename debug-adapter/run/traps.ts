import { Csr } from '../../simulator/isa/index';
import type { ActiveHandler } from '../../simulator/machine/hosted-software';
import { Privilege } from '../../simulator/mmu/index';

/** Whether a handler runs because of what an instruction did, not because of an interrupt. Holds at its first step. */
export function isSynchronous({ hart }: ActiveHandler): boolean {
  const isOfMachine = hart.privilege === Privilege.machine;
  return hart.csrHigh(isOfMachine ? Csr.mcause.number : Csr.scause.number) >= 0;
}
