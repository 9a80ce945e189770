import assert from 'node:assert/strict';
import { findPattern } from '../../extension/cli/test/find-pattern';
import { checkLab, type Lab, type LabResult, readLab } from '../../simulator/labs/index';
import { memoryFiles } from './memory-files';

/** A guest with a trap of its own, paging over its first gigabyte, and a place before each. */
const GUEST = `
        .globl  _start
_start: la      t0, handler
        csrw    stvec, t0
        la      t1, table
        srli    t1, t1, 12
        li      t2, 8 << 60
        or      t1, t1, t2
turn_on:
        csrw    satp, t1
        sfence.vma
        lw      t3, value
        li      t3, 0xc0200000
        lw      t3, 0(t3)
traps:  ecall
        .word   0
back:   li      a0, 42
done:   li      a7, 8
        ecall
        .balign 4
handler:
        csrr    t4, sepc
        addi    t4, t4, 4
        csrw    sepc, t4
        sret
        .data
value:  .word   7
        .balign 4096
table:  .dword  0, 0
        .dword  (0x80000 << 10) | 0xcf, (0x80000 << 10) | 0xef
        .zero   4096 - 32
`;

const CHECKS = {
  'guest.test.json': JSON.stringify({
    program: 'guest.s',
    tests: {
      'returns 42': { expect: { at: [{ place: 'done', state: 'a0 == 42' }] } },
      'says nothing': { expect: { console: '' } },
      'makes few exits': { engines: ['full'], expect: { exits: { total: '< 3' } } },
    },
  }),
};

function labOf(tasks: readonly object[]): Lab {
  const text = JSON.stringify({
    title: 'A lab',
    summary: 'For tests.',
    minutes: 1,
    lecture: { deck: 'Tests', slide: 'One' },
    guest: { program: 'guest.s', limit: 100_000 },
    tasks: tasks.map((task, index) => ({ id: `task-${index}`, title: `Task ${index}`, text: 'Do it.', ...task })),
  });
  const { lab, problems } = readLab(text);
  assert.deepEqual(problems, []);
  assert.ok(lab);
  return lab;
}

function check(
  lab: Lab,
  answers: Record<string, string>,
  source = GUEST,
  instructor?: Record<string, string>,
  checks: Record<string, string> = CHECKS,
) {
  return checkLab({
    lab,
    answers: { lab: 'a-lab', answers, hints: {} },
    files: memoryFiles({ 'guest.s': source }, checks, instructor),
    find: findPattern,
  });
}

const partsOf = ({ tasks }: LabResult) => tasks.flatMap(({ parts }) => parts);

/** A question, answers that are right, and one that is wrong. */
type Case = readonly [what: string, question: object, right: readonly string[], wrong: string];

const cases: readonly Case[] = [
  [
    'an expression',
    { where: { place: 'done' }, ask: { expression: 'a0' } },
    ['42', '0x2a', ' 0b101010 ', '40 + 2'],
    '43',
  ],
  ['memory', { where: { place: 'done' }, ask: { expression: '*(int *)value' } }, ['7'], '8'],
  [
    'an address by its label',
    { where: { place: 'done' }, ask: { expression: 'stvec' } },
    ['handler', 'handler + 4 - 4'],
    'done',
  ],
  ['the mode', { where: { place: 'done' }, ask: { mode: 'guest' } }, ['S', 'HS-mode', 'hs'], 'M'],
  ['the mode of the hart under full', { where: { place: 'done', engine: 'full' }, ask: { mode: 'hart' } }, ['U'], 'S'],
  [
    'the mode of the hart under hardware',
    { where: { place: 'done', engine: 'hardware' }, ask: { mode: 'hart' } },
    ['VS'],
    'S',
  ],
  [
    'a cause',
    { where: { place: 'handler' }, ask: { trap: 'cause' } },
    ['2', 'Illegal instruction', 'illegal-instruction'],
    'Breakpoint',
  ],
  [
    'a cause as the register of causes has it',
    { where: { place: 'handler' }, ask: { expression: 'scause' } },
    ['2', '0x2', 'Illegal instruction'],
    'Breakpoint',
  ],
  [
    'who handled it under full',
    { where: { place: 'handler', engine: 'full' }, ask: { trap: 'by' } },
    ['both'],
    'guest',
  ],
  [
    'who handled it under hardware',
    { where: { place: 'handler', engine: 'hardware' }, ask: { trap: 'by' } },
    ['guest'],
    'both',
  ],
  ['who handled an exit', { where: { place: 'turn_on', engine: 'full' }, ask: { trap: 'by' } }, ['vmm'], 'guest'],
  [
    'where an address leads',
    { where: { place: 'traps' }, ask: { translation: { address: 'value', of: 'gpa' } } },
    ['value'],
    '0',
  ],
  [
    'the bits of its page',
    { where: { place: 'traps', engine: 'full' }, ask: { translation: { address: 'value', of: 'bits' } } },
    ['rwxad', 'A D R W X', 'V, R, W, X, A, D'],
    'rwxuad',
  ],
  [
    'the bits of its shadow entry',
    { where: { place: 'traps', engine: 'full' }, ask: { translation: { address: 'value', of: 'shadow' } } },
    ['rwxuad'],
    'rwxad',
  ],
  [
    'the bits of a shadow entry that one pager makes otherwise',
    {
      where: { place: 'traps', engine: 'full', pager: 'three' },
      ask: { translation: { address: '0xc0200000', of: 'shadow' } },
    },
    ['rwxugad'],
    'rwxuad',
  ],
  [
    'a fault',
    { where: { place: 'traps' }, ask: { translation: { address: '0x1000', of: 'fault' } } },
    ['13', 'load page fault'],
    'none',
  ],
  [
    'that there is no fault',
    { where: { place: 'traps' }, ask: { translation: { address: 'value', of: 'fault' } } },
    ['none'],
    '13',
  ],
  [
    'the fault of user mode',
    { where: { place: 'traps' }, ask: { translation: { address: 'value', of: 'fault', access: 'write', by: 'u' } } },
    ['store/AMO page fault'],
    'none',
  ],
  ['exits', { where: { place: 'traps', engine: 'none' }, ask: { exits: 'total' } }, ['0'], '1'],
  ['entries of the TLB', { where: { place: 'traps' }, ask: { tlb: 'value' } }, ['1'], '2'],
  [
    'a choice',
    {
      where: { place: 'done' },
      ask: {
        choice: [
          { text: 'It is less.', holds: 'a0 < 42' },
          { text: 'It is just that.', holds: 'a0 == 42' },
        ],
      },
    },
    ['b', 'B)', 'it is just that'],
    'a',
  ],
  ['the end', { where: {}, ask: { expression: 'a0' } }, ['42'], '0'],
];

describe('a lab', () => {
  for (const [what, question, right, wrong] of cases)
    it(`knows the answer itself: ${what}`, async () => {
      const lab = labOf([{ question, points: 2 }]);
      for (const answer of right) {
        const { points, tasks } = await check(lab, { 'task-0': answer });
        assert.equal(points, 2, `${answer}: ${JSON.stringify(tasks)}`);
      }
      const refused = await check(lab, { 'task-0': wrong });
      assert.deepEqual(
        [refused.points, refused.tasks[0]?.tried, refused.tasks[0]?.problem],
        [0, true, undefined],
        wrong,
      );
    });

  it('asks before a step what it will do: the trap is taken, the handler begins', async () => {
    const where = { place: 'back-4' };
    const lab = labOf([
      { predict: { where, ask: { expression: 'pc' } } },
      { predict: { where: { ...where, steps: 2 }, ask: { expression: 'pc' } } },
      { predict: { where: { ...where, steps: 4 }, ask: { expression: 'pc' } } },
      { predict: { where: { place: 'turn_on', engine: 'full' }, ask: { expression: 'pc' } } },
    ]);
    const answers = { 'task-0': 'handler', 'task-1': 'handler + 4', 'task-2': 'handler + 10', 'task-3': 'turn_on + 4' };
    const { points, tasks } = await check(lab, answers);
    assert.equal(points, 4, JSON.stringify(tasks));
  });

  it('helps by what was misunderstood, and says nothing of an answer that is not there', async () => {
    const near = [
      { ask: { expression: 'a7' }, help: 'That is the number of the call.' },
      { answer: '0x2b', help: 'One too many.' },
    ];
    const lab = labOf([
      { question: { where: { place: 'done' }, ask: { expression: 'a0' }, near }, help: 'Look at a0.' },
    ]);
    const helpOf = async (answer: string) => partsOf(await check(lab, { 'task-0': answer }))[0]?.help;
    assert.equal(await helpOf('0'), 'That is the number of the call.');
    assert.equal(await helpOf('43'), 'One too many.');
    assert.equal(await helpOf('7'), 'Look at a0.');
    assert.equal(
      await helpOf('a0'),
      "The answer is a number such as 16 or 0x10, or a label of the program with an offset: 'a0' is none.",
    );
    assert.equal(await helpOf('42'), undefined);
    const untried = await check(lab, {});
    assert.deepEqual([untried.points, untried.tasks[0]?.tried], [0, false]);
  });

  it('counts tests that pass, with what helps for those that do not', async () => {
    const tests = {
      'returns 42': { points: 3, help: 'Look at a0 where it is done.' },
      'says nothing': { help: 'It prints.' },
      'makes few exits': { help: 'Look at what exits.' },
    };
    const result = await check(labOf([{ tests: { file: 'guest.test.json', tests } }]), {}, GUEST.replace('42', '41'));
    assert.deepEqual(result.faults, []);
    assert.deepEqual([result.points, result.of], [1, 5]);
    const [first, second, third] = partsOf(result);
    assert.equal(first?.help, 'Look at a0 where it is done.');
    assert.match(
      first?.details.join('\n') ?? '',
      /^\[none\] a0 == 42 does not hold at done \(guest\.s:\d+\): a0 is 41/,
    );
    assert.equal(second?.points, 1);
    assert.match(third?.details.join('\n') ?? '', /all exits: /);
  });

  it('wants of some tests that others pass too, so that who always says the same has nothing', async () => {
    const also = { 'says nothing': 'It prints.' };
    const lab = labOf([{ tests: { file: 'guest.test.json', tests: { 'returns 42': { help: 'Look at a0.', also } } } }]);
    assert.equal((await check(lab, {})).points, 1);
    const prints = GUEST.replace('back:   li', 'back:   li a0, 65\n        li a7, 1\n        ecall\n        li');
    const [part] = partsOf(await check(lab, {}, prints));
    assert.deepEqual([part?.points, part?.of, part?.help, part?.details[0]], [0, 1, 'It prints.', 'says nothing:']);
    const [own] = partsOf(await check(lab, {}, prints.replace('42', '41')));
    assert.equal(own?.help, 'Look at a0.');
    const none = labOf([
      { tests: { file: 'guest.test.json', tests: { 'returns 42': { help: 'x', also: { no: 'y' } } } } },
    ]);
    assert.deepEqual((await check(none, {})).faults, ['checks/guest.test.json: there is no test "no"']);
  });

  it('tells errors of a program, and reads nothing outside', async () => {
    const tests = { 'returns 42': { help: 'Look.' } };
    const lab = labOf([
      { tests: { file: 'guest.test.json', tests } },
      { question: { where: { place: 'done' }, ask: { expression: 'a0' } } },
    ]);
    const outside = await check(lab, { 'task-1': '1' }, `${GUEST}\n.include "/etc/passwd"\n.include "../secret.s"\n`);
    assert.equal(outside.points, 0);
    const told = outside.tasks[0]?.problem ?? '';
    assert.match(told, /guest\.s:\d+:\d+: error: .*\/etc\/passwd.* is outside the folder of the lab/);
    assert.match(told, /secret\.s.* is outside the folder of the lab/);
    assert.match(outside.tasks[1]?.problem ?? '', /is outside the folder of the lab/);
  });

  it('tells what keeps tests from being tried once, and nothing that would help with something else', async () => {
    const tests = { 'returns 42': { help: 'Look.' }, 'says nothing': { help: 'It prints.' } };
    const { points, of, tasks } = await check(
      labOf([{ tests: { file: 'guest.test.json', tests } }]),
      {},
      `${GUEST}\nli a0`,
    );
    assert.deepEqual([points, of], [0, 2]);
    assert.match(tasks[0]?.problem ?? '', /^guest\.s:\d+:\d+: error: [^\n]*$/);
    assert.deepEqual(
      tasks[0]?.parts.map(({ help, details }) => [help, details]),
      [
        [undefined, []],
        [undefined, []],
      ],
    );
  });

  it('tells of a guest that goes on that it does, and of all that came', async () => {
    const further = (expect: object) => ({
      'guest.test.json': JSON.stringify({
        program: 'guest.s',
        tests: { it: { engines: ['none'], limit: 10_000, expect } },
      }),
    });
    const lab = labOf([{ tests: { file: 'guest.test.json', tests: { it: { help: 'Look at a0.' } } } }]);
    const source = GUEST.replace('ecall\n        .balign', 'j done\n        .balign');
    const partFor = async (expect: object) => partsOf(await check(lab, {}, source, undefined, further(expect)))[0];
    const at = [{ place: 'done', state: 'a0 == 42' }];
    assert.equal((await partFor({ exit: 'any', at }))?.points, 1);
    assert.equal((await partFor({ at }))?.help, 'The guest does not end: see where it stands.');
    const more = await partFor({ at: [{ place: 'done', state: 'a0 == 43' }] });
    assert.equal(more?.help, 'The guest does not end: see where it stands. Look at a0.');
    const many = await partFor({
      exit: 'any',
      console: { contains: Array.from({ length: 9 }, (_, n) => `line ${n}`) },
    });
    assert.equal(many?.details.length, 21);
    assert.equal(many?.details.at(-1), '... and 7 lines more');
  });

  it('says of a guest that does not come there what it does instead', async () => {
    const lab = labOf([{ question: { where: { place: 'done', arrival: 2 }, ask: { expression: 'a0' } } }]);
    const ends = await check(lab, { 'task-0': '1' });
    assert.match(ends.tasks[0]?.problem ?? '', /does not come to done for the 2nd time: its run ends \(power-off\)/);
    const loops = await check(lab, { 'task-0': '1' }, GUEST.replace('done:', 'stay: j stay\ndone:'));
    assert.match(loops.tasks[0]?.problem ?? '', /it still runs after 100000 instructions, at stay/);
    const lacks = await check(lab, { 'task-0': '1' }, GUEST.replace('done:', 'other:'));
    assert.match(lacks.tasks[0]?.problem ?? '', /nothing is called 'done'/);
  });

  it('has further checks of its instructor, each a point', async () => {
    const lab = labOf([{ question: { where: { place: 'done' }, ask: { expression: 'a0' } } }]);
    const further = {
      'more.test.json': JSON.stringify({
        program: 'guest.s',
        tests: { ends: {}, loops: { expect: { exit: 'limit' } } },
      }),
    };
    const { points, of, tasks } = await check(lab, {}, GUEST, further);
    assert.deepEqual([points, of], [1, 3]);
    assert.equal(tasks[1]?.title, 'Further checks: more.test.json');
  });

  it('says what is wrong with the lab itself', async () => {
    const lab = labOf([
      { tests: { file: 'guest.test.json', tests: { 'no such test': { help: 'Look.' } } } },
      { tests: { file: 'no.test.json', tests: { a: { help: 'Look.' } } } },
    ]);
    const { faults, points } = await check(lab, {});
    assert.equal(points, 0);
    assert.deepEqual(faults, [
      'checks/guest.test.json: there is no test "no such test"',
      'checks/no.test.json is not there',
    ]);
  });
});
