import { SnapshotError } from '../../machine/state/snapshot-error';
import type { PlainValue } from '../../schema/state/plain';
import { exitKindNamed } from '../engines/registry';
import { EFFECTS } from './causes';
import { KEPT_EXITS } from './ledger';

type Fields = { readonly [field: string]: PlainValue };
/** Says in words what a value should be, when it is not. */
type Check = (value: PlainValue | undefined) => string | undefined;

const where =
  (wanted: string, holds: (value: PlainValue | undefined) => boolean): Check =>
  (value) =>
    holds(value) ? undefined : wanted;

const integer = where('a whole number', (value) => typeof value === 'number' && Number.isSafeInteger(value));
const count = where(
  'a number from 0 up',
  (value) => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0,
);
/** A register of 64 bits as a number, which need not be exact. */
const register = where('a register', (value) => typeof value === 'number' && Number.isInteger(value) && value >= 0);
const yesOrNo = where('yes or no', (value) => typeof value === 'boolean');
const reason = where('a reason', (value) => typeof value === 'string' && exitKindNamed(value) !== undefined);

const record =
  (fields: { readonly [field: string]: Check }): Check =>
  (value) => {
    if (!isFields(value)) return 'a record';
    for (const [field, check] of Object.entries(fields)) {
      const wanted = check(Object.hasOwn(value, field) ? value[field] : undefined);
      if (wanted !== undefined) return `${wanted} as ${field}`;
    }
    return undefined;
  };
const orNothing =
  (check: Check): Check =>
  (value) =>
    value === null ? undefined : check(value);
const listOf =
  (check: Check): Check =>
  (value) => {
    if (!Array.isArray(value)) return 'a list';
    for (const [index, item] of value.entries()) {
      const wanted = check(item);
      if (wanted !== undefined) return `${wanted} in item ${index}`;
    }
    return undefined;
  };

const causeId: Check = (value) => {
  const kind = isFields(value) ? value['kind'] : undefined;
  if (kind === 'exit') return record({ number: count })(value);
  return kind === 'event' ? record({ name: where('a name', isText) })(value) : 'a cause';
};
const effect = where('an effect', (value) => EFFECTS.some((each) => each === value));

const words = record({ low: integer, high: integer });
const CHANGES: { readonly [kind: string]: Check } = {
  'virtual CSR': record({ csr: count, before: words, after: words }),
  'hardware CSR': record({ csr: count, before: words, after: words }),
  'shadow entry': record({ address: words, before: words, after: words }),
  'second-stage entry': record({ address: count, before: words, after: words }),
  'guest entry': record({ address: count, before: integer, after: integer }),
  TLB: record({ asid: count }),
  trap: record({ interrupt: yesOrNo, cause: count, because: orNothing(causeId) }),
};
const change: Check = (value) => {
  const kind = isFields(value) && Object.hasOwn(value, 'kind') ? value['kind'] : undefined;
  const check = typeof kind === 'string' && Object.hasOwn(CHANGES, kind) ? CHANGES[kind] : undefined;
  return check ? check(value) : 'a change of a known kind';
};

const LEDGER = record({
  total: count,
  cycles: count,
  causes: listOf(record({ vcpu: count, effect, cause: causeId })),
  byReason: listOf(record({ reason, count, cycles: count })),
  ring: listOf(
    record({
      number: count,
      vcpu: count,
      clock: count,
      pcLow: integer,
      pcHigh: integer,
      reason,
      user: yesOrNo,
      cause: count,
      value: words,
      call: orNothing(record({ extension: register, function: register })),
      because: orNothing(causeId),
      instruction: integer,
      changes: listOf(change),
      cycles: count,
    }),
  ),
});

/** Checks the VMM's log of exits, which a machine without a VMM has not. @throws SnapshotError */
export function checkLedger(given: PlainValue, expected: boolean): void {
  if (!expected) {
    if (given !== null) throw new SnapshotError("the snapshot has a VMM's log of exits, and the machine has no VMM");
    return;
  }
  const wanted = LEDGER(given);
  if (wanted !== undefined) throw new SnapshotError(`the snapshot's log of exits needs ${wanted}`);
  const { total, ring } = given as { readonly total: number; readonly ring: readonly PlainValue[] };
  if (ring.length !== Math.min(total, KEPT_EXITS))
    throw new SnapshotError(`the snapshot's log of exits has ${ring.length} of ${total} exits`);
}

const isText = (value: PlainValue | undefined): boolean => typeof value === 'string';

function isFields(value: PlainValue | undefined): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}
