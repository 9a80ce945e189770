import type { Scanner } from './scanner';
import {
  type Assertion,
  type BinaryOperator,
  nameFunctions,
  type ScriptExpression,
  type UnaryOperator,
  valueFunctions,
} from './syntax';

/** From loosest to tightest; longer operators first where one begins another. */
const levels: readonly (readonly BinaryOperator[])[] = [
  ['||'],
  ['&&'],
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<=', '>=', '<', '>'],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '%'],
];

const unaryOperators: readonly UnaryOperator[] = ['-', '!', '~', '+'];
const longestDepth = 200;

/** Reads an expression of a linker script. @throws ScriptError */
export function parseExpression(scanner: Scanner, depth = 0): ScriptExpression {
  const start = scanner.position;
  const condition = parseBinary(scanner, 0, depth);
  if (!scanner.take('?')) return condition;
  const yes = parseExpression(scanner, depth + 1);
  scanner.require(':');
  const no = parseExpression(scanner, depth + 1);
  return { kind: 'conditional', condition, yes, no, place: scanner.placeFrom(start) };
}

function parseBinary(scanner: Scanner, level: number, depth: number): ScriptExpression {
  const operators = levels[level];
  if (!operators) return parseUnary(scanner, depth);
  const start = scanner.position;
  let left = parseBinary(scanner, level + 1, depth);
  for (;;) {
    const operator = operators.find((candidate) => isOperator(scanner, candidate));
    if (!operator) return left;
    scanner.take(operator);
    const right = parseBinary(scanner, level + 1, depth);
    left = { kind: 'binary', operator, left, right, place: scanner.placeFrom(start) };
  }
}

/** `<` is no operator where `<<` stands, nor any before `=` where it is an assignment. */
function isOperator(scanner: Scanner, operator: BinaryOperator): boolean {
  if (!scanner.at(operator)) return false;
  // After a fill, `/DISCARD/` begins the next section.
  if (scanner.at('/DISCARD/')) return false;
  const next = scanner.text[scanner.position + operator.length] ?? '';
  if (operator === '<' || operator === '>' || operator === '&' || operator === '|')
    return next !== operator && next !== '=';
  return !(next === '=' && '+-*/<<>>'.includes(operator));
}

function parseUnary(scanner: Scanner, depth: number): ScriptExpression {
  if (depth > longestDepth) throw scanner.error('the expression is nested too deeply');
  const start = scanner.position;
  const operator = unaryOperators.find((candidate) => scanner.take(candidate));
  if (operator) {
    const operand = parseUnary(scanner, depth + 1);
    return { kind: 'unary', operator, operand, place: scanner.placeFrom(start) };
  }
  if (scanner.take('(')) {
    const inner = parseExpression(scanner, depth + 1);
    scanner.require(')');
    return inner;
  }
  const number = scanner.number();
  if (number) {
    const digits = /^0[xX]([0-9a-fA-F]+)$/.exec(number.text)?.[1];
    return { kind: 'number', value: number.value, ...(digits ? { digits } : {}), place: scanner.placeFrom(start) };
  }
  return parseNamed(scanner, start, depth);
}

function parseNamed(scanner: Scanner, start: number, depth: number): ScriptExpression {
  const isQuoted = scanner.at('"');
  const name = scanner.name('symbol');
  if (name === undefined)
    throw scanner.error(`a number, a symbol or a function is expected here, not ${scanner.found()}`);
  const called = !isQuoted && scanner.at('(');
  if (name === 'SIZEOF_HEADERS' || name === 'sizeof_headers')
    return { kind: 'headers', place: scanner.placeFrom(start) };
  if (!called) return { kind: 'name', name, place: scanner.placeFrom(start) };
  if (name === 'SEGMENT_START') {
    scanner.require('(');
    const segment = scanner.requireName('plain', 'the name of a segment');
    scanner.require(',');
    const otherwise = parseExpression(scanner, depth + 1);
    scanner.require(')');
    return { kind: 'segment', segment, otherwise, place: scanner.placeFrom(start) };
  }
  const named = nameFunctions.find((candidate) => candidate === name);
  if (named) {
    scanner.require('(');
    const subject = scanner.requireName('wild', 'a name');
    scanner.require(')');
    return { kind: 'named', name: named, subject, place: scanner.placeFrom(start) };
  }
  if (name === 'ASSERT') {
    const assertion = parseAssertion(scanner, start, depth);
    return { kind: 'assertion', assertion, place: assertion.place };
  }
  const call = valueFunctions.find((candidate) => candidate === name);
  // What follows a symbol in parentheses is no operand of it: `symbol (NOLOAD) :`.
  if (!call) return { kind: 'name', name, place: scanner.placeFrom(start) };
  scanner.require('(');
  const operands = [parseExpression(scanner, depth + 1)];
  while (scanner.take(',')) operands.push(parseExpression(scanner, depth + 1));
  scanner.require(')');
  const [least, most] = operandCounts[call] ?? [1, 1];
  if (operands.length < least || operands.length > most)
    throw scanner.error(
      `'${call}' takes ${least === most ? least : `${least} or ${most}`} operands, not ${operands.length}`,
    );
  return { kind: 'call', name: call, operands, place: scanner.placeFrom(start) };
}

const operandCounts: Readonly<Record<string, readonly [least: number, most: number]>> = {
  ALIGN: [1, 2],
  MAX: [2, 2],
  MIN: [2, 2],
  DATA_SEGMENT_ALIGN: [2, 2],
  DATA_SEGMENT_RELRO_END: [2, 2],
};

/** What follows `ASSERT`. */
export function parseAssertion(scanner: Scanner, start: number, depth = 0): Assertion {
  scanner.require('(');
  const condition = parseExpression(scanner, depth + 1);
  scanner.require(',');
  const message = scanner.requireName('wild', 'a message');
  scanner.require(')');
  return { kind: 'assert', condition, message, place: scanner.placeFrom(start) };
}
