import type { Range } from '../assembler/source/diagnostic';
import type { Expression } from '../expression/syntax';
import type { KillReason } from '../hypervisor/vm-end';
import type { MachineDescription, MachineSettings } from '../system/machine-options';
import type { Virtualization } from '../system/system';
import type { Ending, Unit } from './test-options';

/** Something that is expected, and where that is written. */
export interface Expected {
  readonly range: Range;
}

export type Operator = '<' | '<=' | '==' | '!=' | '>' | '>=';

/** What a number is compared with. */
export interface Bound extends Expected {
  readonly operator: Operator;
  readonly value: bigint;
  /** As messages have it: `< 10`. */
  readonly text: string;
}

export interface ConsoleExpectation extends Expected {
  readonly kind: 'is' | 'contains' | 'lacks' | 'matches';
  readonly text: string;
}

export interface ExitExpectation extends Expected {
  readonly ending: { readonly code: number } | { readonly killed: KillReason } | Ending;
}

export interface StateExpectation extends Expected {
  readonly text: string;
  readonly expression: Expression;
}

export interface MemoryExpectation extends Expected {
  readonly text: string;
  readonly address: Expression;
  readonly space: 'gva' | 'gpa';
  readonly unit: Unit | 'text';
  readonly bytes: Uint8Array;
}

/** A place in a program, as it is written: a label with an offset, or a line (from 1) of a source. */
export type Place =
  | { readonly text: string; readonly label: string; readonly offset: bigint }
  | { readonly text: string; readonly file: string; readonly line: number };

/** What is expected where a hart comes to a place. */
export interface ArrivalExpectation extends Expected {
  readonly place: Place;
  /** The nth arrival, from 1. */
  readonly arrival: number | 'every';
  readonly state: readonly StateExpectation[];
  readonly memory: readonly MemoryExpectation[];
  readonly within: (Expected & { readonly instructions: number }) | undefined;
}

export interface NeverExpectation extends Expected {
  readonly place: Place;
}

export interface Expectations {
  readonly console: readonly ConsoleExpectation[];
  readonly exit: ExitExpectation;
  /** By reason; `total` is all. */
  readonly exits: readonly (Bound & { readonly reason: string })[];
  readonly arrivals: readonly ArrivalExpectation[];
  readonly never: readonly NeverExpectation[];
  readonly state: readonly StateExpectation[];
  readonly memory: readonly MemoryExpectation[];
  readonly instructions: Bound | undefined;
  /** Nanoseconds. */
  readonly time: Bound | undefined;
}

export interface TypedText extends Expected {
  readonly text: string;
  /** It is typed once this has been printed. */
  readonly after: string | undefined;
}

/** A test of which everything is said. */
export interface GuestTest extends Expected {
  readonly name: string;
  readonly engines: readonly Virtualization[];
  /** Instructions. */
  readonly limit: number;
  readonly machine: MachineSettings;
  /** The machine as it is written: launches have the same attributes. */
  readonly described: MachineDescription;
  readonly input: readonly TypedText[];
  readonly expectations: Expectations;
}

/** How the guest of a file's tests is made; its paths are as they were written. What the file does not say is undefined. */
export interface TestedProgram {
  readonly program: readonly string[] | undefined;
  readonly includePaths: readonly string[];
  readonly defines: Readonly<Record<string, string>>;
  readonly linkerScript: string | undefined;
  readonly linkOptions: readonly string[] | undefined;
  readonly march: string | undefined;
  readonly mabi: string | undefined;
  readonly relax: boolean | undefined;
}

export interface TestFile {
  readonly program: TestedProgram;
  readonly tests: readonly GuestTest[];
}

/** What is wrong with what a file says of tests: lines and columns from 0, as in diagnostics. */
export interface TestProblem {
  readonly range: Range;
  readonly message: string;
}

/** Tests, or what is wrong with them: always one of the two. */
export type ReadTests =
  | { readonly file: TestFile; readonly problems: readonly [] }
  | { readonly file: undefined; readonly problems: readonly TestProblem[] };
