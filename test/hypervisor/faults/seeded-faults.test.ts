import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { withFault } from '../../../scripts/broken-pagers';
import { EditedTests, type TestRun } from './edited-tests';
import { seededFaults } from './seeded-faults';

describe('seeded faults of the VMM', () => {
  const tests = new EditedTests([...new Set(seededFaults.map(({ foundBy }) => foundBy.file))]);
  after(() => tests.close());

  /** Runs the tests of a file that have these texts in their titles, each text in one. */
  const run = async (file: string, wanted: ReadonlySet<string>): Promise<TestRun> => {
    const result = await tests.run(file, [...wanted]);
    for (const text of wanted) {
      const { length } = result.titles.filter((title) => title.includes(text));
      assert.equal(length, 1, `${length} tests of ${file} have this in their titles: ${text}`);
    }
    return result;
  };

  it('have names of their own', () => {
    assert.equal(new Set(seededFaults.map(({ id }) => id)).size, seededFaults.length);
  });

  it('are not found where there is none', async () => {
    await tests.build();
    for (const file of tests.files) {
      const titles = seededFaults.filter(({ foundBy }) => foundBy.file === file).map(({ foundBy }) => foundBy.title);
      assert.deepEqual((await run(file, new Set(titles))).failures, []);
    }
  }).timeout(300_000);

  for (const fault of seededFaults)
    it(`${fault.id} is found by ${fault.foundBy.file}: ${fault.foundBy.title}`, async () => {
      const { foundBy, mistake, consequence } = fault;
      const file = `simulator/hypervisor/${fault.file}`;
      await tests.build(file, withFault(readFileSync(file, 'utf8'), fault, file));
      const { failures } = await run(foundBy.file, new Set([foundBy.title]));
      assert.ok(failures.length > 0, `${mistake} Nothing has found it. ${consequence}`);
      // A name that is not there is no mistake that anybody could make and not notice.
      for (const { error } of failures) assert.ok(!(error instanceof ReferenceError), error.stack);
    }).timeout(300_000);
});
