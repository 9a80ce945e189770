import { markdownTable } from '../simulator/explain/markdown-table';
import { hostOptions, hostSchema, schedulerOptions } from '../simulator/scenario/host-options';
import { notBuilt } from '../simulator/scenario/not-built';
import { scenarioOptions } from '../simulator/scenario/scenario-schema';
import { vmOptions, vmSchema } from '../simulator/scenario/vm-options';
import { keyTable, withTables } from './document-tables';

/** The document about scenarios, whose tables come from their description. */
export const scenarioDocument = 'docs/scenarios.md';

const tables: Readonly<Record<string, () => string>> = {
  scenario: () => keyTable(scenarioOptions),
  host: () => keyTable({ ...hostOptions, vms: hostSchema.properties.vms }),
  scheduler: () => keyTable(schedulerOptions),
  vm: () => keyTable(vmOptions),
  disk: () => keyTable(vmSchema.properties.disks.items.properties),
  'not built': notBuiltTable,
};

export const scenarioDocumentText = (): string => withTables(scenarioDocument, tables);

function notBuiltTable(): string {
  const row = (where: string, words: readonly string[]): string[] => [
    where,
    words.map((word) => `\`${word}\``).join(', '),
  ];
  return markdownTable([
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
