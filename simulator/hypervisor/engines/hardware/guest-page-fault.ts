import type { MemoryInstruction } from '../../../core/index';
import { Csr, causeOf, ExceptionCode } from '../../../isa/index';
import { type Narration, step } from '../../../machine/narration';
import { FRAME, Gpa, Gva, Hpa, PteValue, SUPERPAGE } from '../../../mmu/address';
import { Access, type WalkStep } from '../../../mmu/index';
import { managesCacheBlock } from '../../exits/fetch-instruction';
import { inject } from '../../exits/inject';
import { emulateMmio, fetchAccess } from '../../exits/mmio';
import { refuseAccess } from '../../exits/refuse';
import { accessFault, GuestTables, GuestTablesAsHardware, translateGuest } from '../../memory/guest-walk';
import type { HardwareVm } from './hardware-vm';
import type { HardwareVcpu } from './vcpu';

export const ACCESS_OF_GUEST_FAULT: { readonly [cause: number]: Access } = {
  [ExceptionCode.instructionGuestPageFault]: Access.execute,
  [ExceptionCode.loadGuestPageFault]: Access.read,
  [ExceptionCode.storeGuestPageFault]: Access.write,
};
const ACCESS_NAMES = { [Access.read]: 'a load', [Access.write]: 'a store', [Access.execute]: 'a fetch' } as const;

/** htinst of faults of the walk itself (manual, volume II, "Transformed Instruction or Pseudoinstruction for mtinst or htinst"). */
const PSEUDO_INSTRUCTIONS: ReadonlySet<number> = new Set([0x2000, 0x2020, 0x3000, 0x3020]);

/** What faulted in the second stage. */
interface GuestFault {
  readonly gva: Gva;
  readonly gpa: Gpa;
  /** The access was the walk's own, to a page table of the guest. */
  readonly implicit: boolean;
}

/**
 * A guest-page fault: the second stage has no entry yet for memory of the guest, or the guest accesses a device or nothing at all.
 * The guest's own page faults never come here: they are delegated to it.
 */
export function* handleGuestPageFault(
  vm: HardwareVm,
  vcpu: HardwareVcpu,
  access: Access,
  low: number,
  high: number,
): Narration {
  const { ledger } = vm;
  const wanted = ACCESS_NAMES[access];
  const fault = yield* findFault(vm, vcpu, access, new Gva(low, high));
  if (fault === undefined) return;
  const { gva, gpa, implicit } = fault;
  const hpa = vm.guestRam(gpa.value);
  if (hpa !== undefined) {
    ledger.classify('second-stage-fill');
    yield* fillSecondStage(vm, vcpu, gpa, hpa);
    return;
  }
  const device = vm.board?.find(gpa.value);
  // What is refused here the guest's own hart would have translated to its end: A and D are set as it would have.
  const tables = new GuestTablesAsHardware(vm);
  if (implicit) {
    ledger.classify('access-fault');
    const cause = accessFault(access);
    const name = causeOf(cause, false).name;
    yield step`${wanted} of ${gva} needs a page table of the guest at ${gpa}, which is no memory: ${name}`;
    yield* inject(vm, vcpu, cause, false, low, high);
  } else if (device && access !== Access.execute) {
    ledger.classify('mmio');
    yield step`${gpa} is a register of ${device.name}: emulate the access`;
    const instruction = yield* findInstruction(vm, vcpu, tables, gva);
    yield* emulateMmio(vm, vcpu, tables, device, access, gva, gpa, instruction);
  } else {
    yield* refuseAccess(vm, vcpu, tables, access, gva, gpa);
  }
}

/** The guest-physical address that faulted: from htval, or where the machine leaves that zero, by walking the guest's tables. */
function* findFault(vm: HardwareVm, vcpu: HardwareVcpu, access: Access, gva: Gva): Narration<GuestFault | undefined> {
  const { hart } = vcpu;
  const [shiftedLow, shiftedHigh] = [hart.csrLow(Csr.htval.number), hart.csrHigh(Csr.htval.number)];
  const htinst = hart.csrLow(Csr.htinst.number);
  if ((shiftedLow | shiftedHigh) !== 0) {
    const implicit = PSEUDO_INSTRUCTIONS.has(htinst);
    // htval has the address but for its two lowest bits, which for an explicit access are those of the virtual one.
    const address = (shiftedHigh >>> 0) * 2 ** 34 + (shiftedLow >>> 0) * 4 + (implicit ? 0 : gva.low & 3);
    const gpa = new Gpa(address);
    yield step`the second stage does not map ${gpa}, by htval; the guest's address was ${gva}, by stval`;
    return { gva, gpa, implicit };
  }
  yield step`htval is zero: walk the guest's own tables for ${gva}`;
  const tables = new GuestTables(vm);
  const walked: WalkStep[] = [];
  const isManagement = access === Access.write && managesCacheBlock(vm, vcpu, tables);
  const wanted = isManagement ? Access.read : access;
  const found = translateGuest(vcpu, tables, gva.low, gva.high, wanted, vcpu.user, walked);
  vm.ledger.charge('walkStep', walked.length);
  const unmapped = walked.find(({ address }) => vm.stage.find(address) === undefined);
  if (unmapped) return { gva, gpa: new Gpa(unmapped.address), implicit: true };
  if (!('fault' in found)) return { gva, gpa: new Gpa(found.gpa), implicit: false };
  if (found.fault === accessFault(wanted)) {
    vm.ledger.classify('access-fault');
    const cause = accessFault(access);
    const name = causeOf(cause, false).name;
    yield step`the guest's address is beyond all that can be there: ${name}`;
    yield* inject(vm, vcpu, cause, false, gva.low, gva.high);
    return undefined;
  }
  // The guest's tables have changed since: its own hardware will find the same when it tries again.
  yield step`the guest's tables do not lead there any more: let it try again`;
  return undefined;
}

function* fillSecondStage(vm: HardwareVm, vcpu: HardwareVcpu, gpa: Gpa, hpa: number): Narration {
  const { ledger } = vm;
  const block = gpa.value - (gpa.value % SUPERPAGE);
  const level = vm.guestRam(block) !== undefined && vm.p2m.isWholeBlock(block) ? 1 : 0;
  const size = level === 1 ? SUPERPAGE : FRAME;
  const host = new Hpa(hpa - (hpa % size));
  const what = level === 1 ? 'a block of 2 MiB' : 'a frame';
  yield step`the guest's memory at ${gpa} is ${what} of the machine at ${host}, by the P2M`;
  const first = gpa.value - (gpa.value % size);
  const leaf = vm.stage.map(first, host.value, level);
  const pte = new PteValue(leaf.low, leaf.high);
  yield step`the second stage has now ${pte} for it; what the hart knew of the address before is forgotten (hfence.gvma)`;
  // By the address that faulted: a hart may have kept that just this page was not there, whatever the size of the leaf that is.
  vcpu.hart.fenceGuest(Math.floor(gpa.value / FRAME), vm.vmid);
  ledger.charge('secondStageFill');
  ledger.charge('tlbFlushPage');
  ledger.changed({
    kind: 'second-stage entry',
    address: first,
    before: { low: 0, high: 0 },
    after: { low: leaf.low, high: leaf.high },
  });
}

/** What the guest wanted of a device: the hardware tells in htinst, or else the instruction's own bits do. */
function* findInstruction(
  vm: HardwareVm,
  vcpu: HardwareVcpu,
  tables: GuestTables,
  gva: Gva,
): Narration<MemoryInstruction | undefined> {
  const htinst = vcpu.hart.csrLow(Csr.htinst.number);
  if (htinst === 0) {
    yield step`htinst is zero: fetch the guest's instruction as the guest would`;
    return fetchAccess(vm, vcpu, tables, gva);
  }
  // A misaligned access, of which another part faulted than the first.
  if ((htinst >>> 15) & 31) return undefined;
  // Bit 1 is clear for an instruction of two bytes; the transformed one is always of four.
  const instruction = vm.instructions.find(htinst | 2).memory;
  vm.ledger.decoded(htinst | 2);
  vm.ledger.charge('decode');
  const length = htinst & 2 ? 4 : 2;
  return instruction && { ...instruction, length };
}
