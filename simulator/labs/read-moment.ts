import { readPlace } from '../guest-tests/place';
import { Resolution } from '../guest-tests/resolve';
import type { TestFileDescription } from '../guest-tests/test-options';
import type { JsonText } from '../scenario/json-text';
import type { Path } from '../schema/problems';
import type { LabProblem, Moment } from './lab';
import type { MomentDescription } from './lab-options';

export type Report = (path: Path, text: string, what?: 'value' | 'name') => void;

/** Reads at which moments of which guests questions are asked; what a moment does not say, the lab says for all. */
export class MomentReader {
  constructor(
    private readonly json: JsonText,
    private readonly common: MomentDescription,
    private readonly report: Report,
    private readonly add: (problem: LabProblem) => void,
  ) {}

  /** @param steps when it does not say them */
  moment(own: MomentDescription, path: Path, steps: number): Moment | undefined {
    const { engine = 'none', place, arrival = 1, steps: said, ...guest } = { ...this.common, ...own };
    const pathOf = ([key = '', ...inside]: Path): Path =>
      Object.hasOwn(own, key) ? [...path, key, ...inside] : ['guest', key, ...inside];
    if (guest.program === undefined) {
      this.report(path, 'must have "program", here or in "guest" of the lab');
      return undefined;
    }
    if (place === undefined && (said ?? 0) > 0) this.report(pathOf(['steps']), 'are counted from a "place"');
    const found = place === undefined ? undefined : readPlace(place);
    if (place !== undefined && !found)
      this.report(
        pathOf(['place']),
        `must be a label such as "done" or "loop+4", or a line such as "guest.s:12", not ${JSON.stringify(place)}`,
      );
    const description: TestFileDescription = { ...guest, engines: [engine] };
    const keyOf = (key: string | number): string | number => (key === 'engines' ? 'engine' : key);
    const resolution = new Resolution(
      {
        value: description,
        rangeOf: ([key = '', ...inside], what) => this.json.rangeOf(pathOf([keyOf(key), ...inside]), what),
        namesAt: () => [],
      },
      'the guest',
    );
    const { program, tests } = resolution.fileOf(description);
    for (const problem of resolution.problems) this.add(problem);
    const [run] = tests;
    if (!run || (place !== undefined && !found)) return undefined;
    return { program, run, place: found, arrival, steps: place === undefined ? 0 : (said ?? steps) };
  }
}
