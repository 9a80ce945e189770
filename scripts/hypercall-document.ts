import { markdownTable } from '../simulator/explain/markdown-table';
import { sharedWordList } from '../simulator/hypercalls/shared-page';
import { type StartField, startPageList } from '../simulator/hypercalls/start-page';
import { hypercallList } from '../simulator/hypercalls/table';
import { withTables } from './document-tables';

/** The document about the hypervisor's interface, whose tables come from its table. */
export const hypercallDocument = 'docs/hypercalls.md';

export const hypercallDocumentText = (): string =>
  withTables(hypercallDocument, {
    calls: callTable,
    operations: operationTable,
    words: () => fieldTable(sharedWordList),
    start: () => fieldTable(startPageList),
  });

function callTable(): string {
  const rows = hypercallList.map(({ number, name, text, from, arguments: given }) => [
    `${number}`,
    `\`${name}\``,
    from === 'para' ? '`para`' : from,
    given.map((argument) => `\`${argument.name}\`: ${argument.text}`).join('; '),
    text,
  ]);
  return markdownTable([['a6', 'call', 'answered by', 'a0 up', 'meaning'], ...rows]);
}

function operationTable(): string {
  const rows = hypercallList.flatMap(({ name, operations = [] }) =>
    operations.map((operation) => [`\`${name}\``, `${operation.number}`, `\`${operation.name}\``, operation.text]),
  );
  return markdownTable([['call', '`op`', 'operation', 'meaning'], ...rows]);
}

function fieldTable(fields: readonly Pick<StartField, 'name' | 'offset' | 'text'>[]): string {
  return markdownTable([
    ['offset', 'field', 'meaning'],
    ...fields.map(({ name, offset, text }) => [`${offset}`, `\`${name}\``, text]),
  ]);
}
