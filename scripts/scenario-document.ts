import { readFileSync } from 'node:fs';
import type { TSchema } from '@sinclair/typebox';
import { hostOptions, hostSchema, schedulerOptions } from '../simulator/scenario/host-options';
import { notBuilt } from '../simulator/scenario/not-built';
import { scenarioOptions } from '../simulator/scenario/scenario-schema';
import { vmOptions, vmSchema } from '../simulator/scenario/vm-options';
import { expectedOf } from '../simulator/schema/expected';
import { wordsOf } from '../simulator/schema/schema';

/** The document about scenarios, whose tables come from their description. */
export const scenarioDocument = 'docs/scenarios.md';

type Options = Readonly<Record<string, TSchema>>;

const tables: Readonly<Record<string, () => string>> = {
  scenario: () => keyTable(scenarioOptions),
  host: () => keyTable({ ...hostOptions, vms: hostSchema.properties.vms }),
  scheduler: () => keyTable(schedulerOptions),
  vm: () => keyTable(vmOptions),
  disk: () => keyTable(vmSchema.properties.disks.items.properties),
  'not built': notBuiltTable,
};

/** The document with its tables as they are now; all else in it is written by hand. */
export function scenarioDocumentText(): string {
  return readFileSync(scenarioDocument, 'utf8').replaceAll(
    /(<!-- table: ([a-z ]+) -->\n)[\s\S]*?(<!-- end -->)/g,
    (whole, begin: string, name: string, end: string) => {
      const table = tables[name];
      return table ? `${begin}${table()}\n${end}` : whole;
    },
  );
}

function keyTable(options: Options): string {
  const rows = Object.entries(options).map(([name, schema]) => {
    const { description = '' } = schema;
    const fallback: unknown = schema['default'];
    const otherwise = fallback === undefined ? '' : `\`${JSON.stringify(fallback)}\``;
    return [`\`${name}\``, code(expectedOf(schema)), otherwise, [description, ...wordsOfChoice(schema)].join(' ')];
  });
  return markdown([['key', 'value', 'default', 'meaning'], ...rows]);
}

/** What the words of a choice mean, where it says that. */
function wordsOfChoice(schema: TSchema): string[] {
  return (wordsOf(schema) ?? []).flatMap(({ const: word, description }) =>
    description === undefined ? [] : [`\`${word}\`: ${description}`],
  );
}

function notBuiltTable(): string {
  const row = (where: string, words: readonly string[]): string[] => [
    where,
    words.map((word) => `\`${word}\``).join(', '),
  ];
  return markdown([
    ['where', 'what'],
    row('a scenario', notBuilt.scenario),
    row('a host', notBuilt.host),
    row('a virtual machine', notBuilt.vm),
    row('`engine`', notBuilt.engines),
    row('`model`', notBuilt.models),
    row('`write` of a disk', notBuilt.writes),
    row('`backend` of a disk', notBuilt.backends),
  ]);
}

/** What is to be written as it stands there: words in double quotes, objects. */
function code(expected: string): string {
  return expected.replaceAll(/\{[^}]*\}|"[^"]*"/g, (word) => `\`${word}\``);
}

function markdown([head = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---|').join('')}`, ...rows.map(line)].join('\n');
}
