import { FLOAT_REGISTERS } from '../core/index';
import { NOBODY } from '../machine/scheduler';
import { FileFormatError } from '../machine/state/plain-codec';
import type { PlainValue } from '../schema/state/plain';

type Fields = { readonly [field: string]: PlainValue };
type Check = (value: PlainValue | undefined, path: string) => void;

function refuse(path: string): never {
  throw new FileFormatError(`the record is damaged: its field ${path} makes no sense`);
}

const where =
  (holds: (value: PlainValue | undefined) => boolean): Check =>
  (value, path) => {
    if (!holds(value)) refuse(path);
  };
const whole = where((value) => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0);
const hart = where((value) => typeof value === 'number' && Number.isSafeInteger(value) && value >= NOBODY);
const terminalSize = where(
  (value) => typeof value === 'number' && Number.isInteger(value) && value > 0 && value < 2 ** 16,
);
const isOf32 = (number: number): boolean => number >= 0 && number < 32;
/** x1 to x31, or f0 to f31, which are numbered in the same file. */
const register = where(
  (value) =>
    typeof value === 'number' &&
    Number.isInteger(value) &&
    value !== 0 &&
    (isOf32(value) || isOf32(value - FLOAT_REGISTERS)),
);
const text = where((value) => typeof value === 'string');
const textOrNothing = where((value) => value === null || typeof value === 'string');
const bytes = where((value) => value instanceof Uint8Array);
const value64 = where((value) => typeof value === 'string' && /^-?\d{1,20}$/.test(value));
const writing = where((value) => value === 'copy' || value === 'inPlace');

const record =
  (fields: { readonly [field: string]: Check }): Check =>
  (value, path) => {
    if (!isFields(value)) refuse(path);
    for (const [field, check] of Object.entries(fields))
      check(Object.hasOwn(value, field) ? value[field] : undefined, `${path}.${field}`);
  };
const list =
  (item: Check): Check =>
  (value, path) => {
    if (!Array.isArray(value)) refuse(path);
    for (const [index, inner] of value.entries()) item(inner, `${path}[${index}]`);
  };

const position = { retired: whole, epoch: whole, hart, offset: whole, step: whole, after: text };

/** What each kind of input has with it. */
const INPUTS: { readonly [kind: string]: Check } = {
  console: record({ bytes }),
  'console-closed': record({}),
  'console-size': record({ columns: terminalSize, rows: terminalSize }),
  network: record({ slot: whole, frame: bytes }),
  memory: record({ gpa: whole, bytes }),
  register: record({ cpu: whole, register, value: value64 }),
  pc: record({ cpu: whole, value: value64 }),
  csr: record({ cpu: whole, csr: whole, value: value64 }),
};

const input: Check = (value, path) => {
  const kind = isFields(value) && Object.hasOwn(value, 'kind') ? value['kind'] : undefined;
  const check = typeof kind === 'string' && Object.hasOwn(INPUTS, kind) ? INPUTS[kind] : undefined;
  if (!check) refuse(`${path}.kind`);
  check(value, path);
};

const contents = record({ size: whole, parts: list(record({ offset: whole, bytes })) });
const RECORD = record({
  origin: record({ program: textOrNothing, bios: textOrNothing, initrd: textOrNothing, bootArguments: textOrNothing }),
  disks: list(record({ contents, write: writing })),
  lives: list(
    record({ start: text, inputs: list(record({ ...position, input })), end: record({ ...position, hash: text }) }),
  ),
});

/** Checks what was read out of a record's file. @throws FileFormatError that names the first field that makes no sense */
export function checkRecorded(read: PlainValue): void {
  RECORD(read, 'record');
}

function isFields(value: PlainValue | undefined): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}
