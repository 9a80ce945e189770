import { instructionsNamed, pseudoInstructionsNamed } from '../../../simulator/isa';

const places = new Map<string, number>();

/** Which operand of a mnemonic is a CSR, by the table; -1 where none is. */
export function csrPlace(mnemonic: string): number {
  const known = places.get(mnemonic);
  if (known !== undefined) return known;
  const [entry] = [...instructionsNamed(mnemonic), ...pseudoInstructionsNamed(mnemonic)];
  const place = entry?.syntax.split(', ').indexOf('csr') ?? -1;
  if (entry) places.set(mnemonic, place);
  return place;
}
