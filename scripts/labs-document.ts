import {
  askOptions,
  labOptions,
  measuredOptions,
  momentOptions,
  questionOptions,
  scenarioTaskOptions,
  taskOptions,
  testsOptions,
} from '../simulator/labs/lab-options';
import { keyTable, withTables } from './document-tables';

/** The document about labs, whose tables come from their description. */
export const labsDocument = 'docs/labs.md';

const tables: Readonly<Record<string, () => string>> = {
  lab: () => keyTable(labOptions),
  task: () => keyTable(taskOptions),
  tests: () => keyTable(testsOptions),
  question: () => keyTable(questionOptions),
  ask: () => keyTable(askOptions),
  translation: () => keyTable(askOptions.translation.properties),
  moment: () => keyTable(momentOptions),
  host: () => keyTable(scenarioTaskOptions),
  expectation: () => keyTable(measuredOptions),
};

export const labsDocumentText = (): string => withTables(labsDocument, tables);
