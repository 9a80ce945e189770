import assert from 'node:assert/strict';
import type { CheckedFolder } from '../../extension/cli/lab/checked-folder';
import { plainText } from '../../extension/labs/plain-text';
import {
  hintsOf,
  isUntouched,
  type Progress,
  pointsSoFar,
  readChecked,
  readStudentAnswers,
  withEntry,
  withTasks,
} from '../../extension/labs/progress';
import type { ShownLab, ShownTask } from '../../extension/labs/shown-lab';
import { taskPage } from '../../extension/labs/task-page';
import { answersText, emptyAnswers, readAnswers } from '../../simulator/labs/index';
import type { TaskResult } from '../../simulator/labs/result';

const question: ShownTask = {
  id: 'who',
  title: 'Who handles it',
  text: 'Who handles the **trap**?',
  points: 2,
  kind: 'question',
  hints: ['Look at `scause`.', 'Step into it.'],
  choices: ['the guest', 'the VMM'],
};
const tests: ShownTask = { id: 'code', title: 'Write it', text: 'Write it.', points: 3, kind: 'tests', hints: [] };
const lab: ShownLab = {
  ...{
    name: 'rings',
    number: 2,
    folder: '02-rings',
    title: 'Rings',
    summary: 'Rings.',
    minutes: 30,
    points: 5,
    given: [],
    variants: {},
  },
  lecture: { deck: 'Rings', slide: 'Modes' },
  tasks: [question, tests],
};

function result(id: string, points: number, of: number, help?: string): TaskResult {
  const part = { name: id, points, of, help, details: help === undefined ? [] : ['a0 is ``` 5'] };
  return { id, title: id, points, of, tried: true, parts: [part], problem: undefined };
}
function checked(...tasks: TaskResult[]): CheckedFolder {
  const sum = (of: (task: TaskResult) => number): number => tasks.reduce((total, task) => total + of(task), 0);
  const points = { points: sum((task) => task.points), of: sum((task) => task.of) };
  const about = { lab: 'rings', title: 'Rings', problems: [], questions: {} };
  return { ...about, isUntouched: undefined, replay: undefined, result: { ...points, tasks, faults: [] } };
}

describe('Progress in a lab', () => {
  it('is what is written, for the editor and for who checks', () => {
    const answered = { ...emptyAnswers('rings', ['who']), hints: { who: 1 }, answers: { who: 'b' } };
    assert.deepEqual(readAnswers(answersText(answered)).answers, answered);
    assert.deepEqual(readStudentAnswers(answersText(answered)), answered);
  });

  it('is read from whatever stands in the files', () => {
    const read = readStudentAnswers(
      '{"lab": "rings", "answers": {"who": "b", "code": 3}, "hints": {"who": 1, "x": 1.5}}',
    );
    assert.deepEqual(read, { lab: 'rings', answers: { who: 'b' }, hints: { who: 1 } });
    for (const text of ['', '{', '[]', '{"lab": 3}', 'null']) assert.equal(readStudentAnswers(text), undefined, text);
    assert.deepEqual(readStudentAnswers('{"lab": "rings", "answers": []}')?.answers, {});
    for (const text of ['', '{}', '{"result": {"tasks": [{}]}}', '{"result": {"tasks": {}}}'])
      assert.equal(readChecked(text), undefined, text);
    const one = checked(result('who', 1, 2));
    for (const parts of [
      [null],
      [{}],
      [{ name: 'a', points: 1, of: 1, details: [3] }],
      [{ name: 'a', points: 1, of: 1 }],
    ]) {
      const text = JSON.stringify(checked({ ...result('who', 1, 2), parts: parts as unknown as TaskResult['parts'] }));
      assert.equal(readChecked(text), undefined, text);
    }
    assert.deepEqual(readChecked(JSON.stringify(one)), JSON.parse(JSON.stringify(one)));
  });

  it('is changed without what else stands in the file', () => {
    const text = '{\n  // mine\n  "lab": "rings",\n  "answers": { "who": "", },\n}\n';
    const changed = withEntry(withEntry(text, ['answers', 'who'], 'b"'), ['hints', 'who'], 2);
    assert.match(changed, /^\{\n {2}\/\/ mine\n/);
    assert.deepEqual(readStudentAnswers(changed), { lab: 'rings', answers: { who: 'b"' }, hints: { who: 2 } });
  });

  it('takes over the tasks of a check of some', () => {
    const before = checked(result('who', 0, 2), result('code', 3, 3));
    const after = withTasks(before, checked(result('who', 2, 2)));
    assert.deepEqual([after.result.points, after.result.of], [5, 5]);
    const progress: Progress = { answers: emptyAnswers('rings', ['who']), checked: after };
    assert.equal(pointsSoFar(progress, lab), 5);
  });

  it('says of who has only started that nothing is begun', () => {
    const started: Progress = { answers: emptyAnswers('rings', ['who']), checked: undefined };
    assert.ok(isUntouched(started));
    for (const begun of [
      { ...started, checked: checked(result('who', 0, 2)) },
      { ...started, answers: { ...started.answers, answers: { who: 'a' } } },
      { ...started, answers: { ...started.answers, hints: { who: 1 } } },
    ])
      assert.ok(!isUntouched(begun));
  });

  it('unfolds as many hints as are counted, and never more than there are', () => {
    const with_ = (hints: Record<string, number>): Progress => ({
      answers: { ...emptyAnswers('rings', ['who']), hints },
      checked: undefined,
    });
    assert.deepEqual(hintsOf(undefined, question), []);
    assert.deepEqual(hintsOf(with_({ who: 1 }), question), ['Look at `scause`.']);
    assert.equal(hintsOf(with_({ who: 100 }), question).length, 2);
  });
});

describe('Markdown in one line', () => {
  const cases: readonly [string, string][] = [
    ['Set a breakpoint at `legal` and step *into*: whose?', 'Set a breakpoint at legal and step into: whose?'],
    ['The **guest** has `*(int *)a0 * 2`.', 'The guest has *(int *)a0 * 2.'],
    ['2 * 3 * 4', '2 * 3 * 4'],
    ['a ` alone', 'a ` alone'],
    ['two\n\nlines', 'two lines'],
    ['', ''],
  ];
  for (const [markdown, plain] of cases)
    it(`is ${JSON.stringify(plain)}`, () => assert.equal(plainText(markdown), plain));
});

describe('The page of a task', () => {
  it('has the text, the choices by their letters, and nothing of hints that are folded', () => {
    const page = taskPage(lab, question, undefined);
    assert.match(page, /^# Who handles it\n/);
    assert.match(page, /2 points · Lecture: Rings, Modes/);
    assert.match(page, /a\. the guest\n\nb\. the VMM/);
    assert.match(page, /\*None yet\.\*/);
    assert.ok(!page.includes('scause'));
    assert.match(page, /2 more/);
  });

  it('has the hints that are unfolded, the answer, and what helps, whatever stands in them', () => {
    const progress: Progress = {
      answers: { lab: 'rings', answers: { who: '```' }, hints: { who: 1 } },
      checked: checked(result('who', 0, 2, 'Look again.')),
    };
    const page = taskPage(lab, question, progress);
    assert.match(page, /1\. Look at `scause`\./);
    assert.ok(!page.includes('Step into it.'));
    assert.match(page, /One more/);
    assert.match(page, /````\n```\n````/);
    assert.match(page, /## Checked: 0 of 2/);
    assert.match(page, /Look again\./);
    assert.match(page, / {2}````\n {2}a0 is ``` 5/);
  });
});
