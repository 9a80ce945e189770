/** Where the fields of a CSR are in its two words, by their names. */
import type { CsrDescription, CsrField } from './description';

const WORD = 32;

/** The bits of fields in one word of a CSR. @param first the number of the word's lowest bit */
function maskFrom(first: number, csr: CsrDescription, names: readonly string[]): number {
  let mask = 0;
  for (const name of names) {
    const { high, low } = fieldOf(csr, name);
    if (low < first || high >= first + WORD)
      throw new RangeError(`${csr.name}.${name} is not in the word from bit ${first}`);
    for (let bit = low; bit <= high; bit++) mask |= 1 << (bit - first);
  }
  return mask;
}

function fieldOf(csr: CsrDescription, name: string): { readonly high: number; readonly low: number } {
  const field = csr.fields.find((each) => each.name === name);
  if (!field) throw new RangeError(`${csr.name} has no field ${name}`);
  return field;
}

/** The bits of fields in a CSR's low word, as a signed number. */
export function lowMask<Name extends string>(csr: CsrDescription<Name>, ...names: readonly NoInfer<Name>[]): number {
  return maskFrom(0, csr, names);
}

/** The bits of fields in a CSR's high word, as a signed number. */
export function highMask<Name extends string>(csr: CsrDescription<Name>, ...names: readonly NoInfer<Name>[]): number {
  return maskFrom(WORD, csr, names);
}

/** By how much a field is shifted in its word. */
export function fieldShift<Name extends string>(csr: CsrDescription<Name>, name: NoInfer<Name>): number {
  return fieldOf(csr, name).low % WORD;
}

/** The value of a field. */
export function fieldValue({ high, low }: Pick<CsrField, 'high' | 'low'>, value: bigint): bigint {
  return (value >> BigInt(low)) & ((1n << BigInt(high - low + 1)) - 1n);
}

/** The value of a CSR's field, by its name. */
export const valueOfField = <Name extends string>(
  csr: CsrDescription<Name>,
  name: NoInfer<Name>,
  value: bigint,
): bigint => fieldValue(fieldOf(csr, name), value);
