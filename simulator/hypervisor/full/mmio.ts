import type { AccessSize, MmioDevice } from '../../devices/device';
import { decode, expand } from '../../isa/index';
import { readDevice, writeDevice } from '../../machine/board';
import { type Narration, step } from '../../machine/narration';
import { Access } from '../../mmu/index';
import { type Gpa, type Gva, hex64 } from '../address';
import { type GuestTables, translateGuest } from './guest-walk';
import { refuseAccess } from './refuse';
import type { Vcpu } from './vcpu';
import type { VirtualMachine } from './virtual-machine';
import { advance } from './world-switch';

/** How each load and store moves its value: bytes, and whether a loaded value is sign-extended. */
const ACCESSES: { readonly [name: string]: { readonly size: AccessSize; readonly signed: boolean } } = {
  lb: { size: 1, signed: true },
  lh: { size: 2, signed: true },
  lw: { size: 4, signed: true },
  ld: { size: 8, signed: true },
  lbu: { size: 1, signed: false },
  lhu: { size: 2, signed: false },
  lwu: { size: 4, signed: false },
  sb: { size: 1, signed: false },
  sh: { size: 2, signed: false },
  sw: { size: 4, signed: false },
  sd: { size: 8, signed: false },
  'lr.w': { size: 4, signed: true },
  'lr.d': { size: 8, signed: true },
};

/**
 * Emulates an access to a device register. The hardware says only which address faulted: what the instruction wants is in its bits,
 * which are fetched as the guest would fetch them.
 */
export function* emulateMmio(
  vm: VirtualMachine,
  vcpu: Vcpu,
  tables: GuestTables,
  device: MmioDevice,
  access: Access,
  gva: Gva,
  gpa: Gpa,
): Narration {
  const { hart } = vcpu;
  const word = fetchInstruction(vm, vcpu, tables);
  const decoded = word === undefined ? undefined : decode(word);
  if (word !== undefined) vm.ledger.decoded(word);
  vm.ledger.charge('decode');
  const base = decoded && expand(decoded);
  const form = base && ACCESSES[base.instruction.name];
  // Devices take no atomic operations, and none that is not aligned to its size.
  if (!decoded || !base || !form || gpa.value % form.size !== 0) {
    yield* refuseAccess(vm, vcpu, access, gva, gpa);
    return;
  }
  const { size, signed } = form;
  vm.ledger.charge('deviceEmulation');
  if (access === Access.read) {
    yield step`read ${size} bytes at ${gpa} from ${device.name}`;
    const value = readDevice(device, gpa.value, size);
    if (!value) {
      yield* refuseAccess(vm, vcpu, access, gva, gpa);
      return;
    }
    const { low, high } = extend(value.low, value.high, size, signed);
    yield step`put ${hex64(low, high)} into register x${base.fields.rd} and skip the instruction`;
    hart.setXWords(base.fields.rd ?? 0, low, high);
    if (base.instruction.name.startsWith('lr.')) hart.clearReservation();
  } else {
    const source = base.fields.rs2 ?? 0;
    const [low, high] = [hart.xLow(source), hart.xHigh(source)];
    yield step`write ${size} bytes of ${hex64(low, high)} to ${device.name} at ${gpa} and skip the instruction`;
    if (!writeDevice(device, gpa.value, size, low, high)) {
      yield* refuseAccess(vm, vcpu, access, gva, gpa);
      return;
    }
  }
  advance(vm, vcpu, decoded.instruction.length);
}

function extend(low: number, high: number, size: AccessSize, signed: boolean): { low: number; high: number } {
  if (size === 8) return { low, high };
  const unused = 32 - size * 8;
  const extended = signed ? (low << unused) >> unused : (low << unused) >>> unused;
  return { low: extended | 0, high: signed && extended < 0 ? -1 : 0 };
}

/**
 * The bits of the instruction at the guest's pc, fetched with execute permission through the guest's own tables; its second half may
 * be in another page. Undefined when the guest itself could not fetch it (its code has changed since).
 */
export function fetchInstruction(vm: VirtualMachine, vcpu: Vcpu, tables: GuestTables): number | undefined {
  const { pcLow, pcHigh } = vcpu.state;
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
