import assert from 'node:assert/strict';
import { compare } from '../../simulator/labs/answer';
import { causeTruth } from '../../simulator/labs/truth';

const symbols = { named: () => undefined };
const INTERRUPT = 1n << 63n;

describe('the cause of a trap, as an answer', () => {
  it('is of an interrupt its name, or its number with or without bit 63', () => {
    const truth = causeTruth(INTERRUPT | 5n);
    for (const answer of ['5', '0x5', '0x8000000000000005', '(1 << 63) | 5', 'supervisor timer interrupt'])
      assert.equal(compare(answer, truth, symbols), 'right', answer);
    for (const answer of ['9', '0x8000000000000009', 'load access fault'])
      assert.equal(compare(answer, truth, symbols), 'wrong', answer);
  });

  it('is of an exception not that of an interrupt', () => {
    const truth = causeTruth(5n);
    assert.equal(compare('5', truth, symbols), 'right');
    assert.equal(compare('0x8000000000000005', truth, symbols), 'wrong');
  });
});
