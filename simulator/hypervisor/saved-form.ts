/** Saved states that have no schema yet, by the form of one that the same machine gave. */

import type { Path } from '../schema/problems';
import { LATEST } from '../schema/state/fields';
import { isNumbers, isPlainList, isPlainRecord, type PlainRecord, type PlainValue } from '../schema/state/plain';
import { StateError } from '../schema/state/state-error';

const PAGING: PlainValue = { root: 0, asid: 0, levels: 0 };
const TABLE: PlainValue = { root: 0, frames: [], splitLarge: false, splitHuge: false };

/** Lists of any length, by the name of their field: what their items look like. */
const ITEMS: PlainRecord = {
  words: 0,
  // What vCPUs have been asked.
  requests: '',
  fences: { pages: [], asid: 0 },
  pages: '',
  // The VMM's tables.
  free: 0,
  frames: 0,
  tables: 0,
  views: {
    tag: { number: 0, generation: 0 },
    user: false,
    sum: false,
    mxr: false,
    paging: PAGING,
    table: TABLE,
    lastUse: 0,
  },
};

/** Fields that are there or not, whatever they are in a machine that has just been made. */
const OPTIONAL: PlainRecord = { timer: 0, world: { words: [] }, wait: '', paging: PAGING };

/** Compares states of one component. */
export class SavedForm {
  /** @param component where it is in the machine, for messages */
  constructor(private readonly component: string) {}

  /**
   * Checks that a state has the same fields as another one, with values of the same kinds.
   * @throws StateError that names the first field that has not
   */
  check(form: PlainValue, given: PlainValue | undefined, path: Path = []): void {
    const optional = OPTIONAL[lastField(path)];
    if (optional !== undefined && given === null) return;
    const like = optional ?? form;
    const [wanted, found] = [kindOf(like), kindOf(given)];
    if (wanted !== found) this.refuse(path, wanted, found);
    if (typeof given === 'number') this.checkNumber(given, path);
    if (isPlainList(like) && isPlainList(given)) this.checkList(like, given, path);
    else if (isPlainRecord(like) && isPlainRecord(given)) this.checkRecord(like, given, path);
  }

  /** Checks that what a component has taken up is what was given to it. @throws StateError that names the first difference */
  checkTaken(taken: PlainValue, given: PlainValue, path: Path = []): void {
    if (isPlainList(taken) && isPlainList(given)) {
      if (taken.length !== given.length) this.refuse(path, `${taken.length} items`, `${given.length}`);
      for (const [index, value] of taken.entries()) this.checkTaken(value, given[index] ?? null, [...path, index]);
    } else if (isPlainRecord(taken) && isPlainRecord(given)) {
      for (const [field, value] of Object.entries(taken))
        this.checkTaken(value, given[field] ?? null, [...path, field]);
    } else if (!isNumbers(taken) && taken !== given) this.refuse(path, String(taken), String(given));
  }

  private checkNumber(value: number, path: Path): void {
    if (!Number.isInteger(value)) this.refuse(path, 'a whole number', String(value));
    if (lastField(path) === 'timer' && (value < 0 || value > LATEST)) this.refuse(path, 'an instant', String(value));
  }

  private checkList(like: readonly PlainValue[], given: readonly PlainValue[], path: Path): void {
    const sample = ITEMS[lastField(path)];
    if (sample === undefined && like.length !== given.length)
      this.refuse(path, `${like.length} items`, `${given.length}`);
    for (const [index, item] of given.entries()) this.check(sample ?? like[index] ?? null, item, [...path, index]);
  }

  private checkRecord(like: PlainRecord, given: PlainRecord, path: Path): void {
    for (const [field, form] of Object.entries(like))
      this.check(form, Object.hasOwn(given, field) ? given[field] : undefined, [...path, field]);
    this.checkNoMore(like, given, path);
  }

  private checkNoMore(like: PlainRecord, given: PlainRecord, path: Path): void {
    const extra = Object.keys(given).find((field) => !Object.hasOwn(like, field));
    if (extra !== undefined) this.refuse([...path, extra], 'no such field', kindOf(given[extra]));
  }

  private refuse(path: Path, wanted: string, found: string): never {
    throw new StateError(this.component, path, `is ${found}, and the machine has ${wanted} there`);
  }
}

const lastField = (path: Path): string => String(path.filter((part) => typeof part === 'string').at(-1) ?? '');

function kindOf(value: PlainValue | undefined): string {
  if (value === null) return 'nothing';
  if (value === undefined) return 'absent';
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
