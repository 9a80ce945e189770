import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import { generatedFiles } from '../../scripts/generated';

describe('generated files', () => {
  for (const [file, text] of generatedFiles()) {
    it(`${file} is what \`npm run generate\` writes`, () => {
      assert.equal(readFileSync(file, 'utf8'), text);
    });
  }
});
