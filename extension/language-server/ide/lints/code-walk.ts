import {
  baseOf,
  expansionOf,
  type Instruction,
  instructionsNamed,
  pseudoInstructionsNamed,
  RegisterNumber,
  registerNamed,
  returnsFromTrap,
  systemOperationOf,
} from '../../../../simulator/isa';
import type { Line, SourceText, Statement } from '../assembly';
import { blockSteps } from '../blocks';
import { outlineOf } from '../outline';

/** What comes after an instruction: the next one always, never, or as something outside of it decides (a call, a trap). */
export type Flow = 'continues' | 'leaves' | 'may-leave';

/** What is known of a mnemonic by itself. */
interface Leading {
  readonly flow: Flow;
  readonly jumps: boolean;
}

/** `unimp` writes a CSR that cannot be written; the others say what they do. */
const unimplemented = new Set(['unimp', 'c.unimp']);
const leadings = new Map<string, Leading>();

function leadingOf(mnemonic: string): Leading {
  const known = leadings.get(mnemonic);
  if (known) return known;
  const [instruction] = instructionsNamed(mnemonic);
  const leading = instruction ? leadingOfInstruction(instruction) : leadingOfPseudo(mnemonic);
  const found: Leading = unimplemented.has(mnemonic) ? { ...leading, flow: 'may-leave' } : leading;
  leadings.set(mnemonic, found);
  return found;
}

function leadingOfInstruction(instruction: Instruction): Leading {
  if (returnsFromTrap(instruction)) return { flow: 'leaves', jumps: false };
  const base = baseOf(instruction);
  const operation = systemOperationOf(base);
  if (operation === 'ecall' || operation === 'ebreak') return { flow: 'may-leave', jumps: false };
  if (!base.jump) return { flow: 'continues', jumps: false };
  // Linking to x0 is a jump.
  const isLinked = expansionOf(instruction)?.operands.rd !== RegisterNumber.zero;
  return { flow: isLinked ? 'may-leave' : 'leaves', jumps: true };
}

/** As its last step. */
function leadingOfPseudo(mnemonic: string): Leading {
  const step = pseudoInstructionsNamed(mnemonic)[0]?.expansion.at(-1);
  const jumps = step !== undefined && instructionsNamed(step.name)[0]?.jump !== undefined;
  if (!jumps) return { flow: 'continues', jumps };
  const isLinked = registerNamed(step.operands[0] ?? '')?.number !== RegisterNumber.zero;
  return { flow: isLinked ? 'may-leave' : 'leaves', jumps };
}

export function flowOf(statement: Statement): Flow {
  const { key } = statement;
  const { flow } = leadingOf(key);
  // Written with one operand they link to ra.
  if (key !== 'jal' && key !== 'jalr') return flow;
  const [first, second] = statement.operands;
  return second && registerOf(first) === RegisterNumber.zero ? 'leaves' : 'may-leave';
}

/** Whether it is a jump that comes back. */
export const isCall = (statement: Statement): boolean =>
  leadingOf(statement.key).jumps && flowOf(statement) === 'may-leave';

type Operands = Statement['operands'];

/** The number of the integer register that an operand names. */
export function registerOf(operand: Operands[number] | undefined): number | undefined {
  const register = operand?.expression.kind === 'symbol' && !operand.base && registerNamed(operand.expression.name);
  return register && register.file === 'x' ? register.number : undefined;
}

/** The names of a source's functions: labels of code that are exported, called, or said to be functions. */
export function functionsOf(source: SourceText): ReadonlySet<string> {
  return new Set(outlineOf(source).labels.flatMap(({ kind, name }) => (kind === 'function' ? [name] : [])));
}

/** What is told of each thing that stands in code, in the order of the source. */
export interface CodeVisitor {
  /** Code of another section begins, or this one goes on after something else; `name` is the section's. */
  enter(name: string): void;
  /** What comes before is not all that may lead here: a condition, a repeat, an include, a macro call. */
  unknown(): void;
  label(name: string, line: number): void;
  instruction(statement: Statement, line: number): void;
  directive(statement: Statement, line: number): void;
}

/** Tells the parts of a source that are code. Bodies of macros are left out: what they do is up to their calls. */
export function walkCode(source: SourceText, isInstruction: (key: string) => boolean, visitor: CodeVisitor): void {
  for (const part of outlineOf(source).sections) {
    if (!part.code) continue;
    visitor.enter(part.name);
    let macros = 0;
    for (let number = part.first; number <= part.last; number++) {
      const line = source.lines[number]!;
      const steps = blockSteps(line);
      for (const { kind, step } of steps) {
        if (kind === 'macro') macros += step === 'open' ? 1 : -1;
        visitor.unknown();
      }
      if (macros > 0 || steps.length > 0) continue;
      visit(line, number, isInstruction, visitor);
    }
  }
}

const Dot = 0x2e;

function visit(line: Line, number: number, isInstruction: (key: string) => boolean, visitor: CodeVisitor): void {
  for (const statement of line.statements) {
    for (const { name } of statement.labels) visitor.label(name, number);
    if (statement.kind !== 'command') {
      if (statement.kind === 'preprocessor') visitor.unknown();
      continue;
    }
    if (statement.name.charCodeAt(0) === Dot) visitor.directive(statement, number);
    else if (isInstruction(statement.key)) visitor.instruction(statement, number);
    else visitor.unknown();
  }
}
