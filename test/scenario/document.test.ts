import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import { hostOptions, hostSchema, schedulerOptions } from '../../simulator/scenario/host-options';
import { readScenario } from '../../simulator/scenario/read-scenario';
import { scenarioOptions } from '../../simulator/scenario/scenario-schema';
import { vmOptions, vmSchema } from '../../simulator/scenario/vm-options';
import { namesOf } from '../../simulator/schema/problems';

describe('the document about scenarios', () => {
  const text = readFileSync('docs/scenarios.md', 'utf8');
  const examples = [...text.matchAll(/```jsonc\n([\s\S]*?)```/g)].map(([, example = '']) => example);

  it('has examples that are right', () => {
    assert.ok(examples.length > 3);
    for (const example of examples) assert.deepEqual(readScenario(example).problems, [], example);
  });

  it('has an example of each key', () => {
    const { disks } = vmSchema.properties;
    const tables = [scenarioOptions, hostOptions, schedulerOptions, vmOptions, disks.items.properties];
    const keys = [...tables.flatMap((table) => Object.keys(table)), ...namesOf(hostSchema)];
    // Editors know the schema by the file's name.
    for (const key of keys.filter((each) => each !== '$schema'))
      assert.ok(
        examples.some((example) => example.includes(`"${key}":`)),
        key,
      );
  });
});
