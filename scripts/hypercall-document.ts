import { markdownTable } from '../simulator/explain/markdown-table';
import { hypercallList } from '../simulator/hypercalls/table';
import { withTables } from './document-tables';

/** The document about the hypervisor's interface, whose tables come from its table. */
export const hypercallDocument = 'docs/hypercalls.md';

export const hypercallDocumentText = (): string =>
  withTables(hypercallDocument, { calls: callTable, operations: operationTable });

function callTable(): string {
  const rows = hypercallList.map(({ number, name, text, arguments: given }) => [
    `${number}`,
    `\`${name}\``,
    given.map((argument) => `\`${argument.name}\`: ${argument.text}`).join('; '),
    text,
  ]);
  return markdownTable([['a6', 'call', 'a0 up', 'meaning'], ...rows]);
}

function operationTable(): string {
  const rows = hypercallList.flatMap(({ name, operations = [] }) =>
    operations.map((operation) => [`\`${name}\``, `${operation.number}`, `\`${operation.name}\``, operation.text]),
  );
  return markdownTable([['call', '`op`', 'operation', 'meaning'], ...rows]);
}
