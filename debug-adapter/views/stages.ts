import type { FailedTranslation, FoundTranslation, Hart } from '../../simulator/core/index';
import { highWord, lowWord } from '../../simulator/core/index';
import type { CpuState } from '../../simulator/hypervisor/cpu';
import { causeOf } from '../../simulator/isa/index';
import type { Access, WalkStep } from '../../simulator/mmu/index';
import { hex, hexOfWords } from '../format';
import type { StageStep, Translation } from '../protocol';
import type { Found } from './translation-summary';
import { type AccessRights, contentOf, hasFailed, problemOf } from './walk-problem';

/**
 * The hardware's walk through both stages, without side effects.
 * @param pastTlb whether the tables are walked where the TLB has an answer
 */
export function walkBoth(
  hart: Hart,
  { privilege }: CpuState,
  address: bigint,
  access: Access,
  pastTlb: boolean,
): FoundTranslation | FailedTranslation {
  const mode = { privilege, virtual: true, pastTlb };
  return hart.peekTranslation(lowWord(address), highWord(address), access, mode);
}

/** Such a walk entry by entry, in the order in which the hardware reads them. */
export function showStages(found: Found, rights: AccessRights): NonNullable<Translation['stages']> {
  const guest = found.guestPhysical === undefined ? '' : `GPA ${hex(found.guestPhysical)}`;
  const outcome =
    'fault' in found
      ? `${causeOf(found.fault, false).name}${guest === '' ? '' : ` for ${guest}`}`
      : `${guest} at HPA ${hex(found.physical)}`;
  const reached = 'fault' in found ? {} : { hpa: hex(found.physical) };
  return { steps: found.steps.map((step) => showStep(step, rights)), outcome, ...reached };
}

function showStep(step: WalkStep, rights: AccessRights): StageStep {
  const failed = hasFailed(step);
  const says = contentOf(step);
  return {
    stage: step.stage === 'g' ? 'G' : 'VS',
    level: step.level,
    pteAddress: hex(step.address),
    pte: hexOfWords(step),
    note: failed ? `${says}: ${problemOf(step, rights)}` : says,
    failed,
  };
}
