import { extended, type MemoryInstruction } from '../../core/index';
import type { MmioDevice } from '../../devices/device';
import { readDevice, writeDevice } from '../../machine/board';
import { type Narration, step } from '../../machine/narration';
import { type Gpa, type Gva, hex64 } from '../../mmu/address';
import type { Access } from '../../mmu/index';
import type { GuestTables } from '../memory/guest-walk';
import type { Vcpu } from '../vcpu';
import type { VirtualMachine } from '../virtual-machine';
import { advance } from './advance';
import { effectiveAddress, fetchInstruction } from './fetch-instruction';
import { refuseAccess } from './refuse';

/**
 * Emulates an access to a device register.
 * @param instruction what the guest wanted; undefined where it is no access that a device takes
 */
export function* emulateMmio(
  vm: VirtualMachine,
  vcpu: Vcpu,
  tables: GuestTables,
  device: MmioDevice,
  access: Access,
  gva: Gva,
  gpa: Gpa,
  instruction: MemoryInstruction | undefined,
): Narration {
  const { hart } = vcpu;
  // Devices take no atomic operations, and none that is not aligned to its size, such as one that began in the page before.
  const isTaken = instruction !== undefined && instruction.kind !== 'atomic' && gpa.value % instruction.size === 0;
  if (!isTaken) {
    yield* refuseAccess(vm, vcpu, tables, access, gva, gpa);
    return;
  }
  const { size, rd, rs2 } = instruction;
  vm.ledger.charge('deviceEmulation');
  if (instruction.kind === 'load') {
    yield step`read ${size} bytes at ${gpa} from ${device.name}`;
    const value = readDevice(device, gpa.value, size);
    if (!value) {
      yield* refuseAccess(vm, vcpu, tables, access, gva, gpa);
      return;
    }
    const { low, high } = extended(value.low, value.high, instruction);
    const loaded = hex64(low, high);
    yield step`put ${loaded} into register x${rd} and skip the instruction`;
    hart.setXWords(rd, low, high);
    if (instruction.reserves) hart.clearReservation();
  } else {
    const [low, high] = [hart.xLow(rs2), hart.xHigh(rs2)];
    const stored = hex64(low, high);
    yield step`write ${size} bytes of ${stored} to ${device.name} at ${gpa} and skip the instruction`;
    if (!writeDevice(device, gpa.value, size, low, high)) {
      yield* refuseAccess(vm, vcpu, tables, access, gva, gpa);
      return;
    }
  }
  advance(vm, vcpu, instruction.length);
}

/**
 * The instruction that accessed an address, from its bits: fetched as the guest would fetch them.
 * @returns undefined where it does not access just this address
 */
export function fetchAccess(
  vm: VirtualMachine,
  vcpu: Vcpu,
  tables: GuestTables,
  gva: Gva,
): MemoryInstruction | undefined {
  const word = fetchInstruction(vm, vcpu, tables);
  if (word !== undefined) vm.ledger.decoded(word);
  vm.ledger.charge('decode');
  const instruction = word === undefined ? undefined : vm.instructions.find(word).memory;
  return instruction && effectiveAddress(vcpu, instruction).value === gva.value ? instruction : undefined;
}
