/** What a record's file holds beside the machine's description. */
import { Integer, Array as ListOf, Literal, Object as ObjectOf, String as Text, Union } from '@sinclair/typebox';
import { FLOAT_REGISTERS } from '../core/index';
import { NOBODY } from '../machine/scheduler';
import { choice } from '../schema/schema';
import { bigIntegers, bytes, count, nullable, text, upTo } from '../schema/state/fields';
import type { Position } from './input-log';

const HASH_LETTERS = 16;
const hash = text(HASH_LETTERS);

/** Why a run stopped, and what it is called that none did. */
const after = choice<Position['after']>([
  'here',
  'limit',
  'waiting',
  'breakpoint',
  'watchpoint',
  'handler',
  'handler-end',
  'guest-trap',
  'power-off',
  'reset',
  'waiting-forever',
  'waiting-for-input',
  'trap-loop',
  'killed',
]);

const position = {
  retired: count,
  epoch: count,
  hart: Integer({ minimum: NOBODY, maximum: Number.MAX_SAFE_INTEGER }),
  offset: count,
  step: count,
  after,
};

const characters = Integer({ minimum: 1, maximum: 0xffff });
/** Of 64 bits, with a sign or without one. */
const value = bigIntegers(-(2n ** 63n), 2n ** 64n - 1n);
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
    ObjectOf({ kind: Literal('register'), cpu: count, register, value }),
    ObjectOf({ kind: Literal('pc'), cpu: count, value }),
    ObjectOf({ kind: Literal('csr'), cpu: count, csr: upTo(0xfff), value }),
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
      inputs: ListOf(ObjectOf({ ...position, input })),
      end: ObjectOf({ ...position, hash }),
    }),
  ),
});
