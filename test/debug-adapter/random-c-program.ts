import { numbersFrom } from '../support/random';

/** A C program of small functions: calls, inlined ones, recursion, loops, several statements a line. It ends. */
export function randomCProgram(seed: number): string {
  const next = numbersFrom(seed);
  const pick = <T>(...values: readonly T[]): T => values[next(values.length)] as T;
  let variables = 0;
  const functions: string[] = [];
  const lines: string[] = ['volatile int sink;', 'int table[8] = { 3, 1, 4, 1, 5, 9, 2, 6 };'];
  const expression = (names: readonly string[], depth = 2): string => {
    const leaf = (): string => pick(...names, `${next(20)}`, `table[${pick(...names)} & 7]`);
    if (depth === 0) return leaf();
    const call = functions.length > 0 && next(3) === 0 ? `${pick(...functions)}(${expression(names, depth - 1)})` : '';
    return call || `${leaf()} ${pick('+', '-', '*', '^', '&')} ${expression(names, depth - 1)}`;
  };
  /** @param own what may be assigned to: never the variable of a loop */
  const block = (names: readonly string[], own: readonly string[], indent: string, depth: number): void => {
    for (let i = 2 + next(3); i > 0; i--) {
      const [a, b] = [pick(...own), `v${variables++}`];
      switch (next(depth > 0 ? 9 : 4)) {
        case 0:
          lines.push(`${indent}${a} = ${expression(names)};`);
          break;
        case 1:
          lines.push(`${indent}sink = ${expression(names)};`);
          break;
        case 2:
          lines.push(`${indent}int ${b} = ${expression(names)}; sink = ${b};`);
          break;
        case 3:
          lines.push(`${indent}${a} = ${expression(names)}`, `${indent}  + ${expression(names)};`);
          break;
        case 4:
          lines.push(`${indent}for (int ${b} = 0; ${b} < ${1 + next(3)}; ${b}++) {`);
          block([...names, b], own, `${indent}  `, depth - 1);
          lines.push(`${indent}}`);
          break;
        case 5:
          lines.push(
            `${indent}for (int ${b} = 0; ${b} < ${1 + next(3)}; ${b}++) sink += ${expression([...names, b], 1)};`,
          );
          break;
        case 6:
          lines.push(`${indent}if (${expression(names, 1)} > ${next(10)}) {`);
          block(names, own, `${indent}  `, depth - 1);
          lines.push(`${indent}} else {`);
          block(names, own, `${indent}  `, depth - 1);
          lines.push(`${indent}}`);
          break;
        case 7:
          lines.push(
            `${indent}switch (${a} & 3) {`,
            `${indent}case 0: sink = 1; break;`,
            `${indent}case 1:`,
            `${indent}  ${a}++;`,
          );
          lines.push(`${indent}  break;`, `${indent}default:`, `${indent}  ${a} += 2;`, `${indent}}`);
          break;
        default:
          lines.push(
            `${indent}{`,
            `${indent}  int ${b} = ${a} & 3;`,
            `${indent}  while (${b} > 0) {`,
            `${indent}    ${b}--;`,
          );
          lines.push(`${indent}    sink = ${expression([...names, b], 1)};`, `${indent}  }`, `${indent}}`);
      }
    }
  };
  for (let i = 0; i < 4; i++) {
    const name = `f${i}`;
    const kind = pick(
      'static inline __attribute__((always_inline)) int',
      'static __attribute__((noinline)) int',
      'static int',
      'int',
    );
    const form = next(5);
    if (form === 0) {
      lines.push(`${kind.replace(/static inline .*\)\) /, 'static ')} ${name}(int n) {`, '  sink = n; n &= 3;');
      lines.push(`  if (n < 1)`, '    return 1;', `  return n * ${name}(n - 1);`, '}');
    } else if (form === 1) {
      lines.push(`${kind} ${name}(int x) { sink = x; return ${expression(['x'], 1)}; }`);
    } else {
      lines.push(`${kind} ${name}(int x)`, '{');
      block(['x'], ['x'], '  ', 1);
      lines.push(`  return ${expression(['x'])};`, '}');
    }
    functions.push(name);
  }
  lines.push('int main(void) {', '  int a = 1, b = 2;');
  block(['a', 'b'], ['a', 'b'], '  ', 2);
  block(['a', 'b'], ['a', 'b'], '  ', 1);
  lines.push('  return a + b;', '}');
  return `${lines.join('\n')}\n`;
}
