import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'mocha';
import { readTests } from '../../simulator/guest-tests/index';
import { expectOptions, fileOptions, memorySchema, testOptions } from '../../simulator/guest-tests/test-options';
import { problemsOf } from './run-tests';

describe('the document about tests of guests', () => {
  const text = readFileSync('docs/guest-tests.md', 'utf8');
  const of = (language: string): string[] =>
    [...text.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, example = '']) => example);

  it('has test files that are right, with each key', () => {
    const examples = of('jsonc');
    assert.ok(examples.length > 0);
    for (const example of examples) assert.deepEqual(problemsOf('sum.test.json', example), [], example);
    const tables = [expectOptions, expectOptions.at.items.properties, { tests: fileOptions.tests, program: 0 }];
    for (const key of tables.flatMap((table) => Object.keys(table)))
      assert.ok(
        examples.some((example) => example.includes(`"${key}":`)),
        key,
      );
    for (const key of [...Object.keys(memorySchema.items.properties), ...Object.keys(testOptions)])
      assert.ok(text.includes(`\`${key}\``), key);
  });

  it('has annotations that are right', () => {
    const examples = of('asm');
    assert.ok(examples.length > 1);
    for (const example of examples) assert.deepEqual(problemsOf('sum.S', example), [], example);
    // Those of the table, each alone.
    const rows = [...text.matchAll(/^\| (`#! expect [^|]*) \|/gm)].map(([, cell = '']) => cell);
    const annotations = rows
      .flatMap((cell) => [...cell.matchAll(/`(#! expect [^`]+)`/g)])
      .map(([, annotation = '']) => annotation)
      .filter((annotation) => annotation !== '#! expect ...');
    assert.ok(annotations.length > 10);
    for (const annotation of annotations) assert.deepEqual(problemsOf('sum.S', annotation), [], annotation);
  });
});

describe('the sample of tests', () => {
  for (const name of ['factorial.S', 'greet.test.json'])
    it(`is understood: ${name}`, () => {
      const read = readTests(name, readFileSync(path.join('extension', 'sample', 'tests', name), 'utf8'));
      assert.deepEqual(read.problems, []);
      assert.ok((read.file?.tests.length ?? 0) > 1);
    });
});
