import type { MemoryInstruction } from '../../core/index';
import { systemOperationOf } from '../../isa/index';
import { Gva } from '../../mmu/address';
import { Access } from '../../mmu/index';
import type { Vcpu, WalkManner } from '../vcpu';

/** The first byte that the instruction accesses, by the guest's registers. */
export function effectiveAddress({ cpu }: Vcpu, { rs1, offset }: MemoryInstruction): Gva {
  return new Gva(cpu.xLow(rs1), cpu.xHigh(rs1)).plus(offset);
}

/**
 * The bits of the instruction at the guest's pc, fetched with execute permission through the guest's own tables; its second half may
 * be in another page. Undefined when the guest itself could not fetch it (its code has changed since).
 */
export function fetchInstruction(vcpu: Vcpu, manner: WalkManner = 'as hardware'): number | undefined {
  const { pc } = vcpu;
  const first = fetchParcel(vcpu, pc, manner);
  if (first === undefined || (first & 3) !== 3) return first;
  const second = fetchParcel(vcpu, pc.plus(2), manner);
  return second === undefined ? undefined : ((second << 16) | first) >>> 0;
}

function fetchParcel(vcpu: Vcpu, address: Gva, manner: WalkManner): number | undefined {
  const found = vcpu.walk(address, Access.execute, manner);
  return 'fault' in found ? undefined : vcpu.vm.memory.read16(found.gpa);
}

/**
 * What a load, store or atomic at the guest's pc wants of memory, for the ledger too.
 * @returns undefined where it is none
 */
export function fetchMemoryInstruction(vcpu: Vcpu): MemoryInstruction | undefined {
  const word = fetchInstruction(vcpu);
  if (word !== undefined) vcpu.vm.ledger.decoded(word);
  vcpu.vm.ledger.charge('decode');
  return word === undefined ? undefined : vcpu.decoded(word).memory;
}

/** The same, of an access to one address. @returns undefined where it accesses another */
export function fetchAccess(vcpu: Vcpu, address: Gva): MemoryInstruction | undefined {
  const instruction = fetchMemoryInstruction(vcpu);
  return instruction && effectiveAddress(vcpu, instruction).equals(address) ? instruction : undefined;
}

/**
 * Whether the guest is at cbo.clean, cbo.flush or cbo.inval: they fault as stores do, but need no more than a load, and leave D (manual,
 * volume I, Zicbom).
 */
export function managesCacheBlock(vcpu: Vcpu, manner: WalkManner): boolean {
  const word = fetchInstruction(vcpu, manner);
  const instruction = word === undefined ? undefined : vcpu.decoded(word).decoded?.instruction;
  const operation = instruction && systemOperationOf(instruction);
  return operation === 'cbo.clean' || operation === 'cbo.flush' || operation === 'cbo.inval';
}
