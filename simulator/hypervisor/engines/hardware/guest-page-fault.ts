import type { MemoryInstruction } from '../../../core/index';
import { causeOf } from '../../../isa/index';
import { type Narration, step } from '../../../machine/narration';
import { exception } from '../../../machine/trap';
import { FRAME, Gpa, type Gva, Hpa, PteValue, SUPERPAGE } from '../../../mmu/address';
import { Access, type WalkStep } from '../../../mmu/index';
import type { Exit } from '../../exits/exit';
import { commonExits } from '../../exits/exit-kind';
import { fetchAccess, managesCacheBlock } from '../../exits/fetch-instruction';
import { inject } from '../../exits/inject';
import { populate } from '../../exits/populate';
import { refuseAccess } from '../../exits/refuse';
import { accessFault } from '../../memory/guest-walk';
import { type Outcome, RESUME } from '../../runnable';
import { hardwareExits } from './exits';
import type { HardwareVcpu } from './vcpu';

const ACCESS_NAMES = { [Access.read]: 'a load', [Access.write]: 'a store', [Access.execute]: 'a fetch' } as const;

/** htinst of faults of the walk itself (manual, volume II, "Transformed Instruction or Pseudoinstruction for mtinst or htinst"). */
const PSEUDO_INSTRUCTIONS: ReadonlySet<number> = new Set([0x2000, 0x2020, 0x3000, 0x3020]);
/** In a transformed instruction: where the offset is of the part that faulted; and that it was not of two bytes. */
const OFFSET_SHIFT = 15;
const OF_FOUR_BYTES = 2;

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
export function* handleGuestPageFault(vcpu: HardwareVcpu, access: Access, exit: Exit): Narration<Outcome> {
  const { vm } = vcpu;
  const { ledger, memory } = vm;
  const wanted = ACCESS_NAMES[access];
  const fault = yield* findFault(vcpu, access, exit);
  if (!('gpa' in fault)) return fault;
  const { gva, gpa, implicit } = fault;
  if (memory.isHole(gpa.value)) {
    ledger.classify(hardwareExits.secondStageFill);
    const lacks = yield* populate(vcpu, gpa);
    if (lacks) return lacks;
  }
  const hpa = memory.hostPhysical(gpa.value);
  if (hpa !== undefined) {
    ledger.classify(hardwareExits.secondStageFill);
    yield* fillSecondStage(vcpu, gpa, hpa);
    return RESUME;
  }
  const device = vm.board.find(gpa.value);
  // What is refused here the guest's own hart would have translated to its end: A and D are set as it would have.
  if (implicit) {
    ledger.classify(commonExits.accessFault);
    const cause = accessFault(access);
    const { name } = causeOf(cause, false);
    yield step`${wanted} of ${gva} needs a page table of the guest at ${gpa}, which is no memory: ${name}`;
    return yield* inject(vcpu, exception(cause, gva.value));
  }
  if (!device || access === Access.execute) return yield* refuseAccess(vcpu, { access, gva, gpa });
  ledger.classify(commonExits.mmio);
  yield step`${gpa} is a register of ${device.name}: emulate the access`;
  const instruction = yield* findInstruction(vcpu, exit);
  return yield* vm.model.access(vcpu, { access, gva, gpa, instruction });
}

/**
 * The guest-physical address that faulted: from htval, or where the machine leaves that zero, by walking the guest's tables.
 * @returns what becomes of the vCPU where the fault turns out to be none of the second stage's
 */
function* findFault(vcpu: HardwareVcpu, access: Access, exit: Exit): Narration<GuestFault | Outcome> {
  const { ledger } = vcpu.vm;
  const { address: gva, transformed, shiftedGpa } = exit;
  if (shiftedGpa !== 0) {
    const implicit = PSEUDO_INSTRUCTIONS.has(transformed);
    // htval has the address but for its two lowest bits, which for an explicit access are those of the virtual one.
    const gpa = new Gpa(shiftedGpa * 4 + (implicit ? 0 : gva.low & 3));
    yield step`the second stage does not map ${gpa}, by htval; the guest's address was ${gva}, by stval`;
    return { gva, gpa, implicit };
  }
  yield step`htval is zero: walk the guest's own tables for ${gva}`;
  const steps: WalkStep[] = [];
  const isManagement = access === Access.write && managesCacheBlock(vcpu, 'peek');
  const wanted = isManagement ? Access.read : access;
  const found = vcpu.walk(gva, wanted, 'peek', { steps });
  ledger.charge('walkStep', steps.length);
  const unmapped = steps.find(({ address }) => vcpu.engine.stage.find(address) === undefined);
  if (unmapped) return { gva, gpa: new Gpa(unmapped.address), implicit: true };
  if (!('fault' in found)) return { gva, gpa: new Gpa(found.gpa), implicit: false };
  if (found.fault === accessFault(wanted)) {
    ledger.classify(commonExits.accessFault);
    const cause = accessFault(access);
    const { name } = causeOf(cause, false);
    yield step`the guest's address is beyond all that can be there: ${name}`;
    return yield* inject(vcpu, exception(cause, gva.value));
  }
  ledger.classify(hardwareExits.secondStageFill);
  // The guest's tables have changed since: its own hardware will find the same when it tries again.
  yield step`the guest's tables do not lead there any more: let it try again`;
  return RESUME;
}

function* fillSecondStage({ vm, vmid, engine, hart }: HardwareVcpu, gpa: Gpa, hpa: number): Narration {
  const { ledger } = vm;
  const level = vm.memory.isWholeBlock(gpa.value) ? 1 : 0;
  const size = level === 1 ? SUPERPAGE : FRAME;
  const host = new Hpa(hpa - (hpa % size));
  const what = level === 1 ? 'a block of 2 MiB' : 'a frame';
  yield step`the guest's memory at ${gpa} is ${what} of the machine at ${host}, by the P2M`;
  const first = gpa.value - (gpa.value % size);
  const leaf = engine.stage.map(first, host.value, level);
  const pte = new PteValue(leaf.low, leaf.high);
  yield step`the second stage has now ${pte} for it; what the hart knew of the address before is forgotten (hfence.gvma)`;
  // By the address that faulted: a hart may have kept that just this page was not there, whatever the size of the leaf that is.
  hart.fenceGuest(Math.floor(gpa.value / FRAME), vmid);
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
  vcpu: HardwareVcpu,
  { address, transformed }: Exit,
): Narration<MemoryInstruction | undefined> {
  const { ledger } = vcpu.vm;
  if (transformed === 0) {
    yield step`htinst is zero: fetch the guest's instruction as the guest would`;
    return fetchAccess(vcpu, address);
  }
  // A misaligned access, of which another part faulted than the first.
  if ((transformed >>> OFFSET_SHIFT) & 31) return undefined;
  // Bit 1 is clear for an instruction of two bytes; the transformed one is always of four.
  const word = transformed | OF_FOUR_BYTES;
  const instruction = vcpu.decoded(word).memory;
  ledger.decoded(word);
  ledger.charge('decode');
  const length = transformed & OF_FOUR_BYTES ? 4 : 2;
  return instruction && { ...instruction, length };
}
