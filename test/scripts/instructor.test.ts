import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { strFromU8, unzipSync } from 'fflate';
import { instructorZip } from '../../scripts/instructor-zip';

describe("the instructors' package", () => {
  it('has the labs whole, with their solutions, and is the same each time', () => {
    const zip = instructorZip();
    const files = unzipSync(zip);
    const [lab = ''] = readdirSync('labs').sort();
    const solution = `labs/${lab}/instructor/solution/handler.S`;
    assert.equal(strFromU8(files[solution] ?? new Uint8Array()), readFileSync(solution, 'utf8'));
    const labs = new Set(Object.keys(files).map((file) => file.split('/')[1]));
    assert.deepEqual([...labs].sort(), readdirSync('labs').sort());
    assert.deepEqual(instructorZip(), zip);
  });
});
