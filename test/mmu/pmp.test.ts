import { deepStrictEqual, strictEqual } from 'node:assert/strict';
import { Access, Pmp, Privilege } from '../../simulator/mmu';
import { restore } from '../../simulator/schema/state/component';

const { supervisor, machine } = Privilege;
const [R, W, X, TOR, NA4, NAPOT, L] = [1, 2, 4, 8, 0x10, 0x18, 0x80] as const;

function pmp(...entries: readonly (readonly [config: number, address: bigint])[]): Pmp {
  const unit = new Pmp(() => undefined);
  for (const [index, [, address]] of entries.entries()) unit.setAddressRegister(index, address >> 2n);
  for (let word = 0; word < 4; word++) {
    const configs = entries.slice(word * 4, word * 4 + 4).map(([config]) => config);
    unit.setConfigWord(
      word,
      configs.reduce((value, config, i) => value | (config << (8 * i)), 0),
    );
  }
  return unit;
}

/** Base and size of a naturally aligned power of two as pmpaddr holds it, shifted left by 2. */
const napot = (base: bigint, size: bigint): bigint => base | (size / 2n - 1n);

describe('PMP', () => {
  it('denies everything below M-mode, and nothing in it, without entries', () => {
    const unit = pmp();
    strictEqual(unit.allows(0x80000000, 4, Access.read, supervisor), false);
    strictEqual(unit.allows(0x80000000, 4, Access.write, machine), true);
  });

  it('matches the first entry that holds any byte, and needs it to hold all', () => {
    const unit = pmp([NAPOT | R, napot(0x80000000n, 0x1000n)], [NAPOT | R | W | X, (1n << 56n) - 1n]);
    strictEqual(unit.allows(0x80000ffc, 4, Access.read, supervisor), true);
    strictEqual(unit.allows(0x80000ffc, 4, Access.write, supervisor), false);
    strictEqual(unit.allows(0x80001000, 4, Access.write, supervisor), true);
    strictEqual(unit.allows(0x80000ffe, 4, Access.read, supervisor), false);
    strictEqual(unit.allows(0x7ffffffe, 4, Access.read, supervisor), false);
  });

  it('has ranges from the entry before, and of four bytes', () => {
    const unit = pmp([0, 0x80000000n], [TOR | R, 0x80002000n], [NA4 | W | R, 0x80003004n]);
    strictEqual(unit.allows(0x80000000, 8, Access.read, supervisor), true);
    strictEqual(unit.allows(0x80001ff8, 8, Access.read, supervisor), true);
    strictEqual(unit.allows(0x80002000, 1, Access.read, supervisor), false);
    strictEqual(unit.allows(0x80003004, 4, Access.write, supervisor), true);
    strictEqual(unit.allows(0x80003000, 4, Access.write, supervisor), false);
    strictEqual(unit.allowsPage(0x80001000, Access.read, supervisor), true);
    strictEqual(unit.allowsPage(0x80003000, Access.read, supervisor), false);
  });

  it('binds M-mode by locked entries, which do not change', () => {
    const unit = pmp([L | NAPOT | R, napot(0x80000000n, 0x1000n)], [L | TOR, 0x80008000n]);
    strictEqual(unit.allows(0x80000000, 4, Access.read, machine), true);
    strictEqual(unit.allows(0x80000000, 4, Access.write, machine), false);
    unit.setConfigWord(0, 0);
    unit.setAddressRegister(0, 0n);
    strictEqual(unit.allows(0x80000000, 4, Access.write, machine), false, 'locked, and the base of a locked range');
  });

  it('keeps W without R from being set, and 54 bits of an address', () => {
    const unit = pmp([NAPOT | W, (1n << 60n) - 1n]);
    strictEqual(unit.configWord(0), NAPOT);
    strictEqual(unit.addressRegister(0), (1n << 54n) - 1n);
    const copy = pmp();
    restore(copy.component, unit.component.save(), 'pmp');
    deepStrictEqual(copy.component.save(), unit.component.save());
  });
});
