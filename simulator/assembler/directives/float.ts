/** The little-endian bytes of a floating-point number as GNU as reads it; undefined when the text is none. */
export function floatBytes(text: string, format: 'half' | 'single' | 'double'): Uint8Array | undefined {
  const value = parseFloatText(text);
  if (value === undefined) return undefined;
  const view = new DataView(new ArrayBuffer(8));
  if (format === 'double') view.setFloat64(0, value, true);
  else if (format === 'single') view.setFloat32(0, value, true);
  else view.setUint16(0, halfBits(value), true);
  return new Uint8Array(view.buffer, 0, format === 'double' ? 8 : format === 'single' ? 4 : 2);
}

/** A decimal number, with GNU's optional `0f`, `0d`, `0e`, `0r` prefix; `inf` and `nan`. */
function parseFloatText(text: string): number | undefined {
  const plain = text.replace(/\s+/g, '').replace(/^([+-]?)0[fFdDeErRsS](?=[+-.\d]|inf|nan)/, '$1');
  const sign = plain.startsWith('-') ? -1 : 1;
  const magnitude = plain.replace(/^[+-]+/, '');
  if (/^inf(inity)?$/i.test(magnitude)) return sign * Number.POSITIVE_INFINITY;
  if (/^[sq]?nan$/i.test(magnitude)) return Number.NaN;
  if (!/^(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(magnitude)) return undefined;
  const value = Number(magnitude);
  // A finite number that no double can hold.
  return Number.isFinite(value) ? sign * value : undefined;
}

/** IEEE binary16 bits, rounded to nearest even. */
function halfBits(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  if (magnitude >= 65520) return sign | 0x7c00;
  if (magnitude === 0) return sign;
  const exponent = Math.max(-14, Math.floor(Math.log2(magnitude)));
  const scaled = magnitude / 2 ** (exponent - 10);
  const floor = Math.floor(scaled);
  const rest = scaled - floor;
  const rounded = rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
  // A significand below 1024 is subnormal; one of 2048 carries into the exponent by itself.
  return sign | (rounded < 1024 ? rounded : rounded - 1024 + ((exponent + 15) << 10));
}
