import { deepStrictEqual, strictEqual, throws } from 'node:assert/strict';
import { TLB_ENTRIES, Tlb, type TlbEntry, virtualPage } from '../../simulator/mmu';
import { restore } from '../../simulator/schema/state/component';
import { numbersFrom } from '../support/random';

function entry(page: number, details: Partial<TlbEntry> = {}): TlbEntry {
  const base = { virtual: false, vmid: 0, asid: 1, global: false, bare: false, page, level: 0 };
  const leaf = { flags: 0xcf, secondStage: 0xff, physical: page * 4096 };
  const whole = { ...base, ...leaf, secondLevel: 0, guestPage: 0, ...details };
  return { firstLevel: whole.level, ...whole };
}

function tlb(): { tlb: Tlb; dropped: number[] } {
  const dropped: number[] = [];
  return { tlb: new Tlb(({ page }) => dropped.push(page)), dropped };
}

describe('TLB', () => {
  it('finds entries of the address space and global ones, of every page size', () => {
    const { tlb: cache } = tlb();
    cache.fill(entry(5));
    cache.fill(entry(512, { level: 1 }));
    cache.fill(entry(7, { asid: 2, global: true }));
    strictEqual(cache.lookup(1, 5)?.physical, 5 * 4096);
    strictEqual(cache.lookup(2, 5), undefined);
    strictEqual(cache.lookup(1, 512 + 77)?.level, 1);
    strictEqual(cache.lookup(1, 1024), undefined);
    strictEqual(cache.lookup(9, 7)?.page, 7);
  });

  it('replaces the oldest fill, whatever was looked up', () => {
    const { tlb: cache, dropped } = tlb();
    for (let page = 0; page < TLB_ENTRIES; page++) cache.fill(entry(page));
    cache.lookup(1, 0);
    cache.fill(entry(5000));
    deepStrictEqual(dropped, [0]);
    cache.fill(entry(1, { flags: 0xff }));
    strictEqual(cache.entries.length, TLB_ENTRIES, 'the same page keeps its place');
    cache.fill(entry(5001));
    strictEqual(cache.lookup(1, 1), undefined);
    strictEqual(cache.lookup(1, 2)?.page, 2);
  });

  it('flushes by page and by address space as sfence.vma does', () => {
    const filled = (): Tlb => {
      const { tlb: cache } = tlb();
      cache.fill(entry(5));
      cache.fill(entry(5, { asid: 2 }));
      cache.fill(entry(512, { level: 1 }));
      cache.fill(entry(600, { global: true }));
      return cache;
    };
    const pagesAfter = (page: number | undefined, asid: number | undefined): string[] => {
      const cache = filled();
      cache.flush(page, asid);
      return cache.entries.map((each) => `${each.asid}:${each.page}`);
    };
    deepStrictEqual(pagesAfter(undefined, undefined), []);
    deepStrictEqual(pagesAfter(5, undefined), ['1:512', '1:600']);
    deepStrictEqual(pagesAfter(600, undefined), ['1:5', '2:5'], 'the large page holds page 600 too');
    deepStrictEqual(pagesAfter(undefined, 1), ['2:5', '1:600'], 'global entries stay');
    deepStrictEqual(pagesAfter(5, 1), ['2:5', '1:512', '1:600']);
  });

  it('saves and restores its whole state', () => {
    const { tlb: cache } = tlb();
    for (let page = 0; page < 300; page++) cache.fill(entry(page, { asid: page % 3, global: page % 7 === 0 }));
    cache.flush(undefined, 1);
    const saved = cache.component.save();
    const { tlb: other } = tlb();
    other.fill(entry(99999));
    restore(other.component, saved, 'tlb');
    deepStrictEqual(other.component.save(), saved);
    for (const each of [cache, other]) each.fill(entry(4242));
    deepStrictEqual(other.component.save(), cache.component.save());
    deepStrictEqual(other.lookup(0, 60), cache.lookup(0, 60));
  });

  it('takes up no entries that it could not have', () => {
    const { tlb: cache } = tlb();
    cache.fill(entry(512, { level: 1 }));
    cache.fill(entry(7));
    const saved = cache.component.save();
    const width = (saved.state['entries'] as Float64Array).length / 2;
    const cases: readonly [at: number, value: number, message: RegExp][] = [
      [0, 1024, /tlb: field entries\[0\]\.slot must be an integer from 0 to 1023, not 1024/],
      [width, 0, /entries\[1\]\.slot must be above the slot before it, not 0/],
      [6, 513, /entries\[0\]\.page must be a multiple of its size, not 513/],
      [7, 4, /entries\[0\]\.level must be an integer from 0 to 3, not 4/],
      [width + 1, 0.5, /entries\[1\]\.virtual must be an integer from 0 to 1, not 0\.5/],
    ];
    const refusal = (entries: Float64Array) => () =>
      restore(cache.component, { ...saved, state: { ...saved.state, entries } }, 'tlb');
    const changed = (at: number, value: number): Float64Array =>
      Float64Array.from(saved.state['entries'] as Float64Array, (number, index) => (index === at ? value : number));
    for (const [at, value, message] of cases) throws(refusal(changed(at, value)), message);
    throws(refusal(new Float64Array(5)), /field entries must be entries of 14 numbers, not 5 numbers/);
    const twice = changed(width + 6, 512);
    twice[width + 7] = 1;
    throws(refusal(twice), /entries\[1\]\.page must be another one than those of other entries, not 512/);
    deepStrictEqual(cache.component.save(), saved);
  });

  it('numbers the pages of canonical addresses', () => {
    strictEqual(virtualPage(0x12345678, 0), 0x12345);
    strictEqual(virtualPage(-4096, -1), 0xfffffffff);
    strictEqual(virtualPage(0, 0x3f), 0x3f00000);
  });
});

describe('fences of a guest', () => {
  it('forget just what the first stage’s leaf maps, whatever parts the second stage makes of it', () => {
    const below = numbersFrom(99);
    const size = (level: number): number => 512 ** level;
    for (let round = 0; round < 300; round++) {
      const tlb = new Tlb(() => undefined, 32);
      for (let fill = 0; fill < 40; fill++) {
        const firstLevel = below(3);
        const secondLevel = below(3);
        const level = Math.min(firstLevel, secondLevel);
        const page = below(2 ** 19);
        tlb.fill({
          virtual: below(4) > 0,
          vmid: 1 + below(2),
          asid: below(2),
          global: below(3) === 0,
          bare: false,
          page: page - (page % size(level)),
          level,
          flags: 0xcf,
          secondStage: 0xe,
          physical: 0,
          firstLevel,
          secondLevel,
          guestPage: page - (page % size(level)),
        });
      }
      const before = tlb.entries;
      const asid = below(2) === 0 ? undefined : below(2);
      const page = below(4) === 0 ? undefined : (before[below(before.length)]?.page ?? 0) + below(512);
      tlb.flushVirtual(1, page, asid);
      const leafOf = (of: number, level: number): number => Math.floor(of / size(level));
      const left = before.filter(
        (entry) =>
          !entry.virtual ||
          entry.vmid !== 1 ||
          (asid !== undefined && (entry.asid !== asid || entry.global)) ||
          (page !== undefined && leafOf(entry.page, entry.firstLevel) !== leafOf(page, entry.firstLevel)),
      );
      deepStrictEqual(tlb.entries, left);
    }
  });
});
