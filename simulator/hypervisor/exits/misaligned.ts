import { extended, type MemoryInstruction } from '../../core/index';
import { ExceptionCode } from '../../isa/index';
import { type Narration, step } from '../../machine/narration';
import { FRAME, Gpa, Gva } from '../../mmu/address';
import { Access } from '../../mmu/index';
import { accessFault, type GuestTables, translateGuest } from '../memory/guest-walk';
import type { Vcpu } from '../vcpu';
import type { VirtualMachine } from '../virtual-machine';
import { advance } from './advance';
import { fetchInstruction } from './fetch-instruction';
import { inject } from './inject';
import { refuseAccess } from './refuse';

/** The part of an access that lies in one page. */
interface Part {
  readonly gva: Gva;
  readonly gpa: Gpa;
  readonly length: number;
}

/**
 * A misaligned access of a guest that has not asked to handle such traps itself (FWFT): the VMM, its firmware, does it in parts, through
 * the guest's own tables. As on a machine that does them itself, memory is touched only when every part may be accessed.
 */
export function* emulateMisaligned(
  vm: VirtualMachine,
  vcpu: Vcpu,
  tables: GuestTables,
  cause: number,
  gva: Gva,
): Narration {
  const access = cause === ExceptionCode.storeMisaligned ? Access.write : Access.read;
  const word = fetchInstruction(vm, vcpu, tables);
  const instruction = word === undefined ? undefined : vm.instructions.find(word).memory;
  if (word !== undefined) vm.ledger.decoded(word);
  vm.ledger.charge('decode');
  if (!instruction || instruction.kind === 'atomic' || instruction.reserves) {
    yield step`an atomic access cannot be done in parts: the exception is the guest's own`;
    yield* inject(vm, vcpu, cause, false, gva.low, gva.high);
    return;
  }
  vm.ledger.classify('misaligned-access');
  const { size } = instruction;
  yield step`${size} bytes at ${gva} are misaligned, and the guest has left them to its firmware (FWFT): do the access in parts`;
  const inFirst = Math.min(size, FRAME - (gva.low & (FRAME - 1)));
  const spans = [{ at: gva, length: inFirst }];
  if (inFirst < size) spans.push({ at: Gva.of(gva.value + BigInt(inFirst)), length: size - inFirst });
  const parts: Part[] = [];
  for (const { at, length } of spans) {
    const found = translateGuest(vcpu, tables, at.low, at.high, access);
    vm.ledger.charge('walkStep');
    const fault = 'fault' in found ? found.fault : vm.belongsToFirmware(found.gpa) ? accessFault(access) : undefined;
    if (fault !== undefined || 'fault' in found) {
      yield step`the guest may not access the part at ${at}: give it that fault`;
      yield* inject(vm, vcpu, fault ?? cause, false, at.low, at.high);
      return;
    }
    parts.push({ gva: at, gpa: new Gpa(found.gpa), length });
  }
  const missing = parts.find(({ gpa }) => vm.guestRam(gpa.value) === undefined);
  if (missing) {
    yield* refuseAccess(vm, vcpu, tables, access, missing.gva, missing.gpa);
    return;
  }
  transfer(vm, vcpu, parts, instruction);
  advance(vm, vcpu, instruction.length);
}

function transfer(vm: VirtualMachine, vcpu: Vcpu, parts: readonly Part[], instruction: MemoryInstruction): void {
  const { hart } = vcpu;
  const bytes = new Uint8Array(8);
  const words = new DataView(bytes.buffer);
  let at = 0;
  if (instruction.kind === 'store') {
    words.setInt32(0, hart.xLow(instruction.rs2), true);
    words.setInt32(4, hart.xHigh(instruction.rs2), true);
  }
  for (const { gpa, length } of parts) {
    if (instruction.kind === 'store') vm.write(gpa.value, bytes.subarray(at, at + length));
    else bytes.set(vm.read(gpa.value, length) ?? [], at);
    at += length;
  }
  if (instruction.kind === 'store') return;
  const { low, high } = extended(words.getInt32(0, true), words.getInt32(4, true), instruction);
  hart.setXWords(instruction.rd, low, high);
}
