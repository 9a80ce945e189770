import { SnapshotError } from '../machine/state/snapshot-error';
import { LATEST } from '../schema/state/fields';
import { isNumbers, isPlainList, isPlainRecord, type PlainRecord, type PlainValue } from '../schema/state/plain';

const PAGING: PlainValue = { root: 0, asid: 0, levels: 0 };
const TABLE: PlainValue = { root: 0, frames: [], splitLarge: false, splitHuge: false };

/** Lists of any length, by the name of their field: what their items look like. */
const ITEMS: PlainRecord = {
  deadlines: { owner: '', deadline: 0 },
  suspended: { hart: 0, retired: 0 },
  words: 0,
  // What vCPUs have been asked.
  requests: '',
  fences: { pages: [], asid: 0 },
  pages: '',
  // The VMM's tables.
  free: 0,
  frames: 0,
  tables: 0,
  views: { asid: 0, user: false, sum: false, mxr: false, paging: PAGING, table: TABLE, lastUse: 0 },
};

/** Fields that are there or not, whatever they are in a machine that has just been made. */
const OPTIONAL: PlainRecord = { timer: 0, world: { words: [] }, wait: '', paging: PAGING };

/** Fields that are instants of the machine's clock. */
const INSTANTS: ReadonlySet<string> = new Set(['start', 'end', 'time', 'reached', 'busyUntil', 'deadline']);

/**
 * Checks that a state has the form of another one, which the same machine gave: the same fields, with values of the same kinds.
 * @throws SnapshotError that names the first field that has not
 */
export function checkForm(form: PlainValue, given: PlainValue | undefined, path: string): void {
  // What has a schema is checked by it, when it is taken up.
  if (isPlainRecord(form) && 'component' in form) return;
  const optional = OPTIONAL[lastField(path)];
  if (optional !== undefined && given === null) return;
  const like = optional ?? form;
  const [wanted, found] = [kindOf(like), kindOf(given)];
  if (wanted !== found) refuse(path, wanted, found);
  if (typeof given === 'number') checkNumber(given, path);
  if (like instanceof Uint8Array) checkLength(like, given as Uint8Array, path);
  else if (isPlainList(like)) checkList(like, given as readonly PlainValue[], path);
  else if (isPlainRecord(like)) checkRecord(like, given as PlainRecord, path);
}

function checkNumber(value: number, path: string): void {
  if (!Number.isInteger(value)) refuse(path, 'a whole number', String(value));
  if (INSTANTS.has(lastField(path)) && (value < 0 || value > LATEST)) refuse(path, 'an instant', String(value));
}

function checkLength(like: Uint8Array, given: Uint8Array, path: string): void {
  // How long a hart's state is depends on what is in its TLB.
  if (/^machine\.harts\[\d+\]$/.test(path)) return;
  if (like.length > 0 && like.length !== given.length) refuse(path, `${like.length} bytes`, `${given.length}`);
}

function checkList(like: readonly PlainValue[], given: readonly PlainValue[], path: string): void {
  const sample = ITEMS[lastField(path)];
  if (sample === undefined && like.length !== given.length) refuse(path, `${like.length} items`, `${given.length}`);
  for (const [index, item] of given.entries()) checkForm(sample ?? like[index] ?? null, item, `${path}[${index}]`);
}

function checkRecord(like: PlainRecord, given: PlainRecord, path: string): void {
  for (const [field, form] of Object.entries(like))
    checkForm(form, Object.hasOwn(given, field) ? given[field] : undefined, path === '' ? field : `${path}.${field}`);
  const extra = Object.keys(given).find((field) => !Object.hasOwn(like, field));
  if (extra !== undefined) refuse(`${path}.${extra}`, 'no such field', kindOf(given[extra]));
}

/** Checks that what a machine has taken up is what was given to it. @throws SnapshotError that names the first difference */
export function checkTaken(taken: PlainValue, given: PlainValue, path: string): void {
  if (taken instanceof Uint8Array && given instanceof Uint8Array) {
    const at = taken.findIndex((byte, index) => byte !== given[index]);
    if (at >= 0 || taken.length !== given.length) refuse(`${path}[${at}]`, String(taken[at]), String(given[at]));
  } else if (typeof taken === 'object' && taken !== null && typeof given === 'object' && given !== null) {
    const [left, right] = [Object.entries(taken), given as PlainRecord];
    for (const [field, value] of left) checkTaken(value, right[field] ?? null, `${path}.${field}`);
    if (left.length !== Object.keys(given).length)
      refuse(path, `${left.length} fields`, `${Object.keys(given).length}`);
  } else if (taken !== given) refuse(path, String(taken), String(given));
}

function refuse(path: string, wanted: string, found: string): never {
  throw new SnapshotError(`the snapshot's field ${path} is ${found}, and the machine has ${wanted} there`);
}

const lastField = (path: string): string => /([^.[\]]+)(\[\d+\])*$/.exec(path)?.[1] ?? '';

function kindOf(value: PlainValue | undefined): string {
  if (value === null) return 'nothing';
  if (value === undefined) return 'absent';
  if (value instanceof Uint8Array) return 'bytes';
  if (isNumbers(value)) return 'numbers';
  if (isPlainList(value)) return 'a list';
  const names: { readonly [type: string]: string } = {
    number: 'a number',
    bigint: 'an integer',
    string: 'text',
    boolean: 'yes or no',
  };
  return names[typeof value] ?? 'a record';
}
