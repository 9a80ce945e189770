/** Compressed instructions as constructors of table entries. */
import type { Availability } from '../extensions';
import { entry } from '../formats';
import type { Expansion, Instruction, Operand } from '../types';

/** The bits that no operand of the entry takes are fixed. */
function fixedBits(operands: readonly Operand[]): number {
  let taken = 0;
  for (const operand of operands) {
    for (const { wordLow, width } of operand.runs) taken |= (2 ** width - 1) << wordLow;
  }
  return 0xffff & ~taken;
}

export function compressed(
  group: Availability,
  name: string,
  match: number,
  operands: readonly Operand[],
  syntax: string,
  semantics: Expansion,
  summary: string,
  shape: Partial<Instruction> = {},
): Instruction {
  const mask = fixedBits(operands);
  return entry(group, { name, length: 2, mask, match, operands, syntax, semantics, summary, ...shape });
}
