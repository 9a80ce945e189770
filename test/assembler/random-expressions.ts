import type { Next } from '../support/random';

const numbers = [
  '0',
  '1',
  '2',
  '3',
  '7',
  '63',
  '64',
  '-1',
  '0x10',
  '0b101',
  '017',
  "'a'",
  '0xffffffff',
  '0x7fffffffffffffff',
  '0x8000000000000000',
  'k',
  'negative',
  'large',
];
const operators = [
  '+',
  '-',
  '*',
  '/',
  '%',
  '<<',
  '>>',
  '|',
  '&',
  '^',
  '==',
  '!=',
  '<',
  '<=',
  '>',
  '>=',
  '<>',
  '&&',
  '||',
];

/** A source of constant expressions, one in each `.quad`. */
export function randomExpressions(next: Next, count: number): string {
  const pick = <T>(list: readonly T[]): T => list[next(list.length)]!;
  const expression = (depth: number): string => {
    if (depth <= 0 || next(4) === 0) return next(5) === 0 ? String(next(1_000_000)) : pick(numbers);
    if (next(5) === 0) return `${pick(['-', '~', '!', '+', '- '])}${expression(depth - 1)}`;
    if (next(3) === 0) return `(${expression(depth - 1)})`;
    return `${expression(depth - 1)}${pick(['', ' '])}${pick(operators)}${pick(['', ' '])}${expression(depth - 1)}`;
  };
  const lines = [
    '.globl _start',
    '_start: nop',
    '.set k, 12',
    '.set negative, -5',
    '.set large, 0x123456789abcdef',
    '.data',
  ];
  for (let i = 0; i < count; i++) lines.push(`.quad ${expression(3)}`);
  return `${lines.join('\n')}\n`;
}
