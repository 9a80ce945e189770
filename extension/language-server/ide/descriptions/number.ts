import { characterValue } from '../../../../simulator/assembler/syntax/expression';
import { hex } from './markdown';

/** The value of a number or character literal; undefined when the text is none. */
export function valueOfLiteral(text: string): bigint | undefined {
  if (text.startsWith("'")) {
    const value = characterValue(text);
    return value === undefined ? undefined : BigInt(value);
  }
  if (/^0[0-7]+$/.test(text)) return BigInt(`0o${text.slice(1)}`);
  return /^(0[xX][0-9a-fA-F]+|0[bB][01]+|\d+)$/.test(text) ? BigInt(text) : undefined;
}

/** A number in every base, and as characters where it can be read as such. */
export function describeNumber(text: string): string | undefined {
  const value = valueOfLiteral(text);
  return value === undefined ? undefined : numberText(value);
}

export function numberText(value: bigint): string {
  const bits = BigInt.asUintN(64, value);
  const forms = [`${value}`, hex(bits)];
  const signed = BigInt.asIntN(64, bits);
  if (signed !== value) forms.push(`${signed}`);
  const grouped = bits.toString(2).replace(/(?<=[01])(?=([01]{8})+$)/g, '_');
  forms.push(`0b${grouped}`);
  const characters = charactersOf(bits);
  if (characters !== undefined) forms.push(characters);
  return `\`${forms.join(' = ')}\``;
}

/** The bytes from the highest down as ASCII, when all of them are printable. */
function charactersOf(bits: bigint): string | undefined {
  const digits = bits.toString(16);
  const bytes = digits.padStart(digits.length + (digits.length % 2), '0').match(/../g) ?? [];
  const codes = bytes.map((byte) => Number.parseInt(byte, 16));
  if (!codes.every((c) => c >= 0x20 && c < 0x7f && c !== 0x60)) return undefined;
  return `'${String.fromCharCode(...codes)}'`;
}
