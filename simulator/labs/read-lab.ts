import type { JsonText } from '../scenario/json-text';
import type { Path } from '../schema/problems';
import { describedText, inWords, sorted } from './described-text';
import type { GivenFile, Lab, LabProblem, Task, Work } from './lab';
import { type LabDescription, labSchema, type TaskDescription } from './lab-options';
import { MomentReader } from './read-moment';
import { QuestionReader } from './read-question';
import { readHost, readTestsWork } from './read-work';

/** A lab, or what is wrong with its description: always one of the two. */
export type ReadLab =
  | { readonly lab: Lab; readonly problems: readonly [] }
  | { readonly lab: undefined; readonly problems: readonly LabProblem[] };

const WHOLE = 'the lab';
const KINDS = ['tests', 'question', 'predict', 'host'] as const;

/** Reads the text of a `lab.json`. */
export function readLab(text: string): ReadLab {
  const read = describedText(labSchema, text, WHOLE);
  if (!('value' in read)) return { lab: undefined, problems: read };
  const reader = new LabReader(read, read.value as LabDescription);
  const lab = reader.lab();
  return reader.problems.length > 0 ? { lab: undefined, problems: sorted(reader.problems) } : { lab, problems: [] };
}

class LabReader {
  readonly problems: LabProblem[] = [];
  private readonly report = (path: Path, text: string, what: 'value' | 'name' = 'value'): void => {
    this.add({ range: this.json.rangeOf(path, what), message: inWords(path, text, WHOLE) });
  };

  constructor(
    private readonly json: JsonText,
    private readonly description: LabDescription,
  ) {}

  lab(): Lab {
    const { title, summary, minutes, lecture, given = [], variants = {}, tasks } = this.description;
    const seen = new Set<string>();
    return {
      ...{ title, summary, minutes, lecture, variants },
      given: given.map((file, index) => this.given(file, index, given)),
      tasks: tasks.flatMap((task, index) => {
        const path = ['tasks', index];
        if (seen.has(task.id)) this.report([...path, 'id'], `is ${JSON.stringify(task.id)}, as of another task`);
        seen.add(task.id);
        return this.task(task, path) ?? [];
      }),
    };
  }

  private given(file: string, index: number, all: readonly string[]): GivenFile {
    const path = ['given', index];
    if (all.indexOf(file) < index) this.report(path, `is ${JSON.stringify(file)}, which is given already`);
    return { file, range: this.json.rangeOf(path, 'value') };
  }

  /** What is wrong with what holds for all is so for each; it is told once. */
  private add(problem: LabProblem): void {
    const isSame = ({ range, message }: LabProblem): boolean =>
      message === problem.message &&
      range.start.line === problem.range.start.line &&
      range.start.column === problem.range.start.column;
    if (!this.problems.some(isSame)) this.problems.push(problem);
  }

  private task(task: TaskDescription, path: Path): Task | undefined {
    const { id, title, text, points, hints = [], help } = task;
    const work = this.work(task, path);
    if (!work) return undefined;
    const isSum = work.kind === 'tests' || work.kind === 'host';
    if (isSum && points !== undefined)
      this.report([...path, 'points'], 'are those of the tests or expectations together, which say them');
    const parts = work.kind === 'tests' ? work.tests : work.kind === 'host' ? work.checks : [{ points: points ?? 1 }];
    return { id, title, text, hints, help, work, points: parts.reduce((sum, part) => sum + part.points, 0) };
  }

  private work(task: TaskDescription, path: Path): Work | undefined {
    const said = KINDS.filter((kind) => task[kind] !== undefined);
    if (said.length !== 1) {
      this.report(path, `must have one of ${KINDS.map((kind) => JSON.stringify(kind)).join(', ')}`);
      return undefined;
    }
    const { json, report } = this;
    if (task.tests) return readTestsWork(task.tests, [...path, 'tests'], json);
    if (task.host) return readHost(task.host);
    for (const kind of ['question', 'predict'] as const) {
      const given = task[kind];
      if (!given) continue;
      const moments = new MomentReader(json, this.description.guest ?? {}, report, (problem) => this.add(problem));
      const question = new QuestionReader(moments, report).question(given, [...path, kind], kind === 'predict' ? 1 : 0);
      return question && { kind, question };
    }
    return undefined;
  }
}
