import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { EditedTests, type TestRun } from './edited-tests';
import type { SeededFault } from './fault';
import { seededFaults } from './seeded-faults';
import type { FindingTest } from './tests';

/** The text of a fault's file with the fault in it. @throws AssertionError where the place of the edit is not to be found any more */
function seeded({ id, find, replace }: SeededFault, file: string): string {
  const text = readFileSync(file, 'utf8');
  const places = text.split(find).length - 1;
  assert.equal(places, 1, `edit the fault ${id}: its text stands ${places} times in ${file}, not once: ${find}`);
  return text.replace(find, () => replace);
}

describe('seeded faults of the VMM', () => {
  const tests = new EditedTests([...new Set(seededFaults.map(({ foundBy }) => foundBy.file))]);
  after(() => tests.close());

  const run = async ({ file, title }: FindingTest): Promise<TestRun> => {
    const result = await tests.run(file, title);
    assert.equal(
      result.titles.length,
      1,
      `${result.titles.length} tests of ${file} have this in their titles: ${title}`,
    );
    return result;
  };

  it('have names of their own', () => {
    assert.equal(new Set(seededFaults.map(({ id }) => id)).size, seededFaults.length);
  });

  it('are not found where there is none', async () => {
    await tests.build();
    const byText = new Map(seededFaults.map(({ foundBy }) => [`${foundBy.file}: ${foundBy.title}`, foundBy]));
    for (const test of byText.values()) assert.deepEqual((await run(test)).failures, []);
  }).timeout(300_000);

  for (const fault of seededFaults)
    it(`${fault.id} is found by ${fault.foundBy.file}: ${fault.foundBy.title}`, async () => {
      const file = `simulator/hypervisor/${fault.file}`;
      await tests.build(file, seeded(fault, file));
      const { failures } = await run(fault.foundBy);
      assert.ok(failures.length > 0, `${fault.mistake} Nothing has found it. ${fault.consequence}`);
      // A name that is not there is no mistake that anybody could make and not notice.
      for (const { error } of failures) assert.ok(!(error instanceof ReferenceError), error.stack);
    }).timeout(120_000);
});
