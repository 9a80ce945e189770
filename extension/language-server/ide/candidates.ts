import { type Candidate, patternOf, patternOfPseudo, type Slot } from '../../../simulator/assembler/encode/patterns';
import type { Operand } from '../../../simulator/assembler/syntax/operands';
import {
  type Instruction,
  instructionsNamed,
  type Pseudo,
  pseudoInstructionsNamed,
  registerNamed,
} from '../../../simulator/isa';
import type { Statement } from './assembly';

export type { Candidate, Slot };

const known = new Map<string, readonly Candidate[]>();

/** The forms of a mnemonic, with or without ordering suffix, in the order in which the assembler tries them. */
export function candidatesNamed(name: string): readonly Candidate[] {
  let found = known.get(name);
  if (!found) {
    const base = name.replace(/\.(aqrl|aq|rl)$/, '');
    const ordered = base === name ? [] : instructionsNamed(base).filter(({ ordering }) => ordering);
    found = [...instructionsNamed(name), ...ordered]
      .map(ofInstruction)
      .concat(pseudoInstructionsNamed(name).map(ofPseudo));
    if (found.length === 0) return found;
    known.set(name, found);
  }
  return found;
}

function ofInstruction(instruction: Instruction): Candidate {
  return { pattern: patternOf(instruction), instruction, pseudo: undefined, syntax: instruction.syntax };
}

function ofPseudo(pseudo: Pseudo): Candidate {
  return { pattern: patternOfPseudo(pseudo), instruction: undefined, pseudo, syntax: pseudo.syntax };
}

/** The form of an instruction that a statement's operands fit, by their number and by what is a register; undefined when none does. */
export function fittingCandidate(statement: Statement): Candidate | undefined {
  const { operands } = statement;
  return candidatesNamed(statement.key).find(
    ({ pattern }) =>
      pattern.counts.includes(operands.length) &&
      operands.every((operand, index) => fitsSlot(operand, pattern.slots[index]!)),
  );
}

/** Whether a place of a form can be what was written, as far as registers tell. */
export function fitsSlot({ expression, base }: Operand, slot: Slot): boolean {
  const isRegister = expression.kind === 'symbol' && registerNamed(expression.name) !== undefined;
  switch (slot.kind) {
    case 'register':
    case 'this-register':
      // A macro's parameter may be a register.
      return !base && (isRegister || (expression.kind === 'symbol' && expression.name.startsWith('\\')));
    case 'memory':
      return base !== undefined || expression.kind === 'parenthesized';
    default:
      return !base && !isRegister && expression.kind !== 'missing';
  }
}
