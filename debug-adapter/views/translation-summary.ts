import type { FailedTranslation, FoundTranslation } from '../../simulator/core/index';
import type { CpuState } from '../../simulator/hypervisor/cpu';
import { causeOf, isGuestPageFault } from '../../simulator/isa/index';
import type { Debuggee } from '../debuggee';
import { hex } from '../format';
import { hasRegisteredTables, modeName, usesHypervisor } from '../inspect/worlds';
import type { TranslateArguments, Translation } from '../protocol';
import { guestMemory } from './page-table';
import { type AccessRights, explainFault } from './walk-problem';

/** What becomes of an address. */
export type Found =
  | Pick<FoundTranslation, 'physical' | 'guestPhysical' | 'steps'>
  | Pick<FailedTranslation, 'fault' | 'guestPhysical' | 'steps'>;

/** Who accesses what. */
export interface Subject {
  readonly debuggee: Debuggee;
  readonly cpu: CpuState;
  /** `A load at 0x1000`. */
  readonly what: string;
  readonly rights: AccessRights;
}

export function accessText(
  debuggee: Debuggee,
  cpu: CpuState,
  address: bigint,
  access: TranslateArguments['access'],
): string {
  const kind = access === 'execute' ? 'A fetch' : access === 'read' ? 'A load' : 'A store';
  const where = usesHypervisor(debuggee, cpu) ? ` in ${modeName(debuggee, cpu)}` : '';
  return `${kind} at ${hex(address)}${where}`;
}

/** What an access that ends with an exception is, and whose affair. */
export function faultSummary(
  { debuggee, cpu, what, rights }: Subject,
  found: Extract<Found, { fault: number }>,
): Pick<Translation, 'summary' | 'fault'> {
  const { name } = causeOf(found.fault, false);
  const why = explainFault(found, rights);
  if (isGuestPageFault(found.fault)) {
    const gpa = found.guestPhysical === undefined ? '' : ` for GPA ${hex(found.guestPhysical)}`;
    return {
      summary: `${what} faults in the second stage, which is the hypervisor’s: ${name}${gpa}; ${why}.`,
      fault: { owner: 'hypervisor', cause: name, why },
    };
  }
  const isHypervisors = !cpu.virtual && usesHypervisor(debuggee, cpu);
  return {
    summary: `${what} is the ${isHypervisors ? 'hypervisor' : 'guest'}’s own fault: ${name}; ${why}.`,
    fault: { owner: isHypervisors ? 'hypervisor' : 'guest', cause: name, why },
  };
}

/**
 * What an access does on the bare machine, where nobody stands between the guest and the hardware.
 * @param found with the TLB
 * @param walked by the tables as they are now
 */
export function bareSummary(
  subject: Subject,
  found: Found,
  walked: Found,
  isCached: boolean,
): Pick<Translation, 'summary' | 'fault'> {
  const { debuggee, cpu, what, rights } = subject;
  if ('fault' in found) return faultSummary(subject, found);
  const { physical } = found;
  const { board } = debuggee.guest;
  const isRam = guestMemory(debuggee, physical) !== undefined;
  const device = isRam ? undefined : board.find(physical);
  if (!isRam && !device)
    return { summary: `${what} reaches no memory and no device at ${hex(physical)}: an access fault.` };
  if (!debuggee.hartOf(cpu).pmp.allows(physical, 1, rights.access, cpu.privilege))
    return { summary: `${what} leads to ${hex(physical)}, which PMP forbids below M-mode: an access fault.` };
  const place = device ? device.name : hex(physical);
  if ('fault' in walked || walked.physical !== physical) {
    const now = 'fault' in walked ? explainFault(walked, rights) : `they lead to ${hex(walked.physical)}`;
    return { summary: `${what} reaches ${place} by an entry of the TLB that the tables no longer back: ${now}.` };
  }
  return { summary: `${what} reaches ${place}${isCached ? ', by the TLB' : ''}.` };
}

/** What an access does that the guest's own tables forbid, and the hardware's do not: the guest is not asked. @param by in words, the entry */
export function servedSummary({ what, rights }: Subject, forbidden: Found, place: string, by: string): string {
  const why = 'fault' in forbidden ? `: ${explainFault(forbidden, rights)}` : '';
  return `${what} reaches ${place} by ${by}, though the guest’s own tables do not allow it${why}.`;
}

/** What an access does under a VMM that the guest's own tables allow. */
export function hostedSummary(
  { debuggee, cpu, what }: Subject,
  { shadow, composed }: Pick<Translation, 'shadow' | 'composed'>,
  gpa: number | undefined,
  hpa: number | undefined,
  isCached: boolean,
): string {
  if (hpa === undefined) {
    const device = gpa === undefined ? undefined : debuggee.guest.board.find(gpa);
    if (gpa !== undefined && debuggee.vm?.memory.isHole(gpa))
      return `${what} exits: nobody has touched the memory at ${hex(gpa)} yet, and the VMM gives it a frame.`;
    if (!device) return `${what} reaches no memory and no device: an access fault.`;
    return `${what} exits: the VMM emulates ${device.name}.`;
  }
  const second = debuggee
    .vcpuOf(cpu)
    ?.tables()
    .find(({ role }) => role === 'second-stage');
  if (second && !second.maps(BigInt(gpa ?? 0)))
    return `${what} exits with a guest-page fault: the second stage has no entry for ${hex(gpa ?? 0)} yet.`;
  if (second) return `${what} reaches ${hex(hpa)}${isCached ? ', by the TLB' : ''}.`;
  if (hasRegisteredTables(debuggee))
    return `${what} reaches ${hex(hpa)} without an exit, by the guest’s own tables, which the hardware walks${isCached ? '; by the TLB' : ''}.`;
  if (!shadow || 'fault' in shadow.outcome) {
    const isThere = composed !== undefined && composed.state !== 'unfilled';
    return `${what} enters the shadow pager: ${isThere ? 'the shadow’s entry does not allow it yet' : 'the shadow has no entry for it yet'}.`;
  }
  if (shadow.outcome.address !== hex(hpa))
    return `${what} reaches ${shadow.outcome.address}, by a shadow entry that is stale.`;
  return `${what} reaches ${hex(hpa)} without an exit${isCached ? ', by the TLB' : ''}.`;
}
