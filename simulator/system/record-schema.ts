/** What a record's file holds beside the machine's description. */
import { Integer, Array as ListOf, Literal, Object as ObjectOf, String as Text, Union } from '@sinclair/typebox';
import { FLOAT_REGISTERS } from '../core/index';
import { NOBODY } from '../machine/scheduler';
import { choice } from '../schema/schema';
import { any64, bytes, count, nullable, text, upTo } from '../schema/state/fields';
import type { Position } from './input-log';

const HASH_LETTERS = 16;
const hash = text(HASH_LETTERS);

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

const position = {
  retired: count,
  epoch: count,
  hart: Integer({ minimum: NOBODY, maximum: Number.MAX_SAFE_INTEGER }),
  offset: count,
  step: count,
  after,
};

const characters = Integer({ minimum: 1, maximum: 0xffff });
const lastRegister = 31;
const register = Union(
  [
    Integer({ minimum: 1, maximum: lastRegister }),
    Integer({ minimum: FLOAT_REGISTERS, maximum: FLOAT_REGISTERS + lastRegister }),
  ],
  { expected: `the number of x1 to x31, or of f0 to f31 from ${FLOAT_REGISTERS} up` },
);

const input = Union(
  [
    ObjectOf({ kind: Literal('console'), bytes: bytes() }),
    ObjectOf({ kind: Literal('console-closed') }),
    ObjectOf({ kind: Literal('console-size'), columns: characters, rows: characters }),
    ObjectOf({ kind: Literal('network'), slot: count, frame: bytes() }),
    ObjectOf({ kind: Literal('memory'), gpa: count, bytes: bytes() }),
    ObjectOf({ kind: Literal('register'), cpu: count, register, value: any64 }),
    ObjectOf({ kind: Literal('pc'), cpu: count, value: any64 }),
    ObjectOf({ kind: Literal('csr'), cpu: count, csr: upTo(0xfff), value: any64 }),
  ],
  { expected: 'an input of a known kind' },
);

const contents = ObjectOf({ size: count, parts: ListOf(ObjectOf({ offset: count, bytes: bytes() })) });

export const recordSchema = ObjectOf({
  origin: ObjectOf({
    program: nullable(hash),
    bios: nullable(hash),
    initrd: nullable(hash),
    bootArguments: nullable(Text()),
  }),
  disks: ListOf(ObjectOf({ contents, write: choice(['copy', 'inPlace']) })),
  lives: ListOf(
    ObjectOf({
      start: hash,
      inputs: ListOf(ObjectOf({ ...position, guest: count, input })),
      end: ObjectOf({ ...position, hash }),
    }),
  ),
});
