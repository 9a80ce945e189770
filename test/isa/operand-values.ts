/** Random operands that an instruction may have. */

import type { Fields, Instruction, Operand, OperandName } from '../../simulator/isa';
import { operandProblem } from '../../simulator/isa';
import type { Random } from '../support/random';

export function randomOperand(operand: Operand, random: Random): number {
  for (;;) {
    const steps = Math.floor((operand.maximum - operand.minimum) / operand.scale) + 1;
    const edge = random.below(8);
    let value = operand.minimum + operand.scale * random.below(steps);
    if (edge === 0) value = operand.minimum;
    if (edge === 1) value = operand.minimum + operand.scale * (steps - 1);
    if (edge === 2 && operand.minimum <= 0) value = 0;
    if (operandProblem(operand, value) !== undefined) continue;
    return operand.modulus !== undefined && value < 0 ? value + operand.modulus : value;
  }
}

export function randomFields(instruction: Instruction, random: Random): Fields {
  const fields: { [name in OperandName]?: number } = {};
  for (const operand of instruction.operands) fields[operand.name] = randomOperand(operand, random);
  if (instruction.ordering) {
    fields.aq = random.below(2);
    fields.rl = random.below(2);
  }
  return fields;
}
