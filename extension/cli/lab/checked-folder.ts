import { labResult } from '../../../simulator/labs/result';
import { aFlag, aText, type Formed, fieldsOf, listOf, maybe, namesTo } from '../../../simulator/schema/form';

/** What came of a student's folder: what `lab check --json` prints, and what the editor keeps of a check. */
export type CheckedFolder = Formed<typeof checkedFolder>;
export const checkedFolder = fieldsOf({
  /** The name of the lab. */
  lab: aText,
  title: aText,
  /** What is wrong with its answers' file. */
  problems: listOf(aText),
  /** It is as it was started, where that was looked at. */
  isUntouched: maybe(aFlag),
  /** Whether the runs come out as in the replay that is handed in, where one is. */
  replay: maybe(fieldsOf({ isSame: aFlag, text: aText })),
  /** What is asked in each task that is answered. */
  questions: namesTo(aText),
  result: labResult,
});
