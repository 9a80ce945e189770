/** Zifencei: the instruction-fetch fence (manual, volume I, "Zifencei"). */
import { entry } from '../formats';
import type { Instruction } from '../types';

export const instructionFence: readonly Instruction[] = [
  // Fields other than opcode and funct3 are reserved and ignored.
  entry(
    { extension: 'zifencei' },
    {
      name: 'fence.i',
      mask: 0x0000707f,
      match: 0x0000100f,
      operands: [],
      syntax: '',
      summary: 'make earlier stores visible to later instruction fetches of this hart',
      semantics: (x) => x.fenceInstruction(),
    },
  ),
];
