import assert from 'node:assert/strict';
import { aFlag, aNumber, aText, fieldsOf, listOf, maybe, namesTo } from '../../simulator/schema/form';

const form = fieldsOf({ name: aText, counts: listOf(aNumber), by: namesTo(aFlag), more: maybe(aText) });
const value = { name: 'a', counts: [1, 2], by: { x: true }, more: 'b' };

describe('a form', () => {
  it('is had by values that are as it says, whatever else is in them', () => {
    for (const other of [{}, { more: undefined }, { counts: [] }, { by: {} }, { extra: 3 }])
      assert.ok(form({ ...value, ...other }), JSON.stringify(other));
  });

  it('is had by no others', () => {
    for (const other of [
      { name: 3 },
      { counts: [1, '2'] },
      { counts: {} },
      { by: { x: 1 } },
      { by: [] },
      { more: null },
    ])
      assert.ok(!form({ ...value, ...other }), JSON.stringify(other));
    const { name: _, ...without } = value;
    for (const other of [without, null, undefined, [], 'a', 3]) assert.ok(!form(other), JSON.stringify(other));
  });
});
