import { nearest } from '../assembler/source/diagnostic';
import { briefly, namesOf, type Problem } from '../schema/problems';
import { hostSchema } from './host-options';
import { scenarioSchema } from './scenario-schema';
import { vmSchema } from './vm-options';

const levels = [
  { of: 'a scenario', names: namesOf(scenarioSchema) },
  { of: 'a host', names: namesOf(hostSchema) },
  { of: 'a virtual machine', names: namesOf(vmSchema) },
];

/** A problem with a name that nobody knows says which is meant, or where it belongs. */
export function withNearest(problem: Problem): Problem {
  const { known, path } = problem;
  const name = path.at(-1);
  if (!known || typeof name !== 'string') return problem;
  const home = levels.find(({ names }) => names.includes(name));
  const [meant] = nearest(name, known);
  const hint = home
    ? `: it is one of ${home.of}`
    : meant === undefined
      ? `; there are ${known.map((each) => JSON.stringify(each)).join(', ')}`
      : `: is ${JSON.stringify(meant)} meant?`;
  return { ...problem, text: `has no option ${briefly(name)}${hint}` };
}
