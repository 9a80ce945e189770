import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Gva } from '../../simulator/mmu/address';

describe('addresses', () => {
  const edges = [0n, 1n, 0xffffffffn, 0x1_0000_0000n, 0x7fff_ffff_ffff_ffffn, 0xffff_ffff_0000_0000n, -1n, -4n];
  const distances = [0, 2, 4, 0x7ff, -1, -0x800, 0x7fffffff, -0x80000000];

  it('go on and back by bytes, around both ends of all addresses', () => {
    for (const edge of edges) {
      for (const distance of distances) {
        const expected = BigInt.asUintN(64, edge + BigInt(distance));
        assert.equal(Gva.of(edge).plus(distance).value, expected, `${edge} + ${distance}`);
        assert.ok(Gva.of(edge).plus(distance).equals(Gva.of(expected)));
      }
    }
  });

  it('are equal in both words or not at all', () => {
    assert.ok(!Gva.of(1n).equals(Gva.of(0x1_0000_0001n)));
    assert.ok(!Gva.of(1n).equals(Gva.of(2n)));
  });
});
