/**
 * Messages between the extension and its runner, which runs guests without a debugger: a process of its own, in a browser a worker. Types and
 * constants only. They are copied as structured clones, so that bytes and big integers may be in them.
 */
import type { LaunchArguments } from '../../debug-adapter/launch/launch';
import type { Comparison } from '../../simulator/comparison/compare-guest';
import type { ReportedTest } from '../../simulator/guest-tests/index';
import type { CheckedFolder } from '../cli/lab/checked-folder';
import type { BrokenLab, LabLaunch, ShownLab } from '../labs/shown-lab';

/** Runs tests of a file. */
export interface TestJob {
  readonly kind: 'tests';
  /** Its path, or its URI in a browser. */
  readonly file: string;
  readonly text: string;
  readonly wanted: readonly WantedTest[];
}

export interface WantedTest {
  readonly name: string;
  readonly engines: readonly string[];
}

/** What a lab says, in its folder among the labs. */
export interface LabText {
  readonly folder: string;
  /** Of its `lab.json`. */
  readonly text: string;
}

/** Reads what labs say. */
export interface LabsJob {
  readonly kind: 'labs';
  readonly labs: readonly LabText[];
}

/** A lab and somebody's folder of it. */
interface OfLab {
  readonly lab: LabText;
  /** The student's folder: its path, or its URI in a browser. */
  readonly workspace: string;
  /** The lab's folder `checks`. */
  readonly checks: string;
}

/** Checks a student's folder. */
export interface LabCheckJob extends OfLab {
  readonly kind: 'lab-check';
  /** All when absent. */
  readonly tasks?: readonly string[];
}

/** Says how the guest of a question is launched. */
export interface LabLaunchJob extends OfLab {
  readonly kind: 'lab-launch';
  readonly task: string;
}

/** Compares what a guest costs under each way to virtualize. */
export interface CompareJob {
  readonly kind: 'compare';
  readonly name: string;
  /** How it is launched, with absolute paths. */
  readonly launch: LaunchArguments;
}

/** What is to be done. */
export type Job = TestJob | LabsJob | LabCheckJob | LabLaunchJob | CompareJob;

/** To the runner. */
export type Order =
  | { readonly kind: 'begin'; readonly id: number; readonly job: Job }
  | { readonly kind: 'cancel'; readonly id: number }
  | { readonly kind: 'file'; readonly request: number; readonly bytes: Uint8Array | undefined };

/** A test of a job, on one engine. */
export interface TestOnEngine {
  readonly name: string;
  readonly engine: string;
}

/** What a job tells on its way. */
export type News =
  | { readonly kind: 'began'; readonly test: TestOnEngine }
  | { readonly kind: 'ended'; readonly test: TestOnEngine; readonly result: ReportedTest }
  /** It could not be tried: why, as compilers say it. */
  | { readonly kind: 'refused'; readonly test: TestOnEngine; readonly problem: string }
  | { readonly kind: 'labs'; readonly labs: readonly ShownLab[]; readonly broken: readonly BrokenLab[] }
  | { readonly kind: 'checked'; readonly checked: CheckedFolder }
  | { readonly kind: 'launch'; readonly launch: LabLaunch }
  | { readonly kind: 'compared'; readonly comparison: Comparison };

/** From the runner. */
export type Told =
  | { readonly kind: 'news'; readonly id: number; readonly news: News }
  /** The job is over. @see problem where it failed as a whole */
  | { readonly kind: 'done'; readonly id: number; readonly problem?: string }
  /** It is at work: told now and then, so that one that hangs is known by its silence. */
  | { readonly kind: 'alive' }
  /** In a browser: a file is wanted, which the extension reads. */
  | { readonly kind: 'read'; readonly request: number; readonly path: string };
