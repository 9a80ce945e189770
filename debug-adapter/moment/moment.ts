/** A moment of a run, as plain JSON that says how the run has come there: the launch attribute `moment`. */
import { Integer, Object as ObjectOf, Optional, String as Text } from '@sinclair/typebox';
import type { Described } from '../../simulator/schema/schema';
import { hash, positionFields } from '../../simulator/system/record-schema';

export const momentSchema = ObjectOf(
  {
    ...positionFields,
    hash,
    thread: Optional(Integer({ minimum: 1, maximum: 2 ** 31 - 1, description: 'The thread that had stopped.' })),
    typed: Optional(
      Integer({
        minimum: 0,
        maximum: Number.MAX_SAFE_INTEGER,
        description: 'How many texts of `input` had been typed. 0 when absent.',
      }),
    ),
    inputs: Optional(
      Text({
        description: 'What came into the run from outside: keys, writes by a debugger, in base64. Nothing when absent.',
      }),
    ),
  },
  {
    additionalProperties: false,
    expected: 'a moment, as “HyperStep: Save This Moment” writes it',
    description:
      'Where the debugger stops first: a moment of an earlier run of this guest, which is run again up to there, with all that came into it from outside. “HyperStep: Save This Moment...” writes it. Where the run comes to another state, because the program or HyperStep has changed, that is said and nothing is started.',
  },
);

export type Moment = Described<typeof momentSchema>;
