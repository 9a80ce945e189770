import assert from 'node:assert/strict';
import {
  answersText,
  emptyAnswers,
  pointsOf,
  questionsOf,
  readAnswers,
  readLab,
  startFiles,
} from '../../simulator/labs/index';

const LAB = {
  title: 'A lab',
  summary: 'For tests.',
  minutes: 30,
  lecture: { deck: 'Tests', slide: 'One' },
  guest: { program: 'guest.s' },
  tasks: [
    {
      id: 'one',
      title: 'One',
      text: 'Answer.',
      points: 2,
      question: { where: { place: 'here' }, ask: { mode: 'guest' } },
    },
    {
      id: 'two',
      title: 'Two',
      text: 'Do.',
      tests: { file: 'a.test.json', tests: { x: { help: 'Look.' }, y: { points: 3, help: 'Look.' } } },
    },
  ],
};

/** A lab that is changed somewhere: what is wrong with it, with lines and columns from 1. */
function problemsOf(change: (lab: typeof LAB) => object): string[] {
  const { problems } = readLab(JSON.stringify(change(structuredClone(LAB)), null, 1));
  return problems.map(({ range: { start }, message }) => `${start.line + 1}:${start.column + 1}: ${message}`);
}

/** The lab with another first task. */
const withTask = (task: object) => (lab: typeof LAB) => ({ ...lab, tasks: [{ ...lab.tasks[0], ...task }] });
const asking = (ask: object) => withTask({ question: { ask } });

describe('the file of a lab', () => {
  it('says all of a lab, comments and trailing commas allowed', () => {
    const { lab, problems } = readLab(`// a lab\n${JSON.stringify(LAB).replace(/}$/, ',}')}`);
    assert.deepEqual(problems, []);
    assert.ok(lab);
    assert.equal(pointsOf(lab), 6);
    assert.deepEqual(
      lab.tasks.map(({ points, work }) => [points, work.kind]),
      [
        [2, 'question'],
        [4, 'tests'],
      ],
    );
  });

  const wrong: readonly [string, (lab: typeof LAB) => object, RegExp][] = [
    [
      'what is missing',
      ({ title: _, ...lab }) => lab,
      /^1:1: "title" must be a text that is not empty, and is missing/,
    ],
    [
      'a name that there is not',
      (lab) => ({ ...lab, minute: 3 }),
      /: the lab has nothing called "minute": is "minutes" meant\?/,
    ],
    [
      'two tasks of a name',
      (lab) => ({ ...lab, tasks: [lab.tasks[0], lab.tasks[0]] }),
      /"tasks"\[1\]: "id" is "one", as of another task/,
    ],
    [
      'a task without work',
      withTask({ question: undefined }),
      /"tasks"\[0\] must have one of "tests", "question", "predict", "host"/,
    ],
    ['a task with two', withTask({ predict: { ask: { mode: 'guest' } } }), /must have one of "tests", "question"/],
    ['two things asked', asking({ mode: 'guest', exits: 'total' }), /"ask" must have one of "expression", "mode"/],
    ['an expression that is none', asking({ expression: 'a0 +' }), /"expression" is no expression: /],
    ['one that changes something', asking({ expression: 'a0 = 1' }), /changes something, and a question only looks/],
    [
      'a choice without a right one',
      asking({ choice: [{ text: 'A' }, { text: 'B' }] }),
      /"choice" must have an entry with "right" or "holds"/,
    ],
    [
      'a place that is none',
      withTask({ question: { where: { place: ':' }, ask: { mode: 'guest' } } }),
      /"place" must be a label such as/,
    ],
    [
      'steps from nowhere',
      withTask({ question: { where: { steps: 2 }, ask: { mode: 'guest' } } }),
      /"steps" are counted from a "place"/,
    ],
    [
      'an engine that there is not',
      withTask({ question: { where: { engine: 'fast' }, ask: { mode: 'guest' } } }),
      /"engine" must be "full" or "hardware" or "para" or "none", not "fast"/,
    ],
    [
      'a near answer without one',
      withTask({ question: { ask: { mode: 'guest' }, near: [{ help: 'x' }] } }),
      /"near"\[0\] must have one of "ask" and "answer"/,
    ],
    [
      'points of tests',
      (lab) => ({ ...lab, tasks: [{ ...lab.tasks[1], points: 3 }] }),
      /"points" are those of the tests or expectations together/,
    ],
    ['no program', ({ guest: _, ...lab }) => lab, /"where" must have "program", here or in "guest" of the lab/],
    [
      'a machine that cannot be',
      (lab) => ({ ...lab, guest: { program: 'a.s', firmware: 'none', engine: 'full' } }),
      /must be \["none"\] with firmware "none"/,
    ],
    [
      'a given file that is a path out of its folder',
      (lab) => ({ ...lab, given: ['../guest.s'] }),
      /"given"\[0\] must be the path of a file in the folder "checks", not "\.\.\/guest\.s"/,
    ],
    [
      'a file that is given twice',
      (lab) => ({ ...lab, given: ['guest.s', 'guest.s'] }),
      /"given"\[1\] is "guest\.s", which is given already/,
    ],
    [
      'a path for a file of tests',
      (lab) => ({ ...lab, tasks: [{ ...lab.tasks[1], tests: { file: '../a.test.json', tests: {} } }] }),
      /"file" must be the name of a file \*\.test\.json/,
    ],
  ];
  for (const [what, change, message] of wrong)
    it(`is told where it is wrong: ${what}`, () => {
      const problems = problemsOf(change);
      assert.equal(problems.length, 1, problems.join('\n'));
      assert.match(problems[0] ?? '', message);
    });

  it('survives whatever is in it', () => {
    for (const text of [
      '',
      '{',
      '[]',
      'null',
      '{"tasks": 3}',
      '['.repeat(100_000),
      '{"a":'.repeat(1000),
      ' '.repeat(2 ** 21),
    ])
      assert.ok(readLab(text).problems.length > 0);
  });
});

describe('what a student begins with', () => {
  const started = (given: readonly string[], files: readonly string[]) => {
    const { lab } = readLab(JSON.stringify({ ...LAB, given }, null, 1));
    assert.ok(lab);
    return startFiles(lab, files);
  };

  it('is what is to be written, what the lab gives of its own files, and its text', () => {
    const { files } = started(
      ['guest.s', 'images/disk.img'],
      [
        ...['README.md', 'one.svg', 'lab.json', 'start/mine.s', 'start/.vscode/launch.json', 'checks/guest.s'],
        ...['checks/images/disk.img', 'checks/a.test.json', 'instructor/solution/mine.s', 'instructor/notes.md'],
      ],
    );
    assert.deepEqual(
      [...(files ?? [])].sort(),
      [
        ['.vscode/launch.json', 'start/.vscode/launch.json'],
        ['README.md', 'README.md'],
        ['guest.s', 'checks/guest.s'],
        ['images/disk.img', 'checks/images/disk.img'],
        ['mine.s', 'start/mine.s'],
        ['one.svg', 'one.svg'],
      ].sort(),
    );
  });

  it('is of a variant its files over the others, without the one in the place of which it stands', () => {
    const variants = { c: { title: 'In C', source: 'mine.c', replaces: 'mine.s' } };
    const { lab } = readLab(JSON.stringify({ ...LAB, variants }));
    assert.ok(lab);
    const all = ['start/mine.s', 'start/.vscode/launch.json', 'variants/c/mine.c', 'variants/c/.vscode/launch.json'];
    assert.deepEqual(
      [...(startFiles(lab, all, 'c').files ?? [])],
      [
        ['.vscode/launch.json', 'variants/c/.vscode/launch.json'],
        ['mine.c', 'variants/c/mine.c'],
      ],
    );
    assert.deepEqual(
      [...(startFiles(lab, all).files ?? [])].map(([file]) => file),
      ['mine.s', '.vscode/launch.json'],
    );
  });

  it('is refused, with the place in lab.json, where a given file is not there, or is there twice', () => {
    const problems = started(['guest.s', 'mine.s'], ['start/mine.s', 'checks/mine.s']).problems.map(
      ({ range: { start }, message }) => `${start.line + 1}:${start.column + 1}: ${message}`,
    );
    assert.equal(problems.length, 2);
    assert.match(problems[0] ?? '', /^\d+:3: "given": checks\/guest\.s is not there: /);
    assert.match(problems[1] ?? '', /^\d+:3: "given": mine\.s is in the lab’s folder "start" too/);
  });
});

describe('the file of answers', () => {
  it('is read as it was written', () => {
    const { lab } = readLab(JSON.stringify(LAB));
    assert.ok(lab);
    const answers = emptyAnswers('a-lab', Object.keys(questionsOf(lab)));
    assert.deepEqual(answers, { lab: 'a-lab', answers: { one: '' }, hints: {} });
    assert.deepEqual(readAnswers(answersText(answers), lab).answers, answers);
    // As many problems as somebody reads, of as many names as a file has room for.
    const many = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`t${index}`, '']));
    assert.equal(readAnswers(answersText({ ...answers, answers: many }), lab).problems.length, 100);
    const numbers = Object.fromEntries(Object.keys(many).map((name) => [name, {}]));
    assert.equal(readAnswers(JSON.stringify({ lab: 'a', answers: numbers }), lab).problems.length, 100);
  });

  it('may answer by a number, which is as its text', () => {
    const { answers } = readAnswers('{"lab": "a-lab", "answers": {"one": -502, "two": "0x10"}}');
    assert.deepEqual(answers?.answers, { one: '-502', two: '0x10' });
  });

  it('is told where it is wrong', () => {
    const { lab } = readLab(JSON.stringify(LAB));
    const told = (text: string) =>
      readAnswers(text, lab).problems.map(
        ({ range: { start }, message }) => `${start.line}:${start.column} ${message}`,
      );
    assert.deepEqual(told('{"answers": {}}'), ['0:0 "lab" must be the name of a lab, and is missing']);
    for (const answer of ['3.5', 'true', '18446744073709551615'])
      assert.match(
        told(`{"lab": "a-lab", "answers": {"one": ${answer}}}`).join('\n'),
        /^0:36 "answers": "one" must be a text of at most 1000 characters, or a whole number of at most 53 bits, not \w/,
      );
    assert.deepEqual(told('{"lab": "a-lab", "answers": {"on": "3"}}'), [
      '0:29 "answers" has "on", and the lab has no such task; there are one, two',
    ]);
    assert.match(told('{"lab": "../x"}')[0] ?? '', /must be the name of a lab/);
    assert.match(told('{')[0] ?? '', /not valid JSON/);
  });
});
