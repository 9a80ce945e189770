import { String as Text, type TString } from '@sinclair/typebox';
import type { SchemaWords } from './schema';

// Numbers of up to 64 bits as JSON has them, which knows no hexadecimal ones.
const any = '0[xX][0-9a-fA-F]{1,16}|[0-9]{1,19}';
const even = '0[xX][0-9a-fA-F]{0,15}[02468aceACE]|[0-9]{0,18}[02468]';

export function addressText(options: SchemaWords = {}): TString {
  return Text({ pattern: `^(${any})$`, expected: 'an address such as "0x80200000"', ...options });
}

/** Where code begins: even, as instructions are. */
export function codeAddressText(options: SchemaWords = {}): TString {
  return Text({ pattern: `^(${even})$`, expected: 'an address such as "0x80200000", which is even', ...options });
}

/** How far something is moved, forward or back. */
export function offsetText(options: SchemaWords = {}): TString {
  return Text({ pattern: `^-?(${any})$`, expected: 'a number such as "0x40000000"', ...options });
}

/** The number of such a text. */
export function numberOf(text: string): bigint {
  return text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text);
}
