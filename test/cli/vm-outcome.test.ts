import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { statusOfVms, type VmStop } from '../../extension/cli/hosts/vm-outcome';
import { type VmReport, vmReports } from '../../extension/cli/hosts/vm-report';

const done: VmStop = { reason: 'power-off', code: 0 };
const failed: VmStop = { reason: 'power-off', code: 3 };

describe('the exit status of several virtual machines', () => {
  const cases: [title: string, stops: VmStop[], status: number][] = [
    ['all powered off', [done, done], 0],
    ['one failed', [done, failed], 1],
    ['one was killed', [{ reason: 'killed', kind: 'destroyed' }, done], 1],
    ['one waits for ever', [done, { reason: 'waiting-forever' }], 1],
    ['one traps for ever', [done, { reason: 'trap-loop' }], 1],
    ['one was not done at the limit', [done, { reason: 'limit' }], 3],
    ['one was not done in time', [{ reason: 'timeout' }, done], 3],
    ['one failed before the limit of another', [{ reason: 'limit' }, failed, done], 1],
  ];
  for (const [title, stops, status] of cases)
    it(`is ${status} where ${title}`, () => {
      assert.equal(statusOfVms(stops), status);
      assert.equal(statusOfVms([...stops].reverse()), status);
    });
});

describe('the report of several virtual machines', () => {
  it('has each by its name', () => {
    const report: VmReport = {
      stopReason: 'power-off',
      restarts: 0,
      instructions: 1,
      exits: { sbi: 1 },
      cycles: 2,
      running: 3,
      ready: 4,
      waiting: 5,
      stolen: 6,
      switches: 7,
      memory: 8,
      memoryTarget: 9,
      memoryHistory: [{ at: 1, what: 'gave', bytes: 4096, has: 8192 }],
    };
    const text = JSON.stringify(
      vmReports([
        ['b', report],
        ['__proto__', report],
      ]),
    );
    assert.deepEqual(text, `{"b":${JSON.stringify(report)},"__proto__":${JSON.stringify(report)}}`);
  });
});
