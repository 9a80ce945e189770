import type { Range } from '../assembler/source/diagnostic';
import { briefly, type Path, type Problem, problemsOf, quotedPath } from '../schema/problems';
import { isRecord } from '../schema/record';
import { hostProblems } from './host-checks';
import { JsonText } from './json-text';
import { EXPECTED_NAME, isName } from './names';
import { resolved } from './resolve';
import type { Scenario, ScenarioVm } from './scenario';
import { MOST_HOSTS, type ScenarioDescription, scenarioSchema, type VmDescription } from './scenario-schema';
import { type NamesAt, type StatedHost, statedHosts } from './stated';
import { withNearest } from './unknown-names';

/** What is wrong with a scenario. */
export interface ScenarioProblem {
  /** Where it is: names, and numbers of entries in lists. */
  readonly path: Path;
  /** Where it is in the text, if it was one: lines and columns from 0, as in diagnostics. */
  readonly range: Range | undefined;
  /** What is wrong with what, and what would be right. */
  readonly message: string;
}

/** Where a text says something of a virtual machine, or by default of all: a value of it, or what is in that. */
export type PlaceOf = (vm: ScenarioVm, key: keyof VmDescription & string, ...within: Path) => Range | undefined;

/** A scenario of which everything is said, or what is wrong with its description: always one of the two. */
export type ReadScenario =
  | { readonly scenario: Scenario; readonly placeOf: PlaceOf; readonly problems: readonly [] }
  | { readonly scenario: undefined; readonly problems: readonly ScenarioProblem[] };

/** Characters of a text: more than anybody writes, and soon read. */
export const LONGEST_TEXT = 2 ** 18;

/** As many problems as somebody reads. */
const MOST_PROBLEMS = 100;

/** Reads a scenario: the text of a file, or a value with the same keys. */
export function readScenario(given: unknown): ReadScenario {
  if (typeof given !== 'string') return readValue(given, namesIn(given), () => undefined);
  if (given.length > LONGEST_TEXT) {
    const message = `the scenario must be a text of at most ${LONGEST_TEXT} characters, not ${given.length}`;
    const start = { line: 0, column: 0 };
    return refused([{ path: [], range: { start, end: start }, message }]);
  }
  // Editors do not count the mark of a file's encoding.
  const text = JsonText.read(given.replace(/^\uFEFF/, ''));
  if (!(text instanceof JsonText)) {
    return refused(
      text
        .slice(0, MOST_PROBLEMS)
        .map(({ path, range, text }) => ({ path, range, message: path.length > 0 ? inWords(path, text) : text })),
    );
  }
  return readValue(
    text.value,
    (path) => text.namesAt(path),
    ({ path, ofName }) => text.rangeOf(path, ofName ? 'name' : 'value'),
  );
}

function readValue(
  value: unknown,
  namesAt: NamesAt,
  rangeOf: (place: Pick<Problem, 'path' | 'ofName'>) => Range | undefined,
): ReadScenario {
  const problems = (found: readonly Problem[]): ReadScenario =>
    refused(
      found.slice(0, MOST_PROBLEMS).map((problem) => ({
        path: problem.path,
        range: rangeOf(problem),
        message: inWords(problem.about, problem.text),
      })),
    );
  const ofSchema = problemsOf(scenarioSchema, value).slice(0, MOST_PROBLEMS);
  const inForm = [...ofSchema.map((problem) => inOwnWords(problem, namesAt)), ...nameProblems(namesAt)];
  if (inForm.length > 0) return problems(inForm);
  // The schema says so.
  const description = value as ScenarioDescription;
  const hosts = statedHosts(description, namesAt);
  const scenario = resolved(description, hosts);
  const together = scenario.hosts.flatMap((host, index) => {
    const stated = hosts[index];
    return stated ? [...hostProblems(host, stated)] : [];
  });
  if (together.length > 0) return problems(withoutDoubles(together));
  return { scenario, placeOf: placesIn(scenario, hosts, (path) => rangeOf({ path })), problems: [] };
}

function placesIn(
  { hosts }: Scenario,
  stated: readonly StatedHost[],
  rangeOf: (path: Path) => Range | undefined,
): PlaceOf {
  const statedVms = new Map(
    hosts.flatMap(({ vms }, host) => vms.map((vm, index) => [vm, stated[host]?.vms[index]] as const)),
  );
  return (vm, key, ...within) => {
    const path = statedVms.get(vm)?.pathOf(key);
    return path && rangeOf([...path, ...within]);
  };
}

function refused(problems: readonly ScenarioProblem[]): ReadScenario {
  return { scenario: undefined, problems: [...problems].sort(byPlace) };
}

/** In the order of the text; of a value, as they were found. */
function byPlace({ range: a }: ScenarioProblem, { range: b }: ScenarioProblem): number {
  return a && b ? a.start.line - b.start.line || a.start.column - b.start.column : 0;
}

/** What the schema finds, with what it does not know of scenarios. */
function inOwnWords(problem: Problem, namesAt: NamesAt): Problem {
  const { path } = problem;
  const hosts = namesAt(['hosts']).length;
  if (path.length === 1 && path[0] === 'hosts' && hosts > MOST_HOSTS)
    return { ...problem, text: `are ${hosts}: more than one host is not built yet` };
  return withNearest(problem);
}

function nameProblems(namesAt: NamesAt): Problem[] {
  const hosts = namesAt(['hosts']).slice(0, MOST_PROBLEMS);
  const paths = hosts.flatMap((host) => {
    const vms = namesAt(['hosts', host, 'vms']);
    return [['hosts', host], ...vms.map((vm) => ['hosts', host, 'vms', vm])];
  });
  return paths
    .filter((path) => !isName(path.at(-1) ?? ''))
    .map((path) => {
      const name = path.at(-1) ?? '';
      const text = `has ${briefly(name)}, which must be ${EXPECTED_NAME}`;
      return { path, about: path.slice(0, -1), text, ofName: true };
    });
}

/** What is wrong by default is so for each whom the default is for. */
function withoutDoubles(problems: readonly Problem[]): Problem[] {
  const byText = new Map(problems.map((problem) => [JSON.stringify([problem.path, problem.text]), problem]));
  return [...byText.values()];
}

function inWords(about: Path, text: string): string {
  const names = about.map((part) => (typeof part === 'string' ? part.slice(0, LONGEST_NAME) : part));
  return `${quotedPath(names, 'the scenario')} ${text}`;
}

/** Characters of a name that a message has: those that are right are shorter. */
const LONGEST_NAME = 40;

function namesIn(value: unknown): NamesAt {
  return (path) => {
    const at = path.reduce<unknown>(
      (inside, part) => (isRecord(inside) && Object.hasOwn(inside, part) ? inside[part] : undefined),
      value,
    );
    return isRecord(at) ? Object.keys(at) : [];
  };
}
