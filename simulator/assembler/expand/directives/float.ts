import type { Unit } from '../../unit/unit';
import { type Directive, directives, OperandReader, type Run } from './directive';

/** A format of IEEE 754, or the 80-bit one of the x87, whose leading bit is written out. */
interface Format {
  /** In the object. */
  readonly bytes: number;
  readonly exponentBits: number;
  /** With the leading bit. */
  readonly precision: number;
  readonly explicit: boolean;
}

const half: Format = { bytes: 2, exponentBits: 5, precision: 11, explicit: false };
const single: Format = { bytes: 4, exponentBits: 8, precision: 24, explicit: false };
const double: Format = { bytes: 8, exponentBits: 11, precision: 53, explicit: false };
const extended: Format = { bytes: 10, exponentBits: 15, precision: 64, explicit: true };

const maximumExponent = 100_000;

/** The little-endian bytes of a floating-point number as GNU as reads it; a text says what is wrong. */
export function floatBytes(text: string, format: Format): Uint8Array | string {
  // A zero and a letter may come first; which letter does not matter.
  const plain = text.replace(/\s+/g, '').replace(/^0[A-Za-z]/, '');
  if (plain.startsWith(':')) return hexBytes(plain.slice(1), format);
  const match = /^([+-]?)(.*)$/.exec(plain)!;
  const negative = match[1] === '-';
  const magnitude = match[2]!.toLowerCase();
  if (/^inf(inity)?$/.test(magnitude)) return packed(negative, infinity(format), format);
  if (/^[qs]?nan$/.test(magnitude)) return packed(negative, notNumber(format, magnitude === 'snan'), format);
  const parts = /^(\d*)(?:\.(\d*))?(?:e([+-]?\d+))?$/.exec(magnitude);
  const digits = parts ? `${parts[1]}${parts[2] ?? ''}` : '';
  // Nothing at all, with a sign or without, is a zero to GNU as.
  if (magnitude === '') return packed(negative, 0n, format);
  if (!parts || digits === '') return `'${text}' is no floating-point number`;
  const exponent = Number(parts[3] ?? 0) - (parts[2]?.length ?? 0);
  if (BigInt(digits) === 0n) return packed(negative, 0n, format);
  if (Math.abs(exponent) + digits.length > maximumExponent) {
    return exponent > 0 ? tooLarge(text, format) : packed(negative, 0n, format);
  }
  const bits = rounded(BigInt(digits), exponent, format);
  return bits >= infinity(format) ? tooLarge(text, format) : packed(negative, bits, format);
}

function tooLarge(text: string, { bytes }: Format): string {
  return `'${text}' is too large for ${bytes} bytes`;
}

const bias = ({ exponentBits }: Format): number => 2 ** (exponentBits - 1) - 1;
const fractionBits = ({ precision, explicit }: Format): number => (explicit ? precision : precision - 1);

function infinity(format: Format): bigint {
  const exponent = ((1n << BigInt(format.exponentBits)) - 1n) << BigInt(fractionBits(format));
  return format.explicit ? exponent | (1n << BigInt(format.precision - 1)) : exponent;
}

function notNumber(format: Format, signalling: boolean): bigint {
  const below = format.precision - 2;
  return infinity(format) | (signalling ? (1n << BigInt(below)) - 1n : (1n << BigInt(below + 1)) - 1n);
}

/** The bits of digits × 10^exponent, rounded to nearest even. */
function rounded(digits: bigint, exponent: number, format: Format): bigint {
  const { precision } = format;
  let numerator = exponent >= 0 ? digits * 10n ** BigInt(exponent) : digits;
  let denominator = exponent >= 0 ? 1n : 10n ** BigInt(-exponent);
  // 2^scale ≤ value < 2^(scale + 1)
  let scale = numerator.toString(2).length - denominator.toString(2).length;
  const below = scale >= 0 ? numerator < denominator << BigInt(scale) : numerator << BigInt(-scale) < denominator;
  if (below) scale--;
  const smallest = 1 - bias(format);
  const shift = precision - 1 - Math.max(scale, smallest);
  if (shift >= 0) numerator <<= BigInt(shift);
  else denominator <<= BigInt(-shift);
  let significand = numerator / denominator;
  const twice = (numerator % denominator) * 2n;
  if (twice > denominator || (twice === denominator && significand & 1n)) significand++;
  const field = BigInt(Math.max(scale, smallest) - smallest);
  // A carry out of the significand goes into the exponent by itself where the leading bit is hidden.
  const leading = 1n << BigInt(precision - 1);
  if (!format.explicit) return (field << BigInt(precision - 1)) + significand;
  if (significand >= leading << 1n) return ((field + 2n) << BigInt(precision)) | leading;
  return ((significand >= leading ? field + 1n : 0n) << BigInt(precision)) | significand;
}

function packed(negative: boolean, bits: bigint, format: Format): Uint8Array {
  const sign = negative ? 1n << BigInt(format.exponentBits + fractionBits(format)) : 0n;
  let rest = bits | sign;
  return Uint8Array.from({ length: format.bytes }, () => {
    const byte = Number(rest & 0xffn);
    rest >>= 8n;
    return byte;
  });
}

/** The bytes that a number of a format fills where it is not written as one: 12 for the format of 10. */
function roomOf(format: Format): number {
  return format === extended ? 12 : format.bytes;
}

/** `:` and hexadecimal digits: the bytes from the most significant one. */
function hexBytes(text: string, format: Format): Uint8Array | string {
  const digits = text.replace(/_/g, '');
  if (!/^[0-9a-f]*$/i.test(digits)) return `'${text}' is not hexadecimal`;
  const length = roomOf(format);
  const result = new Uint8Array(length);
  if (digits.length > 2 * length) return `'${text}' has more than ${length} bytes`;
  for (let i = 0; 2 * i < digits.length; i++)
    result[length - 1 - i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2).padEnd(2, '0'), 16);
  return result;
}

function floats(format: Format): Run {
  return (unit, statement) => {
    const { operandsStart, end, operandText } = statement;
    if (operandText.trim() === '') return;
    if (!unit.allowContents(operandsStart, end)) return;
    for (const part of operandText.split(',')) appendFloat(unit, part.trim(), format, operandsStart, end);
  };
}

function appendFloat(unit: Unit, text: string, format: Format, start: number, end: number): void {
  const bytes = floatBytes(text, format);
  if (typeof bytes === 'string') unit.error('float', bytes, start, end);
  else unit.appendBytes(bytes, start, end);
}

/** `.dcb.d count[, number]`: one number several times. */
function repeated(format: Format): Run {
  return (unit, statement) => {
    const reader = new OperandReader(unit, statement);
    const count = reader.constant('the number of elements', 0);
    const { lexer } = reader;
    const text = lexer.is(',') ? lexer.text.slice(lexer.end, statement.end).trim() : ':0';
    reader.skip();
    if (count === undefined || count <= 0 || !unit.room(Number(count) * format.bytes, statement.start, statement.end))
      return;
    const bytes = floatBytes(text, format);
    if (typeof bytes === 'string') unit.error('float', bytes, statement.operandsStart, statement.end);
    else for (let i = 0; i < Number(count); i++) unit.appendBytes(bytes, statement.operandsStart, statement.end);
  };
}

export const floatDirectives: readonly Directive[] = [
  ...directives('.float .single .dc.s', 'number, ...', 'Floating-point numbers of 4 bytes', floats(single)),
  ...directives('.double .dc.d', 'number, ...', 'Floating-point numbers of 8 bytes', floats(double)),
  ...directives('.float16', 'number, ...', 'Floating-point numbers of 2 bytes', floats(half)),
  ...directives('.dc.x', 'number, ...', 'Floating-point numbers of 80 bits', floats(extended)),
  ...directives('.dcb.s', 'count[, number]', 'A floating-point number of 4 bytes, repeated', repeated(single)),
  ...directives('.dcb.d', 'count[, number]', 'A floating-point number of 8 bytes, repeated', repeated(double)),
  ...directives('.dcb.x', 'count[, number]', 'A floating-point number of 80 bits, repeated', repeated(extended)),
];
