import { csrs, fenceAccesses, floatRegisters, registerNamed } from '../../isa';
import { didYouMean, nearest } from '../source/diagnostic';
import type { Expression } from '../syntax/expression';
import type { Operand } from '../syntax/operands';
import type { Statement } from '../syntax/statement';
import type { Unit } from '../unit/unit';
import { matchSlot, nothingWritten } from './operand-match';
import { type Candidate, describeSlot, type Slot } from './patterns';

/** Says why the operands fit no form of the instruction: what is wrong with the first operand that differs. */
export function explainMismatch(
  unit: Unit,
  statement: Statement,
  candidates: readonly Candidate[],
  operands: readonly Operand[],
): void {
  const { name, start } = statement;
  if (unit.problems.saturated) {
    // Nobody reads why.
    unit.error('operands', `the operands of '${name}' fit none of its forms`, start, statement.end);
    return;
  }
  // What only few write is not proposed to the rest.
  candidates = candidates.filter(({ pseudo }) => pseudo?.special !== 'tprel-add' || operands.length === 4);
  const forms = [...new Set(candidates.map(({ syntax }) => (syntax === '' ? `'${name}'` : `'${name} ${syntax}'`)))];
  const expected = `expected ${forms.join(' or ')}`;
  const fitting = candidates.filter(({ pattern }) => pattern.counts.includes(operands.length));
  if (fitting.length === 0) {
    const few = candidates.every(({ pattern }) => operands.length < pattern.counts[0]!);
    const problem = few ? 'missing operand' : `wrong number of operands (${operands.length})`;
    unit.error('operand-count', `${problem}: ${expected}`, start, Math.max(statement.end, start + name.length));
    return;
  }
  // The candidate that agrees longest knows best what the programmer meant.
  let best = { agree: -1, candidate: fitting[0]! };
  for (const candidate of fitting) {
    const written = nothingWritten();
    let agree = 0;
    while (agree < operands.length && matchSlot(candidate.pattern.slots[agree]!, operands[agree]!, written, unit))
      agree++;
    if (agree > best.agree) best = { agree, candidate };
  }
  const operand = operands[best.agree];
  const slot = best.candidate.pattern.slots[best.agree];
  if (!operand || !slot) {
    unit.error('operands', `illegal operands: ${expected}`, start, statement.end);
    return;
  }
  const { expression } = operand;
  const end = Math.max(operand.end, operand.start + 1);
  if (expression.kind === 'invalid')
    unit.error('invalid-expression', expression.message, expression.start, expression.end);
  else if (operand.junk >= 0) {
    const junk = unit.statementText(operand.junk, operand.end);
    unit.error('junk', `unexpected '${junk}' after the operand; ${expected}`, operand.junk, operand.end);
  } else if (slot.kind === 'fence-set' && expression.kind === 'symbol' && isFenceLetters(expression.name)) {
    const ordered = Object.keys(fenceAccesses)
      .filter((letter) => expression.name.includes(letter))
      .join('');
    const message = `the letters of a set stand in the order i, o, r, w, each once: '${ordered}'`;
    unit.error('operand', message, expression.start, expression.end, [ordered]);
  } else if (slot.kind === 'csr' && expression.kind === 'symbol') {
    const suggestions = nearest(expression.name, csrNames());
    const message = `unknown CSR '${expression.name}'${didYouMean(suggestions)}`;
    unit.error('unknown-csr', message, expression.start, expression.end, suggestions);
  } else if ((slot.kind === 'register' || slot.kind === 'memory') && misspeltRegister(slot, operand)) {
    const word = misspeltRegister(slot, operand)!;
    const suggestions = registersLike(unit, word.name);
    const message = `'${word.name}' is no register${didYouMean(suggestions)}`;
    unit.error('unknown-register', message, word.start, word.end, suggestions);
  } else unit.error('operand', `${describeSlot(slot)} expected here; ${expected}`, operand.start, end);
}

/** What was meant by a word that is no register: a parameter of the macro around it, a register of other assemblers, or one spelt nearly so. */
function registersLike(unit: Unit, word: string): string[] {
  if (unit.location.frame.parameters?.some(({ name }) => name === word)) return [`\\${word}`];
  const plain = word.replace(/^[$%]/, '');
  return plain !== word && registerNames.includes(plain) ? [plain] : nearest(plain, registerNames, 2);
}

const registerNames = Array.from({ length: 32 }, (_, i) => `x${i}`).concat(
  ['zero', 'ra', 'sp', 'gp', 'tp', 'fp'],
  ['t0', 't1', 't2', 't3', 't4', 't5', 't6'],
  Array.from({ length: 12 }, (_, i) => `s${i}`),
  Array.from({ length: 8 }, (_, i) => `a${i}`),
  floatRegisters.flatMap(({ name, abiName }) => [name, abiName]),
);

function csrNames(): string[] {
  return csrs.map((csr) => csr.name);
}

function misspeltRegister(slot: Slot, operand: Operand): (Expression & { kind: 'symbol' }) | undefined {
  const word = slot.kind === 'memory' ? (operand.base ?? unwrap(operand.expression)) : operand.expression;
  if (slot.kind === 'memory' && !operand.base && operand.expression.kind !== 'parenthesized') return undefined;
  return word.kind === 'symbol' && !registerNamed(word.name) && !(slot.kind === 'register' && operand.base)
    ? word
    : undefined;
}

function unwrap(expression: Expression): Expression {
  return expression.kind === 'parenthesized' ? expression.operand : expression;
}

/** Whether a name is made of the letters of fence sets, in whatever order. */
function isFenceLetters(name: string): boolean {
  return [...name].every((letter) => Object.hasOwn(fenceAccesses, letter));
}
