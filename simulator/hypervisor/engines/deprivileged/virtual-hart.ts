import { Literal, Union } from '@sinclair/typebox';
import { registersProblem, savedRegisters } from '../../../core/index';
import { InterruptBit } from '../../../isa/index';
import { Privilege } from '../../../mmu/index';
import { type StateOf, stateSchema } from '../../../schema/state/component';
import { bits, unsigned64 } from '../../../schema/state/fields';

/** What a deprivileged guest believes to be its hart: its virtual privilege, CSRs and pending interrupts, as a hart has them. */
export const virtualHartSchema = stateSchema(
  'virtual-hart',
  1,
  {
    privilege: Union([Literal(Privilege.user), Literal(Privilege.supervisor)], {
      expected: 'a privilege mode of a guest: 0 or 1',
    }),
    ...savedRegisters,
    /** Levels of the interrupt wires by bit of mip. */
    lines: bits(InterruptBit.supervisorExternal),
    cycleOffset: unsigned64,
    instretOffset: unsigned64,
  },
  registersProblem,
);

export type VirtualHartState = StateOf<typeof virtualHartSchema>;
