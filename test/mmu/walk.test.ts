import { deepStrictEqual, strictEqual } from 'node:assert/strict';
import {
  Access,
  isCanonical,
  type PageTables,
  Pte,
  WalkOutcome,
  type WalkRequest,
  type WalkResult,
  type WalkStep,
  walk,
} from '../../simulator/mmu';

const ROOT = 0x80000;
const { V, R, W, X, U, G, A, D } = Pte;

/** Page tables in a map from address to entry. */
class Tables implements PageTables {
  pteLow = 0;
  pteHigh = 0;
  readonly entries = new Map<number, bigint>();
  readonly writes: number[] = [];

  readPte(address: number): boolean {
    const entry = this.entries.get(address);
    if (entry === undefined) return false;
    this.pteLow = Number(BigInt.asIntN(32, entry));
    this.pteHigh = Number(BigInt.asIntN(32, entry >> 32n));
    return true;
  }

  setPteBits(address: number, bits: number): boolean {
    this.writes.push(address);
    this.entries.set(address, (this.entries.get(address) ?? 0n) | BigInt(bits));
    return true;
  }

  /** An entry of a table (by page number), other entries of which are invalid. */
  set(table: number, index: number, page: number, flags: number): this {
    for (let i = 0; i < 512; i++) {
      const address = table * 4096 + i * 8;
      if (!this.entries.has(address)) this.entries.set(address, 0n);
    }
    this.entries.set(table * 4096 + index * 8, (BigInt(page) << 10n) | BigInt(flags));
    return this;
  }
}

const kernelRead: WalkRequest = {
  root: ROOT,
  levels: 3,
  access: Access.read,
  user: false,
  sum: false,
  mxr: false,
};

function translate(tables: PageTables, request: Partial<WalkRequest>, low: number, high = 0, steps?: WalkStep[]) {
  const result: WalkResult = { level: -1, physical: -1, flags: 0 };
  const outcome = walk(tables, { ...kernelRead, ...request }, low, high, result, steps);
  return { outcome, ...result };
}

/** Virtual 0x12345000 (indexes 0, 0x91, 0x145) in three levels. */
function threeLevels(flags: number): Tables {
  return new Tables()
    .set(ROOT, 0, ROOT + 1, V)
    .set(ROOT + 1, 0x91, ROOT + 2, V)
    .set(ROOT + 2, 0x145, 0x99999, flags);
}

const outcomeOf = (tables: PageTables, request: Partial<WalkRequest>, low = 0x12345678): WalkOutcome =>
  translate(tables, request, low).outcome;

describe('page-table walk', () => {
  it('finds a page of 4 KiB, and tells each entry that it read', () => {
    const steps: WalkStep[] = [];
    const found = translate(threeLevels(V | R | A), {}, 0x12345678, 0, steps);
    deepStrictEqual(found, { outcome: WalkOutcome.page, level: 0, physical: 0x99999000, flags: V | R | A });
    deepStrictEqual(
      steps.map(({ level, address }) => [level, address]),
      [
        [2, ROOT * 4096],
        [1, (ROOT + 1) * 4096 + 0x91 * 8],
        [0, (ROOT + 2) * 4096 + 0x145 * 8],
      ],
    );
  });

  it('finds large pages, and faults when they are not aligned', () => {
    const large = new Tables().set(ROOT, 0, ROOT + 1, V).set(ROOT + 1, 0x91, 0x40200, V | R | A);
    deepStrictEqual(translate(large, {}, 0x12345678), {
      outcome: WalkOutcome.page,
      level: 1,
      physical: 0x40200000,
      flags: V | R | A,
    });
    const huge = new Tables().set(ROOT, 0, 0x40000, V | R | A);
    strictEqual(translate(huge, {}, 0x12345678).level, 2);
    strictEqual(outcomeOf(new Tables().set(ROOT, 0, 0x40001, V | R | A), {}), WalkOutcome.pageFault);
  });

  it('goes through four levels for Sv48', () => {
    const tables = new Tables()
      .set(ROOT, 0x100, ROOT + 1, V)
      .set(ROOT + 1, 0, ROOT + 2, V)
      .set(ROOT + 2, 0, ROOT + 3, V)
      .set(ROOT + 3, 1, 0x777, V | R | A);
    const found = translate(tables, { levels: 4 }, 0x1000, 0xffff8000 | 0);
    deepStrictEqual([found.outcome, found.physical], [WalkOutcome.page, 0x777000]);
  });

  it('faults on addresses that are not canonical', () => {
    strictEqual(isCanonical(0x3f, 3), true);
    strictEqual(isCanonical(0x40, 3), false);
    strictEqual(isCanonical(-0x40, 3), true);
    strictEqual(isCanonical(0x7fff, 4), true);
    strictEqual(isCanonical(0x8000, 4), false);
    strictEqual(translate(threeLevels(V | R | A), {}, 0x12345678, 0x100).outcome, WalkOutcome.pageFault);
  });

  it('checks permissions by mode, SUM and MXR', () => {
    const fault = WalkOutcome.pageFault;
    const { page } = WalkOutcome;
    const kernel = threeLevels(V | R | X | A | D);
    strictEqual(outcomeOf(kernel, {}), page);
    strictEqual(outcomeOf(kernel, { user: true }), fault);
    strictEqual(outcomeOf(kernel, { access: Access.write }), fault);
    strictEqual(outcomeOf(kernel, { access: Access.execute }), page);
    const user = threeLevels(V | R | W | X | U | A | D);
    strictEqual(outcomeOf(user, {}), fault);
    strictEqual(outcomeOf(user, { sum: true }), page);
    strictEqual(outcomeOf(user, { sum: true, access: Access.execute }), fault);
    strictEqual(outcomeOf(user, { user: true, access: Access.execute }), page);
    const code = threeLevels(V | X | A);
    strictEqual(outcomeOf(code, {}), fault);
    strictEqual(outcomeOf(code, { mxr: true }), page);
  });

  it('faults on reserved combinations and bits', () => {
    const { pageFault } = WalkOutcome;
    strictEqual(outcomeOf(threeLevels(V | W | A), {}), pageFault);
    strictEqual(outcomeOf(threeLevels(R | A), {}), pageFault);
    for (const flags of [A, D, U]) {
      const pointer = new Tables().set(ROOT, 0, ROOT + 1, V | flags);
      strictEqual(outcomeOf(pointer, {}), pageFault);
    }
    for (const bit of [54n, 60n, 61n, 63n]) {
      const tables = threeLevels(V | R | A);
      const address = (ROOT + 2) * 4096 + 0x145 * 8;
      tables.entries.set(address, (tables.entries.get(address) ?? 0n) | (1n << bit));
      strictEqual(outcomeOf(tables, {}), pageFault, `bit ${bit}`);
    }
    strictEqual(outcomeOf(threeLevels(V), {}), pageFault, 'a pointer in the last table');
  });

  it('sets A, and D for a write, only where it may', () => {
    const tables = threeLevels(V | R | W | G);
    strictEqual(translate(tables, {}, 0x12345678).flags, V | R | W | G | A);
    strictEqual(tables.writes.length, 1);
    translate(tables, {}, 0x12345678);
    strictEqual(tables.writes.length, 1, 'A is set');
    strictEqual(translate(tables, { access: Access.write }, 0x12345678).flags, V | R | W | G | A | D);
    strictEqual(tables.writes.length, 2);
    const denied = threeLevels(V | R);
    strictEqual(outcomeOf(denied, { access: Access.write }), WalkOutcome.pageFault);
    strictEqual(denied.writes.length, 0);
  });

  it('leaves A and D alone without a way to set them', () => {
    const tables = threeLevels(V | R | W);
    const readOnly: PageTables = {
      readPte: (address) => tables.readPte(address),
      get pteLow() {
        return tables.pteLow;
      },
      get pteHigh() {
        return tables.pteHigh;
      },
    };
    strictEqual(outcomeOf(readOnly, { access: Access.write }), WalkOutcome.page);
    strictEqual(tables.writes.length, 0);
  });

  it('is an access fault where a table is not in memory', () => {
    const tables = new Tables().set(ROOT, 0, 0x12, V);
    strictEqual(outcomeOf(tables, {}), WalkOutcome.accessFault);
  });
});
