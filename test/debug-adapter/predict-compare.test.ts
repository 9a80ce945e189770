import assert from 'node:assert/strict';
import { compare, type Meant, type Outcome } from '../../debug-adapter/predict/compare';

const words = {
  addressInWords: (address: bigint) => `0x${address.toString(16)}`,
  causeInWords: (id: string) => id.replaceAll('-', ' '),
};

const trapped: Outcome = {
  pc: 0x8020_0100n,
  mode: 'S',
  cause: 'store-page-fault',
  handler: 'vmm-guest',
  leaf: 'absent',
};
const plain: Outcome = { pc: 0xffff_ffff_8000_0004n, mode: 'S', cause: 'none', handler: undefined, leaf: 'ad' };

/** What somebody meant, what came, and what is told: question, predicted, came, and whether that is right. */
const cases: readonly [string, Meant, Outcome, readonly string[]][] = [
  ['nothing predicted', {}, trapped, []],
  ['the right address', { pc: 0x8020_0100n }, trapped, ['pc: 0x80200100, 0x80200100, right']],
  ['another address', { pc: 0x8020_0004n }, trapped, ['pc: 0x80200004, 0x80200100, wrong']],
  ['an address as a negative number', { pc: -0x7fff_fffcn }, plain, ['pc: 0x-7ffffffc, 0xffffffff80000004, right']],
  ['the mode', { mode: 'U' }, trapped, ['mode: U-mode, S-mode, wrong']],
  ['a trap that comes', { cause: 'store-page-fault' }, trapped, ['cause: store page fault, store page fault, right']],
  ['no trap, and one comes', { cause: 'none' }, trapped, ['cause: no trap, store page fault, wrong']],
  [
    'a trap that does not come, with its handler: one mistake',
    { cause: 'load-page-fault', handler: 'guest' },
    plain,
    ['cause: load page fault, no trap, wrong'],
  ],
  [
    'who handles it',
    { cause: 'load-page-fault', handler: 'vmm-guest' },
    trapped,
    [
      'cause: load page fault, store page fault, wrong',
      'handler: the VMM, which hands it on to the guest’s own handler, the VMM, which hands it on to the guest’s own handler, right',
    ],
  ],
  ['an interrupt', { cause: 'interrupt' }, plain, ['cause: an interrupt comes first, no trap, wrong']],
  ['the leaf', { leaf: 'a' }, plain, ['leaf: A is set, D is not, A and D are set, wrong']],
  ['what is no choice', { leaf: '__proto__' }, plain, ['leaf: __proto__, A and D are set, wrong']],
  ['a leaf where nothing was accessed', { leaf: 'a' }, { ...plain, leaf: undefined }, []],
];

describe('A prediction and what came', () => {
  for (const [name, meant, came, told] of cases)
    it(`are compared: ${name}`, () => {
      const answers = compare(meant, came, words).map(
        ({ id, predicted, came: actual, isRight }) => `${id}: ${predicted}, ${actual}, ${isRight ? 'right' : 'wrong'}`,
      );
      assert.deepEqual(answers, told);
    });
});
