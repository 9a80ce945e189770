import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { TSchema } from '@sinclair/typebox';
import { describe, it } from 'mocha';
import { launchOptions } from '../../debug-adapter/launch/launch';
import { commandTable } from '../../extension/cli/option-table';
import { saidAsForRun, usageOf } from '../../extension/cli/usage';
import { settingTable } from '../../extension/language-server/setting-table';
import { hartOptionSchema } from '../../simulator/core/hart/options';
import { expectOptions, fileOptions, memorySchema, testOptions } from '../../simulator/guest-tests/test-options';
import { answersOptions } from '../../simulator/labs/answers';
import {
  askOptions,
  labOptions,
  momentOptions,
  scenarioTaskOptions,
  taskOptions,
} from '../../simulator/labs/lab-options';
import { linkOptions } from '../../simulator/linker/options';
import { projectSchema } from '../../simulator/project';
import { hostOptions, schedulerOptions } from '../../simulator/scenario/host-options';
import { scenarioOptions } from '../../simulator/scenario/scenario-schema';
import { vmOptions } from '../../simulator/scenario/vm-options';
import { problemsOf } from '../../simulator/schema/problems';
import { commandLineDefaults, machineOptions } from '../../simulator/system/machine-options';

const described: [name: string, options: Readonly<Record<string, TSchema>>][] = [
  ['launch attributes', launchOptions],
  ['settings', settingTable],
  ['options of a hart', hartOptionSchema.properties],
  ['hyperstep.json', projectSchema.properties],
  ['scenarios', scenarioOptions],
  ['hosts', hostOptions],
  ['schedulers', schedulerOptions],
  ['virtual machines', vmOptions],
  ['files of tests', fileOptions],
  ['tests', testOptions],
  ['expectations', expectOptions],
  ['places of expectations', expectOptions.at.items.properties],
  ['memory of expectations', memorySchema.items.properties],
  ['labs', labOptions],
  ['tasks', taskOptions],
  ['moments', momentOptions],
  ['questions', askOptions],
  ['scenarios of labs', scenarioTaskOptions],
  ['answers', answersOptions],
];

describe('descriptions of options', () => {
  for (const [title, options] of described)
    it(`say what each means, and have defaults that are right: ${title}`, () => {
      for (const [name, schema] of Object.entries(options)) {
        assert.ok(schema.description, name);
        if (schema['default'] !== undefined) assert.deepEqual(problemsOf(schema, schema['default']), [], name);
      }
    });
});

const commands = Object.keys(commandTable) as (keyof typeof commandTable)[];
const ownOptions = commands.flatMap((command) => Object.keys(commandTable[command]));

describe('help', () => {
  for (const command of commands)
    it(`of ${command} has lines that fit, and its options`, () => {
      const text = usageOf(command);
      for (const line of text.split('\n')) assert.ok(line.length <= 130, line);
      const names = Object.keys(commandTable[command]);
      const isSaid = (name: string): boolean => !saidAsForRun.has(command) || !Object.hasOwn(commandTable.run, name);
      for (const name of names.filter(isSaid)) assert.match(text, new RegExp(`^  (-\\w, )?--${name}( |$)`, 'm'));
    });
});

describe('README', () => {
  const text = readFileSync('README.md', 'utf8');

  it('has a table of launch attributes that there are', () => {
    const table = text.slice(text.indexOf('| attribute | |'), text.indexOf('| `virtualization` | the guest'));
    const rows = table.split('\n').slice(2);
    const names = rows.flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => name));
    assert.ok(names.length > 20);
    for (const name of names) assert.ok(name !== undefined && Object.hasOwn(launchOptions, name), name);
  });

  it('says their defaults', () => {
    assert.ok(text.includes(`| \`${machineOptions.virtualization.default}\` (F5's default) |`));
    assert.ok(text.includes(`| \`${commandLineDefaults.virtualization}\` (the command line's default) |`));
    assert.ok(text.includes(`of the device tree's \`rng-seed\`; default ${machineOptions.seed.default} |`));
  });

  it('names options of the command line that there are', () => {
    const known = new Set([...ownOptions, ...linkOptions.flatMap(({ names }) => names.map((name) => name.slice(2)))]);
    const commandLine = text.slice(text.indexOf('## Command line'), text.indexOf('## Work on it'));
    const named = [...commandLine.matchAll(/(?<![\w-])--([a-z][a-z-]+)/g)].map(([, name = '']) => name);
    assert.ok(named.length > 10);
    for (const name of named) assert.ok(known.has(name), name);
  });
});
