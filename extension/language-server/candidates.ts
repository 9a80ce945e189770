import { type Candidate, patternOf, patternOfPseudo } from '../../simulator/assembler/patterns';
import { type Instruction, instructionsNamed, type Pseudo, pseudoInstructionsNamed } from '../../simulator/isa';

export type { Slot } from '../../simulator/assembler/patterns';
export type { Candidate };

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
