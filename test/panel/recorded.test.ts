import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import { moments, record } from './moments';

const folder = 'test/panel/golden';

/** The gallery shows what was recorded: it is what the debug adapter answers today, to every page, in every moment. */
describe('what the machine panel’s gallery shows', () => {
  for (const id of Object.keys(moments)) {
    it(`${id}: is what the debug adapter answers`, async () => {
      const text = `${JSON.stringify(await record(id), null, 1)}\n`;
      const file = `${folder}/${id}.json`;
      if (process.env['UPDATE_GOLDEN'] === '1') {
        mkdirSync(folder, { recursive: true });
        writeFileSync(file, text);
      }
      assert.deepEqual(JSON.parse(text), JSON.parse(readFileSync(file, 'utf8')));
    });
  }
});
