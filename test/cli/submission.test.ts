import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { census } from '../../extension/cli/lab/submission';

describe('the census of a submission', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'hyperstep-census-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('tells of links, and follows none', () => {
    writeFileSync(path.join(folder, 'handler.S'), 'nop\n');
    symlinkSync('/', path.join(folder, 'all'));
    assert.deepEqual(census(folder), { refused: undefined, notes: ['all is a symbolic link, and not read'] });
  });

  it('refuses what nobody may look into, whatever that is', () => {
    const gone = path.join(folder, 'gone');
    assert.deepEqual(census(gone), { refused: 'its folder may not be read', notes: [] });
  });
});
