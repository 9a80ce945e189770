import { exception, type Trap } from '../../machine/trap';
import { FRAME } from '../../mmu/address';
import { Access } from '../../mmu/index';
import { accessFault } from '../memory/guest-walk';
import type { Vcpu } from '../vcpu';
import type { GuestAccess } from './access';
import { effectiveAddress, fetchInstruction } from './fetch-instruction';

/**
 * The exception that the guest's hardware would raise for an access that leads to no memory. A misaligned one may span two pages.
 * Hardware translates both before it touches either, so that a page fault of the second, or one for the firmware's memory, comes before
 * the first one's access fault for lack of memory. Each fault names the part that it is of.
 */
export function faultOfAccess(vcpu: Vcpu, { access, gva, gpa }: GuestAccess): Trap {
  const { memory } = vcpu.vm;
  const here = exception(accessFault(access), gva.value);
  if (access === Access.execute || memory.belongsToFirmware(gpa.value)) return here;
  const word = fetchInstruction(vcpu);
  const instruction = word === undefined ? undefined : vcpu.decoded(word).memory;
  if (!instruction) return here;
  const first = effectiveAddress(vcpu, instruction);
  const inFirst = FRAME - (first.low & (FRAME - 1));
  if (inFirst >= instruction.size) return here;
  if (!gva.equals(first)) return here;
  const second = first.plus(inFirst);
  const translation = vcpu.walk(second, access, 'as hardware');
  if ('fault' in translation) return exception(translation.fault, second.value);
  return memory.belongsToFirmware(translation.gpa) ? exception(here.cause, second.value) : here;
}
