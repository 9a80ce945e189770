import { Boolean as Flag, Integer, Literal, Object as ObjectOf, type TProperties, Union } from '@sinclair/typebox';
import type { Described } from '../../schema/schema';
import { type FieldProblem, type StateOf, stateSchema } from '../../schema/state/component';
import { count, instant, listOf, nullable, tableOf, text, word } from '../../schema/state/fields';
import { exitKindNamed } from '../engines/registry';
import { caused, causeId, eventName } from './causes';
import { type CostKind, costKinds } from './cost-model';
import { vcpuName } from './vcpu-name';

/** The last exits are kept; the counts are of all. */
export const KEPT_EXITS = 1000;
/** Of a handler that changes more than this (a fence of everything) the first changes are kept. */
export const KEPT_CHANGES = 64;

/** 32 bits, with a sign or without one. */
const anyWord = Integer({ minimum: -0x8000_0000, maximum: 0xffff_ffff });
/** A 64-bit value as words: turned into text only when somebody looks. */
const words = ObjectOf({ low: anyWord, high: anyWord });
export type Words = Described<typeof words>;

/** A register of 64 bits as a number, which need not be exact. */
const register = Integer({ minimum: 0, maximum: 2 ** 64 });

/** Letters of a kind of exit. */
const LONGEST_NAME = 64;
/** More than there are of kinds of exits, and of what is done to the vCPUs of a machine. */
const MOST_KINDS = 64;
const MOST_CAUSES = 1024;
/** More than there are of devices that do something later. */
const MOST_EVENTS = 1024;
/** More than a machine has VMs. */
const MOST_VMS = 1024;

const change = <Kind extends string, Fields extends TProperties>(kind: Kind, fields: Fields) =>
  ObjectOf({ kind: Literal(kind), ...fields });

/** Sensitive state that an exit changed. */
const stateChange = Union(
  [
    change('virtual CSR', { csr: count, before: words, after: words }),
    change('hardware CSR', { csr: count, before: words, after: words }),
    /** The shadow entry of the page at `address` (GVA). */
    change('shadow entry', { address: words, before: words, after: words }),
    /** The entry of the second stage for the page at `address` (GPA). */
    change('second-stage entry', { address: count, before: words, after: words }),
    /** The guest's own page-table entry at `address` (GPA): A or D set by the VMM, as hardware would. */
    change('guest entry', { address: count, before: anyWord, after: anyWord }),
    /** Translations of this hardware ASID left the TLB. */
    change('TLB', { asid: count }),
    /** A trap or interrupt was injected: the guest goes on at its trap vector. */
    change('trap', {
      interrupt: Flag(),
      cause: count,
      /** What has made an interrupt pending. */
      because: nullable(causeId),
    }),
  ],
  { expected: 'a change of a known kind' },
);

export type StateChange = Described<typeof stateChange>;

/** The id of a kind of exit. */
const reason = text(LONGEST_NAME);

const exitRecord = ObjectOf({
  number: count,
  hart: count,
  left: nullable(vcpuName),
  entered: nullable(vcpuName),
  clock: instant,
  pcLow: anyWord,
  pcHigh: anyWord,
  reason,
  user: Flag(),
  cause: word,
  value: words,
  call: nullable(ObjectOf({ extension: register, function: register })),
  because: nullable(causeId),
  instruction: anyWord,
  changes: listOf(stateChange, { most: KEPT_CHANGES }),
  cycles: count,
});

/** The order of saved tallies. */
export function inOrder(a: TallyName, b: TallyName): number {
  if (a.vm !== b.vm) return a.vm - b.vm;
  return a.reason === b.reason ? 0 : a.reason < b.reason ? -1 : 1;
}

interface TallyName {
  readonly vm: number;
  readonly reason: string;
}

export const ledgerSchema = stateSchema(
  'ledger',
  5,
  {
    total: count,
    cycles: count,
    /** How often each cost has come. */
    charges: ObjectOf(Object.fromEntries(costKinds.map((kind) => [kind, count])) as Record<CostKind, typeof count>),
    causes: listOf(caused, { most: MOST_CAUSES }),
    /** The exit that has asked for what is to happen, by its name. */
    asked: tableOf(eventName, count, MOST_EVENTS),
    /** By VM; -1 where it was nobody's. */
    tallies: listOf(ObjectOf({ vm: Integer({ minimum: -1, maximum: MOST_VMS }), reason, count, cycles: count }), {
      most: MOST_KINDS * MOST_VMS,
    }),
    /** The exit of number n is at (n - 1) % KEPT_EXITS. */
    ring: listOf(exitRecord, { most: KEPT_EXITS }),
  },
  ({ total, tallies, ring }): FieldProblem | undefined => {
    const unknown = tallies.findIndex((tally) => !exitKindNamed(tally.reason));
    if (unknown >= 0) return { path: ['tallies', unknown, 'reason'], problem: 'must be a kind of exit' };
    const late = tallies.findIndex((tally, at) => at > 0 && inOrder(tallies[at - 1] ?? tally, tally) >= 0);
    if (late >= 0) return { path: ['tallies', late], problem: 'must be after the one before it, by VM and reason' };
    const nameless = ring.findIndex((record) => !exitKindNamed(record.reason));
    if (nameless >= 0) return { path: ['ring', nameless, 'reason'], problem: 'must be a kind of exit' };
    const kept = Math.min(total, KEPT_EXITS);
    if (ring.length !== kept)
      return { path: ['ring'], problem: `must be ${kept} of ${total} exits, not ${ring.length}` };
    const wrong = ring.findIndex(({ number }, at) => number !== total - ((total - 1 - at) % KEPT_EXITS));
    return wrong < 0 ? undefined : { path: ['ring', wrong, 'number'], problem: 'must be that of its place' };
  },
);

export type SavedLedger = StateOf<typeof ledgerSchema>;
