import type { FindPattern } from '../guest-tests/judge-console';
import type { Answers } from './answers-file';
import type { Lab } from './lab';
import type { LabFiles } from './lab-files';
import type { LabPrograms } from './lab-programs';
import type { Moments } from './moments';
import type { LabRun } from './replay';
import type { PartResult } from './result';

/** What is to be checked, and by what means. */
export interface CheckRequest {
  readonly lab: Lab;
  readonly answers: Answers;
  readonly files: LabFiles;
  readonly find: FindPattern;
  /** Called again and again while guests run: who checks can look at other things then, and gives up by an error. */
  readonly pause?: (() => Promise<void>) | undefined;
  /** Told each run of a test or a scenario, where somebody wants to compare them. */
  readonly noteRun?: ((run: LabRun) => void) | undefined;
  /** The names of the tasks that are to be checked; all when absent. */
  readonly tasks?: readonly string[] | undefined;
}

/** A check under way: what its tasks share. */
export interface Checking extends CheckRequest {
  readonly programs: LabPrograms;
  readonly moments: Moments;
  readonly pause: () => Promise<void>;
  /** Something is wrong with the lab itself. */
  readonly fault: (text: string) => void;
}

/** What came of the parts of a task. */
export interface CheckedParts {
  readonly tried: boolean;
  readonly parts: readonly PartResult[];
  readonly problem?: string | undefined;
}
