import assert from 'node:assert/strict';
import type { Predicted } from '../../debug-adapter/protocol';
import {
  addScores,
  noScore,
  predictionLines,
  predictionSentence,
  scoreOf,
} from '../../extension/debug/prediction-text';

const answers = {
  pc: { id: 'pc', predicted: 'loop (0x4)', came: 'on_trap (0x8)', isRight: false },
  mode: { id: 'mode', predicted: 'S-mode', came: 'S-mode', isRight: true },
} as const;
const step = (...given: readonly (typeof answers)[keyof typeof answers][]): Predicted => ({
  place: 'demand',
  instruction: 'sd s1, 0(s0)',
  isOver: true,
  answers: [...given],
});

describe('What came of a prediction, in words', () => {
  const cases: readonly [string, Predicted, string][] = [
    ['one right', step(answers.mode), 'Right: sd s1, 0(s0).'],
    ['all right', step(answers.mode, answers.mode), 'All 2 right: sd s1, 0(s0).'],
    [
      'what was wrong',
      step(answers.pc, answers.mode),
      '1 of 2 right: sd s1, 0(s0). pc: on_trap (0x8) (predicted: loop (0x4)).',
    ],
    ['nothing', step(), 'sd s1, 0(s0): nothing was predicted.'],
    [
      'a step that was interrupted',
      { ...step(answers.pc), isOver: false, answers: [] },
      'Something else has stopped the machine before sd s1, 0(s0) was over: nothing is compared.',
    ],
  ];
  for (const [name, predicted, sentence] of cases)
    it(`is a sentence: ${name}`, () => assert.equal(predictionSentence(predicted), sentence));

  it('is a list with the score so far', () => {
    const first = addScores(noScore, scoreOf(step(answers.mode)));
    const second = step(answers.pc, answers.mode);
    assert.deepEqual(predictionLines(second, addScores(first, scoreOf(second))), [
      'demand: sd s1, 0(s0): 1 of 2 right',
      '  wrong  pc: on_trap (0x8) (predicted: loop (0x4))',
      '  right  mode: S-mode',
      '  so far 2 of 3 right',
    ]);
  });
});
