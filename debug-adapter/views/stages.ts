import { highWord, lowWord } from '../../simulator/core/index';
import type { GuestCpu } from '../../simulator/hypervisor/guest';
import { causeOf } from '../../simulator/isa/index';
import type { Access, WalkStep } from '../../simulator/mmu/index';
import type { Debuggee } from '../debuggee';
import { hex, hexOfWords } from '../format';
import type { StageStep, Translation } from '../protocol';
import { isLeaf, permissionsOf, targetOf } from './page-entries';

/** What is wrong with an entry, by what the walk made of it. */
const PROBLEMS: { readonly [outcome in Exclude<WalkStep['outcome'], 'table' | 'page'>]: string } = {
  unreachable: 'no memory is there: access fault',
  unmapped: 'the second stage does not map this address: guest-page fault',
  'not-valid': 'V is 0: not valid',
  'reserved-bits': 'reserved bits are set, or W without R',
  misaligned: 'a large page whose address is no multiple of its size',
  'not-allowed': 'its permissions do not allow this access',
  'not-accessed': 'A or D is 0, and this machine leaves them to software',
  'too-deep': 'a pointer where only a page may be',
  'not-writable': 'A or D cannot be written here',
};

/** Whether a CPU's guest, or the guest of a hypervisor that runs on the bare machine, translates by two stages. */
export function isInVirtualMode({ system }: Debuggee, cpu: GuestCpu): boolean {
  return system.hardware !== undefined || (system.vm === undefined && cpu.hart.virtual);
}

/** The hardware's own walk through both stages, entry by entry, without side effects; undefined where there is one stage only. */
export function stagesOf(debuggee: Debuggee, cpu: GuestCpu, address: bigint, access: Access): Translation['stages'] {
  if (!isInVirtualMode(debuggee, cpu)) return undefined;
  const mode = { privilege: cpu.privilege, virtual: true, pastTlb: true };
  const found = cpu.hart.peekTranslation(lowWord(address), highWord(address), access, mode);
  const guest = found.guestPhysical === undefined ? '' : `GPA ${hex(found.guestPhysical)}`;
  const outcome =
    'fault' in found
      ? `${causeOf(found.fault, false).name}${guest === '' ? '' : ` for ${guest}`}`
      : `${guest} at HPA ${hex(found.physical)}`;
  return { steps: found.steps.map(showStep), outcome };
}

function showStep({ stage, level, address, low, high, outcome }: WalkStep): StageStep {
  const entry = { low, high };
  const failed = outcome !== 'table' && outcome !== 'page';
  const says = isLeaf(entry)
    ? `page ${permissionsOf(low)} ${hex(targetOf(entry))}`
    : low & 1
      ? `pointer to ${hex(targetOf(entry))}`
      : 'empty';
  return {
    stage: stage === 'g' ? 'G' : 'VS',
    level,
    pteAddress: hex(address),
    pte: hexOfWords(entry),
    note: failed ? `${says}: ${PROBLEMS[outcome]}` : says,
    failed,
  };
}
