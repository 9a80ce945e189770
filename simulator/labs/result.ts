/** A part of a task that has points of its own: a test, an answer, an expectation. */
export interface PartResult {
  readonly name: string;
  readonly points: number;
  readonly of: number;
  /** What helps who has not got its points: where to look, never the solution. */
  readonly help: string | undefined;
  /** What was looked at and what came, line by line. */
  readonly details: readonly string[];
}

/** What came of a task. */
export interface TaskResult {
  readonly id: string;
  readonly title: string;
  readonly points: number;
  readonly of: number;
  /** Whether there was anything to look at: a question without an answer was not tried. */
  readonly tried: boolean;
  readonly parts: readonly PartResult[];
  /** What keeps the task from being looked at: a program with errors, say. */
  readonly problem: string | undefined;
}

/** What came of a lab: the same of the same files, on whatever computer. */
export interface LabResult {
  readonly points: number;
  readonly of: number;
  readonly tasks: readonly TaskResult[];
  /** What is wrong with the lab itself, which is no fault of the student's. */
  readonly faults: readonly string[];
}

/** Whether there is something to tell of what a part lacks: of one that could not be tried its task has the problem. */
export const saysSomething = ({ points, of, help, details }: PartResult): boolean =>
  points < of && (help !== undefined || details.length > 0);

/** Whether all points are there. */
export const isDone = ({ points, of }: Pick<TaskResult, 'points' | 'of'>): boolean => points === of;
