import type { Integer } from '../../object/bytes/integer';
import * as integer from '../../object/bytes/integer';
import type { SourceSpan } from '../source/frames';
import type { Expression } from '../syntax/expression';
import type { SymbolTable } from './symbol-table';
import type { AssemblySymbol, Bound, Constant, Linear, Place } from './symbols-and-sections';

/** What evaluation needs of the unit that is being assembled. */
export interface Scope {
  readonly symbols: SymbolTable;
  /** Where `.` is; undefined outside every section. */
  here(): AssemblySymbol;
  /** Reports a problem with columns start..end of the statement being assembled. */
  error(code: string, message: string, start: number, end: number): void;
  warning(code: string, message: string, start: number, end: number): void;
  /** Notes a use of a symbol for messages. */
  span(start: number, end: number): SourceSpan;
}

export function constant(value: Integer): Constant {
  return { kind: 'linear', value, add: undefined, subtract: undefined };
}

const zero = constant(0);

/** Whether the bound expression is a number, whatever the layout will be. */
export function isConstant(bound: Bound): bound is Constant {
  return bound.kind === 'linear' && bound.add === undefined && bound.subtract === undefined;
}

/** The value of an expression that is a plain number, without allocation; undefined when it needs binding. */
export function literal(expression: Expression): Integer | undefined {
  if (expression.kind === 'number') return expression.value;
  if (expression.kind === 'unary' && expression.operator === '-' && expression.operand.kind === 'number') {
    return integer.subtract(0, expression.operand.value);
  }
  return undefined;
}

/** Binds an expression to the symbols as they are now. Errors are reported and give 0. */
export function bind(expression: Expression, scope: Scope): Bound {
  switch (expression.kind) {
    case 'number':
      return constant(expression.value);
    case 'symbol': {
      const symbol = scope.symbols.named(expression.name);
      symbol.firstUse ??= scope.span(expression.start, expression.end);
      symbol.weaklyReferenced = false;
      if (symbol.deferred) return deferredValue(symbol, scope);
      return numberOr(symbol);
    }
    case 'dot':
      return numberOr(scope.here());
    case 'local-label': {
      const symbol = scope.symbols.numeric(expression.label, expression.forward);
      if (!symbol) {
        scope.error(
          'undefined-label',
          `no label '${expression.label}:' before this line`,
          expression.start,
          expression.end,
        );
        return zero;
      }
      symbol.firstUse ??= scope.span(expression.start, expression.end);
      return { kind: 'linear', value: 0, add: symbol, subtract: undefined };
    }
    case 'parenthesized':
      return bind(expression.operand, scope);
    case 'unary':
      return applyUnary(expression.operator, bind(expression.operand, scope));
    case 'binary': {
      const left = bind(expression.left, scope);
      const right = bindOperand(expression.right, scope);
      if (isConstant(left) && isConstant(right)) {
        const value = compute(expression.operator, left.value, right.value);
        if (value === undefined) {
          scope.warning('division-by-zero', 'division by zero: 1 is taken for it', expression.start, expression.end);
          return expression.operator === '/' ? left : zero;
        }
        if ((expression.operator === '<<' || expression.operator === '>>') && (right.value < 0 || right.value > 63)) {
          const message = `shift count ${right.value} is not between 0 and 63`;
          scope.warning('shift-count', message, expression.right.start, expression.right.end);
        }
        return constant(value);
      }
      return applyBinary(expression.operator, left, right);
    }
    case 'relocation':
      scope.error(
        'misplaced-relocation',
        `'${expression.operator}' can stand only as the whole immediate of an instruction`,
        expression.start,
        expression.end,
      );
      return zero;
    case 'invalid':
      scope.error('invalid-expression', expression.message, expression.start, expression.end);
      return zero;
    case 'missing':
      scope.error('missing-expression', 'expression expected', expression.start, expression.end);
      return zero;
  }
}

/** An operand of an operator: 0 where there is none, as in GNU as. */
function bindOperand(operand: Expression, scope: Scope): Bound {
  if (operand.kind !== 'missing') return bind(operand, scope);
  const message = 'an operand is missing after the operator: 0 is taken';
  scope.warning('missing-operand', message, Math.max(0, operand.start - 1), operand.start);
  return zero;
}

/** How often one source may ask what an `.eqv` symbol is. */
const maximumDeferrals = 200_000;

/** The value of an `.eqv` or `==` symbol: its expression as it stands where the symbol is used. */
function deferredValue(symbol: AssemblySymbol, scope: Scope): Bound {
  if (symbol.resolving) return { kind: 'linear', value: 0, add: symbol, subtract: undefined };
  if (++scope.symbols.deferrals > maximumDeferrals) {
    if (scope.symbols.deferrals === maximumDeferrals + 1)
      scope.error('expression', `the value of '${symbol.name}' takes too long to work out`, 0, 0);
    return zero;
  }
  symbol.resolving = true;
  const value = bind(symbol.deferred!, scope);
  symbol.resolving = false;
  return value;
}

/** A symbol's number when it is one by now, else the symbol. */
function numberOr(symbol: AssemblySymbol): Bound {
  const { assigned } = symbol;
  return assigned && isConstant(assigned) ? assigned : { kind: 'linear', value: 0, add: symbol, subtract: undefined };
}

function unaryValue(operator: string, value: Integer): Integer {
  if (operator === '-') return integer.subtract(0, value);
  if (operator === '~') return integer.not(value);
  if (operator === '!') return value === 0 ? 1 : 0;
  return value;
}

function applyUnary(operator: string, operand: Bound): Bound {
  if (isConstant(operand)) return constant(unaryValue(operator, operand.value));
  if (operator === '+') return operand;
  if (operator === '-') return applyBinary('-', zero, operand);
  return { kind: 'operation', operator, left: operand, right: undefined };
}

/** Combines two bound expressions, folding what is known already. */
export function applyBinary(operator: string, left: Bound, right: Bound): Bound {
  if (left.kind === 'linear' && right.kind === 'linear') {
    if (operator === '+') {
      const sum = combine(integer.add(left.value, right.value), left.add, right.add, left.subtract, right.subtract);
      if (sum) return sum;
    } else if (operator === '-') {
      const sum = combine(
        integer.subtract(left.value, right.value),
        left.add,
        right.subtract,
        left.subtract,
        right.add,
      );
      if (sum) return sum;
    } else if (isConstant(left) && isConstant(right)) {
      const value = compute(operator, left.value, right.value);
      if (value !== undefined) return constant(value);
    }
  }
  return { kind: 'operation', operator, left, right };
}

/** A sum with at most one address added and one taken away; undefined when it has more. */
function combine(
  value: Integer,
  add1: AssemblySymbol | undefined,
  add2: AssemblySymbol | undefined,
  subtract1: AssemblySymbol | undefined,
  subtract2: AssemblySymbol | undefined,
): Linear | undefined {
  if ((add1 && add2) || (subtract1 && subtract2)) return undefined;
  const add = add1 ?? add2;
  const subtract = subtract1 ?? subtract2;
  // A symbol less itself stays as it is, as in GNU as: an instruction cannot hold it, and data leaves it to the linker.
  return { kind: 'linear', value, add, subtract };
}

/** The distance between two symbols when no layout of this source can change it. */
function fixedDistance(a: AssemblySymbol, b: AssemblySymbol): number | undefined {
  if (a === b) return 0;
  const { place: p } = a;
  const { place: q } = b;
  if (!p || !q || p.section !== q.section || p.part !== q.part || a.section || b.section) return undefined;
  return p.offset - q.offset;
}

/** Whether two symbols stand where not even the linker can change their distance. */
export function inOneFragment(a: AssemblySymbol, b: AssemblySymbol): boolean {
  if (a === b) return true;
  return (
    !a.section &&
    !b.section &&
    a.place?.section === b.place?.section &&
    a.place?.section.inOneFragment(a.place, b.place!) === true
  );
}

/**
 * The value of an expression that no layout can change, as far as that is known now: distances count between places with
 * nothing variable between them.
 */
export function constantNow(bound: Bound, depth = 0): Integer | undefined {
  const known = meaningNow(bound, depth);
  if (!known) return undefined;
  if (!known.add && !known.subtract) return known.value;
  if (!known.add || !known.subtract) return undefined;
  const distance = fixedDistance(known.add, known.subtract);
  return distance === undefined ? undefined : integer.add(known.value, distance);
}

/** An expression as a number and at most two addresses, with what its symbols are set to by now put in their place. */
function meaningNow(bound: Bound, depth: number): Linear | undefined {
  if (depth > maximumDepth) return undefined;
  if (bound.kind === 'linear') return linearNow(bound, depth);
  const { operator, left, right } = bound;
  if (right && isComparison(operator)) {
    const value = comparedNow(operator, left, right, depth);
    return value === undefined ? undefined : constant(value);
  }
  const x = meaningNow(left, depth + 1);
  const y = right && meaningNow(right, depth + 1);
  if (!x || (right && !y)) return undefined;
  if (y && (operator === '+' || operator === '-')) {
    const sum = applyBinary(operator, x, y);
    return sum.kind === 'linear' ? sum : undefined;
  }
  const first = constantOfLinear(x);
  const second = y && constantOfLinear(y);
  if (first === undefined || (y && second === undefined))
    return y ? simplified(operator, first ?? x, second ?? y) : undefined;
  const value = y ? compute(operator, first, second!) : unaryValue(operator, first);
  return value === undefined ? undefined : constant(value);
}

/** What an operator makes of an address where its value does not matter: what GNU as knows of 0, 1 and equal operands. */
function simplified(operator: string, left: Integer | Linear, right: Integer | Linear): Linear | undefined {
  const isLeftAddress = typeof left === 'object';
  const isRightAddress = typeof right === 'object';
  const address = isLeftAddress ? left : isRightAddress ? right : undefined;
  if (!address) return undefined;
  if (isLeftAddress && isRightAddress) {
    const isSame = left.add === right.add && !left.add?.defined && left.value === right.value;
    if (!isSame || left.subtract || right.subtract) return undefined;
    return operator === '&' || operator === '|' ? left : operator === '^' ? zero : undefined;
  }
  const other = isLeftAddress ? right : left;
  if (other === 0) {
    if (operator === '|' || operator === '^') return address;
    if (operator === '<<' || operator === '>>') return isLeftAddress ? address : zero;
    return operator === '*' || operator === '&' ? zero : undefined;
  }
  return other === 1 && (operator === '*' || (operator === '/' && isLeftAddress)) ? address : undefined;
}

function constantOfLinear({ value, add, subtract }: Linear): Integer | undefined {
  if (!add && !subtract) return value;
  const distance = add && subtract && fixedDistance(add, subtract);
  return distance === undefined ? undefined : integer.add(value, distance);
}

function linearNow(bound: Linear, depth: number): Linear | undefined {
  const { value, add, subtract } = bound;
  const plus = add && assignedNow(add, depth);
  const minus = subtract && assignedNow(subtract, depth);
  if (plus === null || minus === null) return undefined;
  if (!plus && !minus) return bound;
  let sum: Bound = constant(value);
  if (add) sum = applyBinary('+', sum, plus ?? { kind: 'linear', value: 0, add, subtract: undefined });
  if (subtract) sum = applyBinary('-', sum, minus ?? { kind: 'linear', value: 0, add: subtract, subtract: undefined });
  return sum.kind === 'linear' ? sum : undefined;
}

/** What a symbol is set to; undefined when it stands for itself, null when that cannot be said. */
function assignedNow(symbol: AssemblySymbol, depth: number): Linear | undefined | null {
  if (!symbol.assigned || symbol.place) return undefined;
  if (symbol.resolving) return null;
  symbol.resolving = true;
  const meaning = meaningNow(symbol.assigned, depth + 1);
  symbol.resolving = false;
  return meaning ?? null;
}

function isComparison(operator: string): boolean {
  return operator === '==' || operator === '!=' || operator === '<>' || operator[0] === '<' || operator[0] === '>'
    ? operator !== '<<' && operator !== '>>'
    : false;
}

/** Compares numbers, or two addresses: equal are those in one fragment, as in GNU as; others need a known distance. */
function comparedNow(operator: string, left: Bound, right: Bound, depth: number): Integer | undefined {
  const x = operandNow(left, depth);
  const y = operandNow(right, depth);
  if (!x || !y) return undefined;
  if (isConstant(x) && isConstant(y)) return compute(operator, x.value, y.value);
  const isEquality = operator === '==' || operator === '!=' || operator === '<>';
  if (isEquality && !(x.add && y.add && inOneFragment(x.add, y.add))) return operator === '==' ? 0 : -1;
  const distance = applyBinary('-', x, y);
  const value = distance.kind === 'linear' ? constantOfLinear(distance) : undefined;
  return value === undefined ? undefined : compute(operator, value, 0);
}

/** An operand of a comparison as a number or one address; undefined while it is neither. */
function operandNow(operand: Bound, depth: number): Linear | undefined {
  const known = meaningNow(operand, depth + 1);
  if (!known?.subtract) return known;
  const value = constantOfLinear(known);
  return value === undefined ? undefined : constant(value);
}

/** The result of a binary operator on numbers; undefined when dividing by zero. Comparisons give -1 for true. */
export function compute(operator: string, left: Integer, right: Integer): Integer | undefined {
  switch (operator) {
    case '+':
      return integer.add(left, right);
    case '-':
      return integer.subtract(left, right);
    case '*':
      return integer.multiply(left, right);
    case '/':
      return integer.divide(left, right);
    case '%':
      return integer.remainder(left, right);
    case '<<':
      return integer.shiftLeft(left, right);
    case '>>':
      return integer.shiftRight(left, right);
    case '|':
      return integer.or(left, right);
    case '&':
      return integer.and(left, right);
    case '^':
      return integer.xor(left, right);
    case '!':
      return integer.or(left, integer.not(right));
    case '==':
      return left === right ? -1 : 0;
    case '!=':
    case '<>':
      return left === right ? 0 : -1;
    case '<':
      return left < right ? -1 : 0;
    case '<=':
      return left <= right ? -1 : 0;
    case '>':
      return left > right ? -1 : 0;
    case '>=':
      return left >= right ? -1 : 0;
    case '&&':
      return left !== 0 && right !== 0 ? 1 : 0;
    case '||':
      return left !== 0 || right !== 0 ? 1 : 0;
    default:
      return undefined;
  }
}

/** The offset of a place in its section of the object under the current layout. */
export function offsetOf({ section, offset, part }: Place): number {
  return section.base + offset + section.shifts[part]!;
}

const maximumDepth = 400;

/** Bounds on resolving one expression: symbols may stand for each other in long or branching chains. */
class Effort {
  depth = 0;
  steps = 0;

  enter(): boolean {
    return ++this.depth <= maximumDepth && ++this.steps <= 20_000;
  }

  leave(): void {
    this.depth--;
  }
}

/**
 * Resolves a bound expression under the current layout: symbols that stand for others are followed, distances within a
 * section become numbers. What stays is an address relative to symbols, or undefined when it is more than the linker
 * can express.
 */
export function settle(bound: Bound): Linear | undefined {
  return isConstant(bound) ? bound : settleWithin(bound, new Effort());
}

function settleWithin(bound: Bound, effort: Effort): Linear | undefined {
  if (bound.kind === 'linear' && !bound.add && !bound.subtract) return bound;
  const result = effort.enter() ? settleParts(bound, effort) : undefined;
  effort.leave();
  return result;
}

function settleParts(bound: Bound, effort: Effort): Linear | undefined {
  if (bound.kind === 'operation') {
    const left = settleWithin(bound.left, effort);
    const right = left && bound.right && settleWithin(bound.right, effort);
    if (!left || (bound.right && !right)) return undefined;
    const result = right ? applyBinary(bound.operator, left, right) : applyUnary(bound.operator, left);
    return result.kind === 'linear' ? difference(result) : undefined;
  }
  let { value } = bound;
  let add: AssemblySymbol | undefined;
  let subtract: AssemblySymbol | undefined;
  if (bound.add) {
    const target = follow(bound.add, effort);
    if (!target) return undefined;
    value = integer.add(value, target.value);
    add = target.add;
    subtract = target.subtract;
  }
  if (bound.subtract) {
    const target = follow(bound.subtract, effort);
    if (!target || target.subtract || (subtract && target.add)) return undefined;
    value = integer.subtract(value, target.value);
    subtract ??= target.add;
  }
  return difference({ kind: 'linear', value, add, subtract });
}

/** What a symbol stands for in the end: itself, or what it was set to. */
function follow(symbol: AssemblySymbol, effort: Effort): Linear | undefined {
  if (!symbol.assigned || symbol.place) return { kind: 'linear', value: 0, add: symbol, subtract: undefined };
  if (symbol.resolving) return undefined;
  symbol.resolving = true;
  const result = settleWithin(symbol.assigned, effort);
  symbol.resolving = false;
  return result;
}

/** Turns the distance between two places of one section into a number. */
function difference(linear: Linear): Linear {
  const { add, subtract } = linear;
  if (!add || !subtract) return linear;
  if (add === subtract) return constant(linear.value);
  const p = add.place;
  const q = subtract.place;
  if (!p || !q || p.section.output !== q.section.output) return linear;
  return constant(integer.add(linear.value, offsetOf(p) - offsetOf(q)));
}
