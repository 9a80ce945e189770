import type { Next } from '../support/random';

const names = ['A', 'B', 'C', 'D', 'E'];
const tokens = ['x', 'y1', '7', '0x1f', '+', '-', '(', ')', ',', '"s t"', 'f', '<<', '...', '%lo', '.', '\\\\'];

/** Random C macros, each use of which becomes a string, so that spaces count. */
export function randomCMacros(next: Next): string {
  const pick = (list: readonly string[]) => list[next(list.length)]!;
  const text = (parts: readonly string[], most: number) => {
    let result = '';
    for (let i = next(most); i >= 0; i--) result += pick(parts) + (next(3) ? ' ' : '');
    return result;
  };
  const argument = (depth: number): string => {
    const kind = next(depth > 2 ? 5 : 8);
    if (kind < 3) return pick(['x', '7', 'a b', '', ' z ', '(p, q)', '"u, v"', "','"]);
    if (kind < 5) return pick(names);
    return call(depth + 1);
  };
  const call = (depth: number): string =>
    `${pick(names)}${pick(['', ' '])}(${Array.from({ length: next(4) }, () => argument(depth)).join(pick([',', ', ']))})`;
  const lines = ['#define STRING_(...) #__VA_ARGS__', '#define STRING(...) STRING_(__VA_ARGS__)'];
  const plain = tokens.filter((token) => token !== '(' && token !== ')' && token !== '\\\\');
  for (const name of names) {
    switch (next(4)) {
      case 0:
        lines.push(`#define ${name} ${text([...plain, ...names], 4)}`);
        break;
      case 1:
        lines.push(`#define ${name}() ${text([...plain, ...names], 3)}`);
        break;
      case 2:
        lines.push(
          `#define ${name}(a, b) ${text(['a', 'b', '#a', '# b', 'x ## a', 'w##x', 'B(a, b)', 'C(b)', ...plain, ...names], 5)}`,
        );
        break;
      default:
        lines.push(
          `#define ${name}(a, ...) ${text(['a', '__VA_ARGS__', '#__VA_ARGS__', 'x##a', '__VA_OPT__(a + )', '__VA_OPT__(,) __VA_ARGS__', ...plain, ...names], 5)}`,
        );
    }
  }
  for (let i = 0; i < 20; i++)
    lines.push(`.ascii STRING(${next(2) ? call(0) : text([...names, ...plain, call(0)], 3)})`);
  return `${lines.join('\n')}\n`;
}
