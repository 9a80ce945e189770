import type { Next } from '../support/random';

const argumentTexts = [
  '1',
  'a',
  'a b',
  '(1+2)',
  '(1, 2)',
  '"q s"',
  '"a"',
  'x',
  "'c'",
  '-1',
  '- 1',
  '1 + 2',
  '1 +2',
  'a -b',
  '%lo(x)',
  '8(sp)',
  '8 ( sp )',
  '[a b]',
  '"a\\"b"',
  'p=3',
  'q=w',
  'r = z',
  '',
  ' ',
  'a_b.c',
  '$d',
  '1f',
  '<a b>',
  '!x',
  'a:b',
  '@t',
  '#c',
  '/*k*/ m',
  'a /*k*/ b',
  '"a,b"',
  "','",
  'q="u v"',
  '""',
];

/** Macros with parameters of every kind and calls of every shape; what they get shows in the data that they emit. */
export function randomMacros(next: Next): string {
  const pick = <T>(list: readonly T[]): T => list[next(list.length)]!;
  const lines = ['.data'];
  const count = 1 + next(3);
  for (let macro = 0; macro < count; macro++) {
    const parameters = ['p', 'q', 'r'].slice(0, next(4));
    const declared = parameters.map((name, i) => {
      const last = i === parameters.length - 1;
      return name + pick(['', '', '', ':req', '=5', '="d f"', '=x', last ? ':vararg' : '', ' = 7']);
    });
    lines.push(`.macro m${macro} ${declared.join(pick([', ', ' ', ',']))}`);
    for (let i = next(4); i >= 0; i--) lines.push(...bodyLines(macro, parameters[0] ? parameters : ['p'], next));
    lines.push('.endm');
  }
  for (let i = 0; i < 3; i++) {
    const given = Array.from({ length: next(4) }, () => pick(argumentTexts));
    lines.push(`m${next(count)} ${given.join(pick([', ', ' ', ',', ' , ']))}`);
  }
  return [...lines, '.text', '.globl _start', '_start: nop', ''].join('\n');
}

function bodyLines(macro: number, parameters: readonly string[], next: Next): string[] {
  const pick = <T>(list: readonly T[]): T => list[next(list.length)]!;
  const p = (): string => `\\${pick(parameters)}`;
  return pick([
    () => [`.ascii "<${p()}>"`],
    () => [`.ascii "[${p()}|${p()}]"`],
    () => ['.ascii "\\@"'],
    () => [`.ascii "${p()}\\()z ${p()}q"`],
    () => [`.ifb ${p()}`, '.ascii "blank"', '.endif'],
    () => [`.ifnb ${p()}`, '.ascii "full"', '.endif'],
    () => [`.ifc ${p()}, a`, '.ascii "is a"', '.else', '.ascii "no a"', '.endif'],
    () => [`.irp v, ${p()}`, '.ascii "(\\v)"', '.endr'],
    () => [`.irp v ${p()}, k`, '.ascii "(\\v)"', '.endr'],
    () => [`.irpc c, ${p()}`, '.ascii "{\\c}"', '.endr'],
    () => ['.rept 2', `.ascii "${p()}."`, '.endr'],
    () => [macro > 0 ? `m${next(macro)} ${p()}, ${p()}` : '.ascii "leaf"'],
    () => [`.ascii "a" "${p()}" ; .ascii "b"`],
    () => [`.ifeqs "${p()}", "a"`, '.exitm', '.endif'],
  ])();
}
