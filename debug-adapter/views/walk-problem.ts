import { Access, Privilege, Pte, permissionsOf, type WalkStep } from '../../simulator/mmu/index';
import { hex } from '../format';
import { isLeaf, sizeOfLevel, targetOf } from './page-entries';

/** As whom an access is made: what its first stage asks of a leaf. */
export interface AccessRights {
  readonly access: Access;
  readonly privilege: Privilege;
  readonly sum: boolean;
}

/** A walk that ended with an exception. */
export interface FailedWalk {
  readonly steps: readonly WalkStep[];
  /** Of a guest-page fault: the guest physical address that the second stage refused. */
  readonly guestPhysical?: number;
}

/** Bits of an entry's high word: N (Svnapot), PBMT (Svpbmt), and what is reserved. */
const NAPOT = 1 << 31;
const MEMORY_TYPE = 3 << 29;
/** The permission of a leaf that an access needs. */
export const neededBits = { [Access.read]: Pte.R, [Access.write]: Pte.W, [Access.execute]: Pte.X } as const;

export const hasFailed = ({ outcome }: WalkStep): boolean => outcome !== 'table' && outcome !== 'page';

/** The entry that an access fails at and what is wrong with it, in a sentence without its end. */
export function explainFault({ steps, guestPhysical }: FailedWalk, rights: AccessRights): string {
  const last = steps.at(-1);
  // The entry of the first stage that the second one could not give is noted after the walk of the second.
  const isImplicit = last?.stage === 'vs' && last.outcome === 'unmapped';
  const culprit = isImplicit ? steps.at(-2) : last;
  const wanted = isImplicit ? `reading the guest’s level-${last.level} entry at GPA ${hex(last.address)}, ` : '';
  if (!culprit || !hasFailed(culprit)) {
    if (guestPhysical !== undefined)
      return `${wanted}the guest physical address ${hex(guestPhysical)} has more bits than the second stage translates`;
    return 'the address has bits set that this scheme does not translate: those above the highest one must be its copies';
  }
  const asked = isImplicit ? { ...rights, access: Access.read } : rights;
  return `${wanted}${entryText(culprit)}: ${problemOf(culprit, asked)}`;
}

function entryText(step: WalkStep): string {
  const { stage, level, address } = step;
  const whose = stage === 'g' ? 'the second stage’s ' : stage === 'vs' ? 'the guest’s ' : '';
  const space = stage === 'vs' ? 'GPA ' : '';
  const content = step.outcome === 'unreachable' ? '' : `, ${contentOf(step)}`;
  return `${whose}level-${level} entry at ${space}${hex(address)}${content}`;
}

/** What an entry says: `page rwad 0x80201000`, `pointer to 0x...`, `not valid`. */
export function contentOf(entry: Pick<WalkStep, 'low' | 'high'>): string {
  const target = hex(targetOf(entry));
  if (isLeaf(entry)) return `page ${permissionsOf(entry.low)} ${target}`.replace('  ', ' ');
  return entry.low & Pte.V ? `pointer to ${target}` : 'empty';
}

/** What is wrong with an entry at which a walk ended: the bit by its name. */
export function problemOf(step: WalkStep, rights: AccessRights): string {
  const { stage, level, low, high } = step;
  switch (step.outcome) {
    case 'table':
    case 'page':
      return '';
    case 'unreachable':
      return 'no memory is there, or PMP forbids it: access fault';
    case 'unmapped':
      return 'the second stage does not map this address: guest-page fault';
    case 'not-valid':
      return 'V is 0: not valid';
    case 'reserved-bits':
      return reservedBits(low, high);
    case 'misaligned':
      return `a page of level ${level} must lie on a multiple of ${hex(sizeOfLevel(level))}`;
    case 'not-allowed':
      return stage === 'g' ? secondStageRefusal(low, rights.access) : refusal(low, rights);
    case 'not-accessed':
      return `${low & Pte.A ? 'D' : 'A'} is clear, and this machine leaves setting it to software`;
    case 'too-deep':
      return 'a pointer where only a page may be: R, W and X are clear';
    case 'not-writable':
      return 'A or D cannot be written there';
  }
}

/** What forbids every access through a leaf of the second stage; undefined where nothing does. */
export function secondStageFlaw(low: number): string | undefined {
  return low & Pte.U ? undefined : 'U is clear: every guest access needs U=1 in the second stage';
}

function secondStageRefusal(low: number, access: Access): string {
  return secondStageFlaw(low) ?? lacks(access);
}

function refusal(low: number, { access, privilege, sum }: AccessRights): string {
  const isUser = privilege === Privilege.user;
  if (isUser && !(low & Pte.U)) return 'U is clear: not a page of user mode';
  if (!isUser && low & Pte.U) {
    if (access === Access.execute) return 'U is set: a supervisor never executes user pages';
    if (!sum) return 'U is set, and SUM is 0: a supervisor may not touch user pages';
  }
  return lacks(access);
}

function lacks(access: Access): string {
  const [letter = ''] = permissionsOf(neededBits[access]).toUpperCase();
  return `${letter} is clear`;
}

function reservedBits(low: number, high: number): string {
  if ((low & (Pte.R | Pte.W)) === Pte.W) return 'W is set without R';
  const isPointer = !(low & (Pte.R | Pte.X));
  const set = [
    ...(isPointer && low & Pte.D ? ['D'] : []),
    ...(isPointer && low & Pte.A ? ['A'] : []),
    ...(isPointer && low & Pte.U ? ['U'] : []),
    ...(high & NAPOT ? ['N'] : []),
    ...(high & MEMORY_TYPE ? ['PBMT'] : []),
  ];
  const names = set.length === 0 ? 'bits 60 to 54' : set.join(' and ');
  return `${names} must be 0 ${isPointer ? 'in a pointer to a table' : 'or of a form that this machine knows'}`;
}
