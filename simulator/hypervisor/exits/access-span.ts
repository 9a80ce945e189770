import { FRAME, Gva } from '../../mmu/address';
import { Access } from '../../mmu/index';
import { accessFault, type GuestTables, translateGuest } from '../memory/guest-walk';
import type { Vcpu } from '../vcpu';
import type { VirtualMachine } from '../virtual-machine';
import { effectiveAddress, fetchInstruction } from './fetch-instruction';

/** The exception that the guest's hardware would raise for an access that leads to no memory. */
export interface SpanFault {
  readonly cause: number;
  readonly address: Gva;
}

/**
 * A misaligned access may span two pages. Hardware translates both before it touches either, so that a page fault of the second, or one
 * for the firmware's memory, comes before the first one's access fault for lack of memory. Each fault names the part that it is of.
 * @param gva where the hardware's fault was: the access's first byte, or the start of its second page
 */
export function faultOfAccess(
  vm: VirtualMachine,
  vcpu: Vcpu,
  tables: GuestTables,
  access: Access,
  gva: Gva,
  gpa: number,
): SpanFault {
  const here = { cause: accessFault(access), address: gva };
  if (access === Access.execute || vm.belongsToFirmware(gpa)) return here;
  const word = fetchInstruction(vm, vcpu, tables);
  const instruction = word === undefined ? undefined : vm.instructions.find(word).memory;
  if (!instruction) return here;
  const first = effectiveAddress(vcpu, instruction);
  const inFirst = FRAME - (first.low & (FRAME - 1));
  if (inFirst >= instruction.size) return here;
  if (gva.value !== first.value) return here;
  const second = Gva.of(first.value + BigInt(inFirst));
  const translation = translateGuest(vcpu, tables, second.low, second.high, access);
  if ('fault' in translation) return { cause: translation.fault, address: second };
  return vm.belongsToFirmware(translation.gpa) ? { cause: here.cause, address: second } : here;
}
