import { markdownTable } from '../simulator/explain/markdown-table';
import { statements } from '../simulator/guest-tests/annotated-tests';
import { expectOptions, fileOptions, memorySchema, testOptions } from '../simulator/guest-tests/test-options';
import { keyTable, withTables } from './document-tables';

/** The document about tests of guests, whose tables come from their description. */
export const guestTestsDocument = 'docs/guest-tests.md';

const tables: Readonly<Record<string, () => string>> = {
  file: () => keyTable(fileOptions),
  test: () => keyTable(testOptions),
  expect: () => keyTable(expectOptions),
  arrival: () => keyTable(expectOptions.at.items.properties),
  memory: () => keyTable(memorySchema.items.properties),
  annotations: () =>
    markdownTable([
      ['annotation', 'what'],
      ...Object.entries(statements).map(([word, { form, meaning }]) => [`\`#! ${`${word} ${form}`.trim()}\``, meaning]),
    ]),
};

export const guestTestsDocumentText = (): string => withTables(guestTestsDocument, tables);
