import { registerNamed } from '../../../../simulator/isa';
import type { Line, SourceText, Statement } from '../assembly';
import { blockSteps } from '../blocks';
import { outlineOf } from '../outline';

/** What comes after an instruction: the next one always, never, or as something outside of it decides (a call, a trap). */
export type Flow = 'continues' | 'leaves' | 'may-leave';

const leaving = new Set(['j', 'jr', 'ret', 'tail', 'jump', 'mret', 'sret', 'c.j', 'c.jr']);
const perhapsLeaving = new Set([
  'call',
  'jal',
  'jalr',
  'c.jal',
  'c.jalr',
  'ecall',
  'ebreak',
  'c.ebreak',
  'unimp',
  'c.unimp',
]);

export function flowOf(statement: Statement): Flow {
  const { key } = statement;
  if (leaving.has(key)) return 'leaves';
  if (!perhapsLeaving.has(key)) return 'continues';
  // Linking to x0 is a jump; written with one operand they link to ra.
  if (key !== 'jal' && key !== 'jalr') return 'may-leave';
  const [first, second] = statement.operands;
  return second && registerOf(first) === 0 ? 'leaves' : 'may-leave';
}

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
