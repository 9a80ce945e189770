import type { Operator } from '../guest-tests/guest-test';
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
      return [
        { name, points: test.points ?? 1, help: test.help, range: json.rangeOf([...path, 'tests', name], 'name') },
      ];
    }),
  };
}

export function readHost({ file, expect, limit = DEFAULT_LIMIT, vms }: NonNullable<TaskDescription['host']>): Work {
  const checks = expect.map(({ is, points = 1, ...rest }): HostCheck => {
    // The schema has seen its form.
    const [, operator = '==', digits = '0'] = /^\s*(<=|>=|==|!=|<|>)\s*(\d+)\s*$/.exec(is) ?? [];
    return { ...rest, operator: operator as Operator, value: Number(digits), points };
  });
  return { kind: 'host', file, vms, limit, checks };
}
