import assert from 'node:assert/strict';
import { findPattern } from '../../extension/cli/test/find-pattern';
import { checkLab, type LabResult, readLab } from '../../simulator/labs/index';
import { memoryFiles } from './memory-files';

const OFF = '        .globl _start\n_start: li a7, 8\n        ecall\n';
const BREAKS = '        .globl _start\n_start: csrw stvec, zero\n        ebreak\n';

const expectation = {
  ...{ vm: 'other', measure: 'restarts', is: '== 3', name: 'other begins again', help: 'Look at other.' },
  also: [
    { vm: 'one', measure: 'code', is: '== 0', help: 'Look at one.' },
    { vm: 'one', measure: 'restarts', is: '== 0', help: 'Why was one started again?' },
  ],
};

async function check(vms: object, more: object = {}): Promise<LabResult['tasks'][number]> {
  const { lab, problems } = readLab(
    JSON.stringify({
      ...{ title: 'A lab', summary: 'For tests.', minutes: 1, lecture: { deck: 'Tests', slide: 'One' } },
      tasks: [
        {
          id: 'task',
          title: 'Task',
          text: 'Do it.',
          host: { file: 'a.hyperstep.json', expect: [expectation], ...more },
        },
      ],
    }),
  );
  assert.deepEqual(problems, []);
  assert.ok(lab);
  const scenario = JSON.stringify({ version: 1, defaults: { vm: { memory: '6M' } }, hosts: { host: { vms } } });
  const { tasks } = await checkLab({
    lab,
    answers: { lab: 'a-lab', answers: {}, hints: {} },
    files: memoryFiles({ 'a.hyperstep.json': scenario, 'off.s': OFF, 'breaks.s': BREAKS }, {}),
    find: findPattern,
  });
  const [task] = tasks;
  assert.ok(task);
  return task;
}

const one = { program: 'off.s' };
const other = { program: 'breaks.s', onCrash: 'restart' };

describe('a scenario that is checked', () => {
  it('has the points of what is so, with all that has to be so beside it', async () => {
    const { points, parts } = await check({ one, other });
    assert.deepEqual([points, parts[0]?.help], [1, undefined]);
  });

  const lost: readonly [what: string, vms: object, help: string, details: readonly string[]][] = [
    ['what is expected', { one, other: one }, 'Look at other.', ['other: restarts is 0']],
    ['what has to be so beside it', { one: other, other }, 'Look at one.', []],
  ];
  for (const [what, vms, help, details] of lost)
    it(`tells the first that is not so: ${what}`, async () => {
      const { points, parts } = await check(vms);
      assert.deepEqual([points, parts[0]?.help, parts[0]?.details], [0, help, details]);
    });

  it('must have the harts that the lab says, and no more', async () => {
    assert.equal((await check({ one, other }, { harts: 1 })).points, 1);
    const { points, problem } = await check({ one, other }, { harts: 2 });
    assert.deepEqual([points, problem], [0, 'a.hyperstep.json must have a host with 2 harts; it has 1']);
  });

  it('helps with nothing that was measured where nothing was', async () => {
    const { points, parts, problem } = await check({ one: { program: 'off.s', wait: 1 }, other });
    assert.match(problem ?? '', /a\.hyperstep\.json:1:\d+: .*"one" has no option "wait"/);
    assert.deepEqual(
      [points, parts],
      [0, [{ name: 'other begins again', points: 0, of: 1, help: undefined, details: [] }]],
    );
  });
});
