/** What a record's file holds beside the machine's description. */
import { Integer, Array as ListOf, Object as ObjectOf, String as Text } from '@sinclair/typebox';
import { NOBODY } from '../machine/scheduler';
import { choice } from '../schema/schema';
import { bytes, count, nullable, text } from '../schema/state/fields';
import { inputSchema } from './input';
import type { Position } from './input-log';

const HASH_LETTERS = 16;
/** Of a state. */
export const hash = text(HASH_LETTERS);

/** Why a run stopped, and what it is called that none did. */
const after = choice({
  here: 'The machine has not run since.',
  limit: 'The budget was used up.',
  waiting: 'Every hart waited for an event beyond an instant.',
  breakpoint: 'A breakpoint.',
  watchpoint: 'A watched access.',
  handler: 'A step of a handler.',
  'handler-end': 'The end of a handler.',
  'guest-trap': 'A trap into the guest’s own handler.',
  'power-off': 'The guest switched off.',
  reset: 'The guest asked for a reset.',
  'waiting-forever': 'Every hart waited for nothing.',
  'waiting-for-input': 'Every hart waited for the console.',
  'trap-loop': 'Traps without end.',
  killed: 'The VMM gave the VM up.',
} satisfies Record<Position['after'], string>);

export const positionFields = {
  retired: count,
  epoch: count,
  hart: Integer({ minimum: NOBODY, maximum: Number.MAX_SAFE_INTEGER }),
  offset: count,
  step: count,
  after,
};

export const inputsSchema = ListOf(ObjectOf({ ...positionFields, guest: count, input: inputSchema }));

const contents = ObjectOf({ size: count, parts: ListOf(ObjectOf({ offset: count, bytes: bytes() })) });

export const recordSchema = ObjectOf({
  guests: ListOf(
    ObjectOf({
      origin: ObjectOf({
        program: nullable(hash),
        bios: nullable(hash),
        initrd: nullable(hash),
        bootArguments: nullable(Text()),
      }),
      disks: ListOf(ObjectOf({ contents, write: choice(['copy', 'inPlace']) })),
    }),
  ),
  lives: ListOf(
    ObjectOf({
      start: hash,
      inputs: inputsSchema,
      end: ObjectOf({ ...positionFields, hash }),
    }),
  ),
});
