/** What the Labs view knows of a lab: of its questions no answer, which the machine alone has. Types only. */

import type { GivenFile, Lab } from '../../simulator/labs/lab';

export interface ShownLab {
  /** Its folder's name, without the number. */
  readonly name: string;
  /** By which labs are in order. */
  readonly number: number;
  /** Its folder's name among the labs. */
  readonly folder: string;
  readonly title: string;
  readonly summary: string;
  readonly minutes: number;
  readonly lecture: { readonly deck: string; readonly slide: string };
  readonly points: number;
  readonly given: readonly GivenFile[];
  readonly variants: Lab['variants'];
  readonly tasks: readonly ShownTask[];
}

export interface ShownTask {
  readonly id: string;
  readonly title: string;
  /** Markdown. */
  readonly text: string;
  readonly points: number;
  readonly kind: 'tests' | 'question' | 'predict' | 'host';
  /** Markdown; how many of them are shown is the student's. */
  readonly hints: readonly string[];
  /** Of a question that is answered by one of some texts. */
  readonly choices?: readonly string[];
  /** The file that a task by tests or by a scenario is about, as the lab names it. */
  readonly file?: string;
}

/** A lab that is not understood. */
export interface BrokenLab {
  readonly folder: string;
  readonly problem: string;
}

/** Where the guest of a question stands when it is asked, for who looks with the debugger. */
export interface LabLaunch {
  /** Launch attributes; paths are absolute. */
  readonly attributes: Readonly<Record<string, unknown>>;
  /** A label with an offset, or a line (from 1) of a source; none: at the end. */
  readonly place?: { readonly label: string } | { readonly file: string; readonly line: number };
  /** The nth arrival there. */
  readonly arrival: number;
}
