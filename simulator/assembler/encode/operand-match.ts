import { csrNamed, fenceSetNamed, registerNamed, roundingModeNames } from '../../isa';
import type { Expression } from '../syntax/expression';
import type { Operand } from '../syntax/operands';
import type { Unit } from '../unit/unit';
import type { Pattern, Slot } from './patterns';

/** What was written for the words of a syntax: register, CSR and set numbers, and expressions. */
export interface Written {
  /** Whether the meaning of an operand hung on the symbols that were defined. */
  dependent: boolean;
  readonly numbers: Record<string, number>;
  readonly expressions: Record<string, Expression>;
}

export function nothingWritten(): Written {
  return { dependent: false, numbers: {}, expressions: {} };
}

/** What the operands give for a pattern's words, or undefined when they do not fit it. */
export function match(pattern: Pattern, operands: readonly Operand[], unit: Unit): Written | undefined {
  if (!pattern.counts.includes(operands.length)) return undefined;
  const written = nothingWritten();
  for (let i = 0; i < operands.length; i++) {
    if (!matchSlot(pattern.slots[i]!, operands[i]!, written, unit)) return undefined;
  }
  return written;
}

export function matchSlot(slot: Slot, operand: Operand, written: Written, unit: Unit): boolean {
  const { expression, base } = operand;
  if (operand.junk >= 0 && !isPltSuffix(slot, operand, unit)) return false;
  if (slot.kind === 'memory') {
    const baseExpression = base ?? (expression.kind === 'parenthesized' ? expression.operand : undefined);
    const register = baseExpression && registerOf(baseExpression);
    if (register?.file !== 'x') return false;
    if (slot.fixedBase) {
      if (register.number !== registerNamed(slot.base)?.number) return false;
    } else written.numbers[slot.base] = register.number;
    if (base && (expression.kind === 'missing' || registerOf(expression))) return false;
    if (slot.offset === undefined) return !base || isZero(expression) || isZeroNow(unit, expression, written);
    written.expressions[slot.offset] = base ? expression : zeroAt(expression);
    return true;
  }
  if (base || expression.kind === 'missing') return false;
  switch (slot.kind) {
    case 'register':
    case 'this-register': {
      const register = registerOf(expression);
      if (!register) return false;
      if (slot.kind === 'this-register') return register.name === registerNamed(slot.name)?.name;
      if (register.file !== fileOf(slot, unit)) return false;
      written.numbers[slot.word] = register.number;
      return true;
    }
    case 'immediate':
      if (registerOf(expression)) {
        // A register's name is a symbol only when the source made it one.
        if (slot.registerAsSymbol === 'never') return false;
        written.dependent = true;
        if (!unit.symbols.find((expression as { name: string }).name)?.defined) return false;
      }
      written.expressions[slot.word] = expression;
      return true;
    case 'address':
      if (expression.kind === 'relocation') return false;
      written.expressions[slot.word] = expression;
      return true;
    case 'tprel-add':
      if (expression.kind !== 'relocation' || expression.operator !== '%tprel_add') return false;
      written.expressions[slot.word] = expression.operand;
      return true;
    case 'csr': {
      const csr = expression.kind === 'symbol' ? csrNamed(expression.name) : undefined;
      if (csr) written.numbers[slot.word] = csr.number;
      else {
        written.dependent = true;
        // A symbol that is no CSR must be a constant by now, or it is a misspelt CSR.
        if (expression.kind === 'symbol' && !unit.symbols.find(expression.name)?.assigned) return false;
        written.expressions[slot.word] = expression;
      }
      return true;
    }
    case 'fence-set': {
      const set = expression.kind === 'symbol' ? fenceSetNamed(expression.name) : undefined;
      if (set === undefined) return false;
      written.numbers[slot.word] = set;
      return true;
    }
    case 'rounding-mode': {
      const mode = expression.kind === 'symbol' ? roundingModeNames.indexOf(expression.name) : -1;
      if (mode < 0) return false;
      written.numbers[slot.word] = mode;
      return true;
    }
  }
}

function registerOf(expression: Expression): ReturnType<typeof registerNamed> {
  return expression.kind === 'symbol' ? registerNamed(expression.name) : undefined;
}

/** Under Zfinx, floating-point numbers are in integer registers. */
function fileOf({ file }: Slot & { kind: 'register' }, unit: Unit): 'x' | 'f' {
  return file === 'f' && unit.options.architecture.has('zfinx') ? 'x' : file;
}

function isZero(expression: Expression): boolean {
  return expression.kind === 'missing' || (expression.kind === 'number' && expression.value === 0);
}

/** Whether an expression is known to be 0. */
function isZeroNow(unit: Unit, expression: Expression, written: Written): boolean {
  written.dependent = true;
  return expression.kind !== 'relocation' && !registerOf(expression) && unit.valueNow(expression) === 0;
}

function zeroAt({ start }: Expression): Expression {
  return { kind: 'number', value: 0, start, end: start };
}

/** `call name@plt`: the suffix that compilers write after a function's name means nothing more. */
function isPltSuffix(slot: Slot, operand: Operand, unit: Unit): boolean {
  return (
    slot.kind === 'address' &&
    slot.accepts === 'function' &&
    operand.base === undefined &&
    unit.statementText(operand.junk, operand.end) === '@plt'
  );
}
