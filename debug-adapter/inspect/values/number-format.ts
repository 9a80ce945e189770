import { type Environment, isFloat, numberOf, sizeOf, type Value } from '../../../simulator/expression/evaluate';
import { hex } from '../../format';
import { RequestError } from '../../request-error';

const formats = {
  x: 'hexadecimal',
  d: 'decimal, signed',
  u: 'decimal, unsigned',
  o: 'octal',
  b: 'binary',
  c: 'a character',
  s: 'the string at the address',
} as const;
export type NumberFormat = keyof typeof formats;

/** A longer string is cut, in bytes. */
const LONGEST = 256;

/** Takes the format off the end of an expression: `a0,d`. @throws RequestError for a format that there is not */
export function splitFormat(text: string): { readonly expression: string; readonly format?: NumberFormat } {
  const comma = text.lastIndexOf(',');
  const letter = text.slice(comma + 1).trim();
  if (comma < 0 || !/^[A-Za-z]+$/.test(letter)) return { expression: text };
  const expression = text.slice(0, comma);
  if (Object.hasOwn(formats, letter)) return { expression, format: letter as NumberFormat };
  const known = Object.entries(formats).map(([name, what]) => `${name} (${what})`);
  throw new RequestError(`'${letter}' is no format: ${known.join(', ')}`);
}

/** A value as its format says. @param isQuoted as it would be written in a source: strings and characters in quotes */
export function formatted(value: Value, format: NumberFormat, environment: Environment, isQuoted: boolean): string {
  const width = sizeOf(value.type) * 8;
  const bits = BigInt.asUintN(width, value.bits);
  const whole = isFloat(value.type) ? BigInt.asUintN(width, numberOf(value)) : bits;
  switch (format) {
    case 'x':
      return hex(bits);
    case 'd':
      return `${BigInt.asIntN(width, whole)}`;
    case 'u':
      return `${whole}`;
    case 'o':
      return bits === 0n ? '0' : `0${bits.toString(8)}`;
    case 'b':
      return `0b${bits.toString(2)}`;
    case 'c': {
      const code = Number(whole & 0xffn);
      return isQuoted ? `${code} '${escaped(code)}'` : String.fromCharCode(code);
    }
    case 's':
      return stringAt(value, environment, isQuoted);
  }
}

/** The views of a register's value that its hexadecimal number does not show at once. */
export function viewsOf(bits: bigint): { readonly name: string; readonly value: string }[] {
  const bytes = Array.from({ length: 8 }, (_, index) => Number((bits >> BigInt(8 * index)) & 0xffn));
  return [
    { name: 'signed', value: `${BigInt.asIntN(64, bits)}` },
    { name: 'unsigned', value: `${bits}` },
    { name: '32 bits, signed', value: `${BigInt.asIntN(32, bits)}` },
    { name: 'binary', value: `0b${bits.toString(2)}` },
    { name: 'characters', value: `'${bytes.map(escaped).join('')}'` },
  ];
}

function stringAt({ type, bits, place }: Value, environment: Environment, isQuoted: boolean): string {
  // What is in memory is the beginning of the string, unless it is an address itself.
  const isText = place?.kind === 'memory' && sizeOf(type) === 1;
  const space = (isText ? place.space : type.kind === 'float' ? undefined : type.space) ?? 'gva';
  const start = isText ? place.address : bits;
  const bytes: number[] = [];
  while (bytes.length < LONGEST) {
    const byte = Number(environment.read(space, BigInt.asUintN(64, start + BigInt(bytes.length)), 1));
    if (byte === 0) break;
    bytes.push(byte);
  }
  const text = new TextDecoder().decode(Uint8Array.from(bytes));
  const rest = bytes.length === LONGEST ? '...' : '';
  return isQuoted ? `${JSON.stringify(text)}${rest}` : `${text}${rest}`;
}

const escapes: { readonly [code: number]: string } = {
  0: '\\0',
  9: '\\t',
  10: '\\n',
  13: '\\r',
  39: "\\'",
  92: '\\\\',
};

function escaped(code: number): string {
  const known = escapes[code];
  if (known !== undefined) return known;
  return code >= 32 && code < 127 ? String.fromCharCode(code) : `\\x${code.toString(16).padStart(2, '0')}`;
}
