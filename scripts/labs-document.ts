import {
  askOptions,
  hostCheckOptions,
  hostOptions,
  labOptions,
  momentOptions,
  questionOptions,
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
  moment: () => keyTable(momentOptions),
  host: () => keyTable(hostOptions),
  expectation: () => keyTable(hostCheckOptions),
};

export const labsDocumentText = (): string => withTables(labsDocument, tables);
