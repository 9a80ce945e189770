import type { Range } from '../assembler/source/diagnostic';
import type { Expression } from '../expression/syntax';
import type { GuestTest, Place, TestedProgram } from '../guest-tests/guest-test';
import type { Access } from '../mmu/index';
import type { Measure } from './measures';

/** The guest that is asked about, and how far it has come. */
export interface Moment {
  readonly program: TestedProgram;
  /** Engine, machine, input and limit of its run; nothing is expected in it. */
  readonly run: GuestTest;
  /** Undefined: at the end. */
  readonly place: Place | undefined;
  /** The nth arrival there, from 1. */
  readonly arrival: number;
  /** Instructions behind the place. */
  readonly steps: number;
}

/** Whose an access is that is asked about. */
export type AccessBy = 'here' | 'u' | 's' | 'vs' | 'vu';

export interface Choice {
  readonly text: string;
  /** Whether it is right, or where that is. */
  readonly right: boolean | Expression;
  readonly help: string | undefined;
}

/** What is asked of the machine, which knows the answer. */
export type Ask =
  | { readonly kind: 'expression'; readonly expression: Expression }
  | { readonly kind: 'mode'; readonly of: 'guest' | 'hart' }
  | { readonly kind: 'trap'; readonly of: 'cause' | 'by' }
  | {
      readonly kind: 'translation';
      readonly address: Expression;
      readonly access: Access;
      readonly of: 'gpa' | 'hpa' | 'bits' | 'shadow' | 'fault';
      readonly by: AccessBy;
    }
  /** By reason, or `total`. */
  | { readonly kind: 'exits'; readonly reason: string }
  | { readonly kind: 'tlb'; readonly address: Expression }
  | { readonly kind: 'choice'; readonly choices: readonly Choice[] };

/** A wrong answer that says what was misunderstood. */
export interface Near {
  readonly answer: Ask | string;
  readonly help: string;
}

export interface Question {
  readonly where: Moment;
  readonly ask: Ask;
  readonly near: readonly Near[];
}

/** A test of a file that counts. */
export interface CountedTest {
  readonly name: string;
  readonly points: number;
  /** What is told when it fails. */
  readonly help: string;
  /** Other tests that have to pass for its points too. */
  readonly also: readonly Pick<CountedTest, 'name' | 'help'>[];
}

/** What is measured of a virtual machine, and what it is to be. */
export interface Measured {
  readonly vm: string;
  readonly measure: Measure;
  /** The range in which it is to be, its ends included. */
  readonly least: number;
  readonly most: number;
  /** What is told when it is not so. */
  readonly help: string;
}

/** Something measured that counts. */
export interface HostCheck extends Measured {
  /** In words. */
  readonly name: string;
  readonly points: number;
  /** What else has to be so for its points. */
  readonly also: readonly Measured[];
}

/** What is to be done in a task. */
export type Work =
  /** @property file in the lab's folder `checks` */
  | { readonly kind: 'tests'; readonly file: string; readonly tests: readonly CountedTest[] }
  /** `predict`: it is asked before the step is made. */
  | { readonly kind: 'question' | 'predict'; readonly question: Question }
  /** @property vms that the scenario must have, and how many `harts`; whichever when absent */
  | {
      readonly kind: 'host';
      readonly file: string;
      readonly vms: readonly string[] | undefined;
      readonly harts: number | undefined;
      /** What virtual machines run in the place of what the scenario says. */
      readonly programs: Readonly<Record<string, string>>;
      readonly limit: number;
      readonly checks: readonly HostCheck[];
    };

export interface Task {
  readonly id: string;
  readonly title: string;
  /** Markdown. */
  readonly text: string;
  readonly points: number;
  /** Markdown; they unfold one by one. */
  readonly hints: readonly string[];
  /** What is told when an answer is wrong and is none that says why. */
  readonly help: string | undefined;
  readonly work: Work;
}

/** A lab of which everything is said. */
export interface Lab {
  readonly title: string;
  readonly summary: string;
  readonly minutes: number;
  readonly lecture: { readonly deck: string; readonly slide: string };
  readonly given: readonly GivenFile[];
  readonly variants: Readonly<Record<string, Variant>>;
  readonly tasks: readonly Task[];
}

/** Another way to do a lab: in C. */
export interface Variant {
  readonly title: string;
  /** The student's file. */
  readonly source: string;
  /** The file in assembly in the place of which its object file stands. */
  readonly replaces: string;
}

/** The object file of a variant's source. */
export const objectOf = ({ source }: Pick<Variant, 'source'>): string => source.replace(/\.c$/, '.o');

/** A file of the lab's own that a student gets too. */
export interface GivenFile {
  /** Its path in the lab's folder `checks`, and in the student's. */
  readonly file: string;
  /** Where `lab.json` names it. */
  readonly range: Range;
}

/** What is wrong with a file of a lab: lines and columns from 0, as in diagnostics. */
export interface LabProblem {
  readonly range: Range;
  readonly message: string;
}

/** How many points there are. */
export const pointsOf = ({ tasks }: Pick<Lab, 'tasks'>): number => tasks.reduce((sum, { points }) => sum + points, 0);
