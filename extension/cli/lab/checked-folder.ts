import type { ComparedReplay, LabResult } from '../../../simulator/labs/index';

/** What came of a student's folder: what `lab check --json` prints. */
export interface CheckedFolder {
  readonly lab: string;
  readonly title: string;
  /** What is wrong with its answers' file. */
  readonly problems: readonly string[];
  /** It is as it was started, where that was looked at. */
  readonly isUntouched?: boolean;
  /** Whether the runs come out as in the replay that is handed in, where one is. */
  readonly replay?: ComparedReplay;
  /** What is asked in each task that is answered. */
  readonly questions: Readonly<Record<string, string>>;
  readonly result: LabResult;
}
