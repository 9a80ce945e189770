import { aFlag, aNumber, aText, type Formed, fieldsOf, listOf, maybe } from '../schema/form';

/** A part of a task that has points of its own: a test, an answer, an expectation. */
export type PartResult = Formed<typeof partResult>;
const partResult = fieldsOf({
  name: aText,
  points: aNumber,
  of: aNumber,
  /** What helps who has not got its points: where to look, never the solution. */
  help: maybe(aText),
  /** What was looked at and what came, line by line. */
  details: listOf(aText),
});

/** What came of a task. */
export type TaskResult = Formed<typeof taskResult>;
const taskResult = fieldsOf({
  id: aText,
  title: aText,
  points: aNumber,
  of: aNumber,
  /** Whether there was anything to look at: a question without an answer was not tried. */
  tried: aFlag,
  parts: listOf(partResult),
  /** What keeps the task from being looked at: a program with errors, say. */
  problem: maybe(aText),
});

/** What came of a lab: the same of the same files, on whatever computer. */
export type LabResult = Formed<typeof labResult>;
export const labResult = fieldsOf({
  points: aNumber,
  of: aNumber,
  tasks: listOf(taskResult),
  /** What is wrong with the lab itself, which is no fault of the student's. */
  faults: listOf(aText),
});

/** Whether there is something to tell of what a part lacks: of one that could not be tried its task has the problem. */
export const saysSomething = ({ points, of, help, details }: PartResult): boolean =>
  points < of && (help !== undefined || details.length > 0);

/** Whether all points are there. */
export const isDone = ({ points, of }: Pick<TaskResult, 'points' | 'of'>): boolean => points === of;
