/** What a submission may carry: the runs that its student saw, so that who grades can tell that they come out the same. */
import { Integer, Array as ListOf, Literal, Object as ObjectOf, String as Text } from '@sinclair/typebox';
import type { Described } from '../schema/schema';
import type { System } from '../system/system';
import { describedText } from './described-text';
import type { LabProblem } from './lab';

/** What the file of a replay is called. */
export const REPLAY_FILE = 'replay.json';

const hash = Text({ pattern: '^[0-9a-f]{8,128}$', expected: 'a state hash' });
const run = ObjectOf(
  {
    what: Text({ minLength: 1, maxLength: 400, expected: 'a text that is not empty' }),
    start: hash,
    end: hash,
    instructions: Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
  },
  { additionalProperties: false, expected: 'a run' },
);
const replaySchema = ObjectOf(
  {
    version: Literal(1, { expected: '1' }),
    lab: Text({ minLength: 1, maxLength: 60, expected: 'the name of a lab' }),
    runs: ListOf(run, { maxItems: 1000, expected: 'a list of runs' }),
  },
  { additionalProperties: false },
);

/** A run of a check: what was run, the state of the machine before its first instruction and behind its last, and how many there were. */
export type LabRun = Described<typeof run>;
/** @property lab its name */
export type Replay = Described<typeof replaySchema>;

/** Whether the runs of a submission come out as its student saw them, in words. */
export interface ComparedReplay {
  readonly isSame: boolean;
  readonly text: string;
}

export const replayText = (lab: string, runs: readonly LabRun[]): string =>
  `${JSON.stringify({ version: 1, lab, runs }, null, 2)}\n`;

/** Notes a run of a machine that has not begun. @returns what notes its end */
export function noteRun(what: string, system: System, note: (run: LabRun) => void): () => void {
  const start = system.stateHash();
  return () => note({ what, start, end: system.stateHash(), instructions: system.machine.clock.retired });
}

/** Compares what is carried with the runs as they come out now. @param lab its name @param said what is wrong with the file in words */
export function comparedReplay(
  text: string,
  lab: string,
  runs: readonly LabRun[],
  said: (problem: LabProblem) => string,
): ComparedReplay {
  const read = describedText(replaySchema, text, 'the replay');
  if (!('value' in read)) {
    const [problem] = read;
    return { isSame: false, text: `is not understood${problem ? `: ${said(problem)}` : ''}` };
  }
  const { lab: of, runs: recorded } = read.value as Replay;
  if (of !== lab) return { isSame: false, text: `is of the lab '${of.slice(0, 60)}', not of '${lab}'` };
  for (const [index, now] of runs.entries()) {
    const then = recorded[index];
    if (!then || then.what !== now.what) return { isSame: false, text: `has no run of ${now.what}` };
    if (then.start !== now.start) return { isSame: false, text: `is of other files: ${now.what} begins otherwise` };
    if (then.end !== now.end || then.instructions !== now.instructions)
      return { isSame: false, text: `comes out otherwise: ${now.what}` };
  }
  if (recorded.length > runs.length) return { isSame: false, text: 'has runs of which the lab knows nothing' };
  return { isSame: true, text: `comes out the same, in ${runs.length === 1 ? '1 run' : `${runs.length} runs`}` };
}
