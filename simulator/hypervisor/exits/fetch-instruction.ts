import type { MemoryInstruction } from '../../core/index';
import { systemOperationOf } from '../../isa/index';
import { Gva } from '../../mmu/address';
import { Access } from '../../mmu/index';
import { type GuestTables, translateGuest } from '../memory/guest-walk';
import type { Vcpu } from '../vcpu';
import type { VirtualMachine } from '../virtual-machine';

/** The first byte that the instruction accesses, by the guest's registers. */
export function effectiveAddress(vcpu: Vcpu, { rs1, offset }: MemoryInstruction): Gva {
  return Gva.of(vcpu.hart.x(rs1) + BigInt(offset));
}

/**
 * The bits of the instruction at the guest's pc, fetched with execute permission through the guest's own tables; its second half may
 * be in another page. Undefined when the guest itself could not fetch it (its code has changed since).
 */
export function fetchInstruction(vm: VirtualMachine, vcpu: Vcpu, tables: GuestTables): number | undefined {
  const { pcLow, pcHigh } = vcpu;
  const first = fetchParcel(vm, vcpu, tables, pcLow, pcHigh);
  if (first === undefined || (first & 3) !== 3) return first;
  const nextLow = (pcLow + 2) | 0;
  const carry = nextLow >>> 0 < 2 ? 1 : 0;
  const second = fetchParcel(vm, vcpu, tables, nextLow, pcHigh + carry);
  return second === undefined ? undefined : ((second << 16) | first) >>> 0;
}

function fetchParcel(
  vm: VirtualMachine,
  vcpu: Vcpu,
  tables: GuestTables,
  low: number,
  high: number,
): number | undefined {
  const translation = translateGuest(vcpu, tables, low, high, Access.execute);
  const hpa = 'fault' in translation ? undefined : vm.guestRam(translation.gpa);
  return hpa === undefined ? undefined : vm.machine.core.ram.read16(hpa);
}

/**
 * Whether the guest is at cbo.clean, cbo.flush or cbo.inval: they fault as stores do, but need no more than a load, and leave D (manual,
 * volume I, Zicbom).
 */
export function managesCacheBlock(vm: VirtualMachine, vcpu: Vcpu, tables: GuestTables): boolean {
  const word = fetchInstruction(vm, vcpu, tables);
  const instruction = word === undefined ? undefined : vm.instructions.find(word).decoded?.instruction;
  const operation = instruction && systemOperationOf(instruction);
  return operation === 'cbo.clean' || operation === 'cbo.flush' || operation === 'cbo.inval';
}
