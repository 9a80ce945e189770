import { readFileSync } from 'node:fs';
import type { TSchema } from '@sinclair/typebox';
import { markdownTable } from '../simulator/explain/markdown-table';
import { expectedOf } from '../simulator/schema/expected';
import { wordsOf } from '../simulator/schema/schema';

type Options = Readonly<Record<string, TSchema>>;

/** A document with its tables as they are now; all else in it is written by hand. @param tables by their names in it */
export function withTables(document: string, tables: Readonly<Record<string, () => string>>): string {
  return readFileSync(document, 'utf8').replaceAll(
    /(<!-- table: ([a-z ]+) -->\n)[\s\S]*?(<!-- end -->)/g,
    (whole, begin: string, name: string, end: string) => {
      const table = tables[name];
      return table ? `${begin}${table()}\n${end}` : whole;
    },
  );
}

/** A table of options: what each may be, what it is when nothing is said, and what it means. */
export function keyTable(options: Options): string {
  const rows = Object.entries(options).map(([name, schema]) => {
    const { description = '' } = schema;
    const fallback: unknown = schema['default'];
    const otherwise = fallback === undefined ? '' : `\`${JSON.stringify(fallback)}\``;
    return [`\`${name}\``, codeOf(expectedOf(schema)), otherwise, [description, ...wordsOfChoice(schema)].join(' ')];
  });
  return markdownTable([['key', 'value', 'default', 'meaning'], ...rows]);
}

/** What the words of a choice mean, where it says that. */
function wordsOfChoice(schema: TSchema): string[] {
  return (wordsOf(schema) ?? []).flatMap(({ const: word, description }) =>
    description === undefined ? [] : [`\`${word}\`: ${description}`],
  );
}

/** What is to be written as it stands there: words in double quotes, objects. */
export function codeOf(expected: string): string {
  return expected.replaceAll(/\{[^}]*\}|"[^"]*"/g, (word) => `\`${word}\``);
}
