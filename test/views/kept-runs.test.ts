import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { RunCost } from '../../debug-adapter/protocol';
import { KeptRuns } from '../../extension/views/kept-runs';

const cost = (instructions: number): RunCost => {
  return { program: 'kernel.S', engine: 'full', instructions, nanoseconds: instructions, cycles: instructions };
};
const summary = (instructions: number) => ({ how: 'The guest powered off.', isFailure: false, ...cost(instructions) });
const one = { id: 'a', name: 'first' };
const two = { id: 'b', name: 'second' };

describe('the run that another is compared with', () => {
  it('is the last one that has ended, and never the one that is looked at', () => {
    const runs = new KeptRuns();
    assert.equal(runs.beside('a'), undefined);
    runs.ended(one, summary(1));
    assert.equal(runs.beside('a'), undefined);
    const first = { session: 'a', name: 'first', when: 'The guest powered off.', isKept: false, cost: cost(1) };
    assert.deepEqual(runs.beside('b'), first);
    runs.ended(two, summary(2));
    assert.equal(runs.beside('b')?.session, 'a');
    assert.equal(runs.beside('c')?.session, 'b');
  });

  it('is the one that the user keeps, until another one or none is kept', () => {
    const runs = new KeptRuns();
    let told = 0;
    const listening = runs.listen(() => told++);
    runs.ended(one, summary(1));
    runs.keep(two, cost(5));
    assert.equal(runs.beside('c')?.cost.instructions, 5);
    assert.match(runs.beside('c')?.when ?? '', /before it was over/);
    assert.equal(runs.beside('c')?.isKept, true);
    // A later moment of the same run may be compared with it.
    assert.equal(runs.beside('b')?.cost.instructions, 5);
    runs.forget();
    assert.equal(runs.beside('c')?.session, 'a');
    assert.equal(runs.beside('c')?.isKept, false);
    assert.equal(told, 2);
    listening.dispose();
    runs.keep(one, cost(9));
    assert.equal(told, 2);
    // Of a run that is over, as it ended.
    assert.equal(runs.beside('c')?.cost.instructions, 1);
    assert.equal(runs.beside('c')?.isKept, true);
  });
});
