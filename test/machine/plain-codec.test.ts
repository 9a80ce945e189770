import assert from 'node:assert/strict';
import { FileFormatError, PlainReader, PlainWriter } from '../../simulator/machine/state/plain-codec';
import { StateHash } from '../../simulator/machine/state/state-hash';
import type { PlainValue } from '../../simulator/schema/state/plain';

const values: readonly PlainValue[] = [
  null,
  false,
  true,
  -0.5,
  'text with an é',
  0n,
  -(2n ** 63n),
  2n ** 64n - 1n,
  Uint8Array.of(1, 2, 3),
  Int32Array.of(-1, 2),
  Uint32Array.of(0xffffffff),
  Float64Array.of(0.1, Number.POSITIVE_INFINITY),
  [1, [2n, 'three']],
  { field: { inner: [] } },
];

function written(value: PlainValue): Uint8Array {
  const writer = new PlainWriter();
  writer.plain(value);
  return writer.bytes.slice();
}

describe('plain data', () => {
  it('is read as it was written', () => {
    const reader = new PlainReader(written(values));
    assert.deepEqual(reader.plain(), values);
    assert.ok(reader.isAtEnd);
  });

  it('has another hash for each value', () => {
    const digests = values.map((value) => {
      const hash = new StateHash();
      hash.plain(value);
      return hash.digest();
    });
    assert.equal(new Set(digests).size, values.length);
  });

  it('is refused when it ends anywhere too early', () => {
    const bytes = written(values);
    for (let length = 0; length < bytes.length; length++)
      assert.throws(() => new PlainReader(bytes.subarray(0, length)).plain(), FileFormatError, `${length} bytes`);
  });

  it('is refused when an integer has no digits', () => {
    const bytes = written(12n);
    bytes[bytes.length - 1] = 'x'.charCodeAt(0);
    assert.throws(() => new PlainReader(bytes).plain(), /other signs than digits/);
  });
});
