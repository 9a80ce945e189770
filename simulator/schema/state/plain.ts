/** Plain data: what a state is saved as, hashed, compared and written to files; never a live reference. */
export type PlainValue = number | bigint | boolean | string | null | Numbers | readonly PlainValue[] | PlainRecord;

export type PlainRecord = { readonly [field: string]: PlainValue };

/** Many numbers of one size. */
export type Numbers = Uint8Array | Int32Array | Uint32Array | Float64Array;

export function isNumbers(value: unknown): value is Numbers {
  return (
    value instanceof Uint8Array ||
    value instanceof Int32Array ||
    value instanceof Uint32Array ||
    value instanceof Float64Array
  );
}

export function isPlainList(value: PlainValue | undefined): value is readonly PlainValue[] {
  return Array.isArray(value);
}

export function isPlainRecord(value: PlainValue | undefined): value is PlainRecord {
  return typeof value === 'object' && value !== null && !isPlainList(value) && !isNumbers(value);
}
