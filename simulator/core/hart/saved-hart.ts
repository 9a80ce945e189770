import { Literal, Union } from '@sinclair/typebox';
import { InterruptBit, MACHINE_INTERRUPTS, SUPERVISOR_INTERRUPTS, VIRTUAL_INTERRUPTS } from '../../isa';
import { Privilege } from '../../mmu';
import { type FieldProblem, type StateOf, stateSchema } from '../../schema/state/component';
import { bits, count, flag, nullable, signedWord, unsigned64 } from '../../schema/state/fields';
import { CsrSlot, Status } from './hart-state';
import { type SavedRegisters, savedRegisters } from './saved-registers';

const privilege = Union([Literal(Privilege.user), Literal(Privilege.supervisor), Literal(Privilege.machine)], {
  expected: 'a privilege mode: 0, 1 or 3',
});

/** The privilege mode that the manual reserves. */
const RESERVED_MODE = 2;
/** The low word of mstatus. */
const MSTATUS = CsrSlot.mstatus * 2;

/** What no hart's registers can be. */
export function registersProblem({ pc, csrs }: SavedRegisters): FieldProblem | undefined {
  if ((pc[0] ?? 0) & 1) return { path: ['pc'], problem: 'must be even' };
  const previous = (savedStatus(csrs) & Status.MPP) >>> Status.MPP_SHIFT;
  if (previous === RESERVED_MODE) return { path: ['csrs', MSTATUS], problem: 'must have another MPP than 2' };
  return undefined;
}

/** Everything of a hart that a guest, firmware or VMM can see, beside its PMP and its TLB; the fast path is no part of it. */
export const hartSchema = stateSchema(
  'hart',
  2,
  {
    privilege,
    virtual: flag,
    ...savedRegisters,
    /** Levels of the interrupt wires by bit of mip. */
    lines: bits(MACHINE_INTERRUPTS | SUPERVISOR_INTERRUPTS | VIRTUAL_INTERRUPTS | InterruptBit.supervisorGuestExternal),
    retired: count,
    cycleOffset: unsigned64,
    instretOffset: unsigned64,
    /** Place in the core's memory that load-reserved reserved; -1: none. */
    reservation: signedWord,
    /** Store-conditionals since the last one that failed for no reason. */
    conditionals: count,
    /** The machine clock at which stimecmp or vstimecmp next changes what is pending. */
    timer: nullable(count),
  },
  ({ privilege, virtual, ...registers }): FieldProblem | undefined => {
    if (virtual && privilege === Privilege.machine) return { path: ['virtual'], problem: 'must be false in M-mode' };
    return registersProblem(registers);
  },
);

export type SavedHart = StateOf<typeof hartSchema>;

/** The low word of mstatus among the CSRs of a saved hart. */
export const savedStatus = (csrs: ArrayLike<number>): number => csrs[MSTATUS] ?? 0;
