import { isFloat, numberOf, realOf, type Value } from '../expression/evaluate';

/** Characters of a text that a message repeats. */
const LONGEST = 200;

/** A text as a message has it. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text);
}

/** `41 (0x29)` */
export function valueInWords(value: Value): string {
  if (isFloat(value.type)) return String(realOf(value));
  const signed = BigInt.asIntN(64, numberOf(value));
  return `${signed} (0x${BigInt.asUintN(64, value.bits).toString(16)})`;
}

export function times(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/** `1st`, `2nd` */
export function ordinal(number: number): string {
  const ending = /1[123]$/.test(String(number)) ? 'th' : (['th', 'st', 'nd', 'rd'][number % 10] ?? 'th');
  return `${number}${ending}`;
}
