import { storeFaultOf } from '../../../core/index';
import { causeOf } from '../../../isa/index';
import { type Narration, step } from '../../../machine/narration';
import { exception } from '../../../machine/trap';
import { FRAME, Gpa, type Gva, Hpa, PteValue, SUPERPAGE } from '../../../mmu/address';
import { Access, Pte, type WalkStep } from '../../../mmu/index';
import { commonExits } from '../../exits/exit-kind';
import { fetchAccess, managesCacheBlock } from '../../exits/fetch-instruction';
import { inject } from '../../exits/inject';
import { populate } from '../../exits/populate';
import { refuseAccess } from '../../exits/refuse';
import { pteOf } from '../../memory/table-memory';
import { type Outcome, RESUME } from '../../runnable';
import { deprivilegedExits } from '../deprivileged/exits';
import { shadowExits } from './exits';
import type { PagedVcpu } from './pager';

const ACCESS_NAMES = { [Access.read]: 'a load', [Access.write]: 'a store', [Access.execute]: 'a fetch' } as const;

/** Shadow leaves always: valid, for U-mode, accessed; never global, since other views must not see them. */
const SHADOW_FLAGS = Pte.V | Pte.U | Pte.A;

/**
 * The shadow pager. A page fault of the hardware is one of three things: hidden (the guest maps the page, its shadow does not yet, or
 * not with this permission), the guest's own, or an access to a device. The guest's own page tables say which.
 */
export function* handlePageFault(vcpu: PagedVcpu, access: Access, gva: Gva): Narration<Outcome> {
  const { vm } = vcpu;
  const { ledger, memory } = vm;
  const space = vcpu.guestSpace.paging;
  const isManagement = access === Access.write && managesCacheBlock(vcpu, 'as hardware');
  const wanted = isManagement ? 'management of a cache block' : ACCESS_NAMES[access];
  if (space) {
    const root = new Gpa(space.root * FRAME);
    yield step`${wanted} of ${gva} faulted: walk the guest's own page table, root ${root}`;
  } else {
    yield step`${wanted} of ${gva} faulted: the guest's paging is off, so GVA = GPA`;
  }
  const steps: WalkStep[] = [];
  const translation = vcpu.walk(gva, isManagement ? Access.read : access, 'as hardware', { steps });
  for (const entry of steps) {
    const { level } = entry;
    const at = new Gpa(entry.address);
    const pte = new PteValue(entry.low, entry.high);
    yield step`level ${level}: the guest's entry at ${at} is ${pte}`;
    ledger.charge('walkStep');
  }
  if ('fault' in translation) {
    ledger.classify(deprivilegedExits.guestPageFault);
    const fault = isManagement ? storeFaultOf(translation.fault) : translation.fault;
    const cause = causeOf(fault, false).name;
    yield step`the guest's table does not allow it: the fault is the guest's own, ${cause}`;
    return yield* inject(vcpu, exception(fault, gva.value));
  }
  const gpa = new Gpa(translation.gpa);
  if (memory.isHole(gpa.value)) {
    ledger.classify(shadowExits.shadowMiss);
    const lacks = yield* populate(vcpu, gpa);
    if (lacks) return lacks;
  }
  const hpa = memory.hostPhysical(gpa.value);
  if (hpa === undefined) {
    const device = vm.board.find(gpa.value);
    if (!device || access === Access.execute) return yield* refuseAccess(vcpu, { access, gva, gpa });
    ledger.classify(commonExits.mmio);
    yield step`${gpa} is a register of ${device.name}: emulate the access`;
    const instruction = fetchAccess(vcpu, gva);
    return yield* vm.model.access(vcpu, { access, gva, gpa, instruction });
  }
  ledger.classify(shadowExits.shadowMiss);
  const level = shadowLevel(vcpu, translation.level, gpa.value);
  const pageSize = level === 1 ? SUPERPAGE : FRAME;
  const host = new Hpa(hpa - (hpa % pageSize));
  yield step`the guest maps it to ${gpa}: look the frame up in the P2M, it is ${host} of the machine`;
  const flags = shadowFlags(vcpu, translation.flags);
  const { low: pteLow, high: pteHigh } = pteOf(host.value, flags);
  const pte = new PteValue(pteLow, pteHigh);
  const permissions = describeFlags(flags);
  yield step`fill the shadow entry of ${gva} with ${pte}: ${permissions}`;
  const { low, high } = gva;
  vcpu.spaces.fill(vcpu.useView(), low, high, { hpa: host.value, flags, level, guestLevel: translation.level });
  return RESUME;
}

/** A large guest page becomes a large shadow page where the P2M keeps its block in one piece. */
function shadowLevel({ vm: { memory } }: PagedVcpu, guestLevel: number, gpa: number): 0 | 1 {
  return guestLevel >= 1 && memory.isWholeBlock(gpa) ? 1 : 0;
}

/**
 * The permissions of a shadow leaf. The walk has already refused what the guest's tables forbid in this mode; what is left to
 * express is what hardware cannot tell apart in U-mode: W only once the guest's D is set, no execution of the guest's U-pages by the
 * virtual S-mode (SUM never allows it), and MXR resolved into R.
 */
export function shadowFlags(vcpu: Pick<PagedVcpu, 'user' | 'mxr' | 'guestSpace'>, guest: number): number {
  const readable = guest & Pte.R || (vcpu.mxr && guest & Pte.X) ? Pte.R : 0;
  const writable = guest & Pte.W && guest & Pte.D ? Pte.W | Pte.D : 0;
  const userPageInSupervisor = vcpu.guestSpace.paging && guest & Pte.U && !vcpu.user;
  const executable = guest & Pte.X && !userPageInSupervisor ? Pte.X : 0;
  return SHADOW_FLAGS | readable | (readable ? writable : 0) | executable;
}

/** The view that serves a virtual mode. SUM says nothing in U-mode, and privileges say nothing without paging: such views are shared. */
export function viewIndex(paging: boolean, user: boolean, sum: boolean, mxr: boolean): number {
  if (!paging) return 0;
  return (user ? 4 : 0) | (sum && !user ? 2 : 0) | (mxr ? 1 : 0);
}

/** Permissions in words, as far as they differ from the guest's for a reason. */
function describeFlags(flags: number): string {
  const letters = `${flags & Pte.R ? 'r' : '-'}${flags & Pte.W ? 'w' : '-'}${flags & Pte.X ? 'x' : '-'}`;
  return flags & Pte.W ? `${letters}, U=1` : `${letters}, U=1, no W until the guest's D is set`;
}
