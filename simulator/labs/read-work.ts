import { DEFAULT_LIMIT } from '../guest-tests/test-options';
import type { JsonText } from '../scenario/json-text';
import type { Path } from '../schema/problems';
import type { HostCheck, Work } from './lab';
import type { TaskDescription } from './lab-options';

/** The tests of a task, in the order in which the lab names them. */
export function readTestsWork(
  { file, tests }: NonNullable<TaskDescription['tests']>,
  path: Path,
  json: JsonText,
): Work {
  const names = json.namesAt([...path, 'tests']);
  return {
    kind: 'tests',
    file,
    tests: names.flatMap((name) => {
      const test = tests[name];
      if (!test) return [];
      const { points = 1, help, also = {} } = test;
      const others = json.namesAt([...path, 'tests', name, 'also']);
      return [{ name, points, help, also: others.map((other) => ({ name: other, help: also[other] ?? '' })) }];
    }),
  };
}

export function readHost({
  file,
  expect,
  limit = DEFAULT_LIMIT,
  vms,
  harts,
  programs = {},
}: NonNullable<TaskDescription['host']>): Work {
  const measured = <Each extends { is: string }>({ is, ...rest }: Each) => ({ ...rest, ...rangeOf(is) });
  const checks = expect.map(
    ({ points = 1, also = [], ...rest }): HostCheck => ({ ...measured(rest), points, also: also.map(measured) }),
  );
  return { kind: 'host', file, vms, harts, programs, limit, checks };
}

/** The range of whole numbers that a comparison leaves. The schema has seen its form. */
function rangeOf(is: string): { least: number; most: number } {
  const [operator = '', ...digits] = is.match(/[<=>]+|\.\.|\d+/g) ?? [];
  const [first = 0] = digits.filter((word) => word !== '..').map(Number);
  switch (operator) {
    case '<':
      return { least: 0, most: first - 1 };
    case '<=':
      return { least: 0, most: first };
    case '>':
      return { least: first + 1, most: Number.POSITIVE_INFINITY };
    case '>=':
      return { least: first, most: Number.POSITIVE_INFINITY };
    case '==':
      return { least: first, most: first };
    default:
      return { least: Number(operator), most: first };
  }
}
