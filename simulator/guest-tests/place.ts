import type { Place } from './guest-test';

/** A place as somebody writes it: `done`, `loop+4`, `guest.s:12`. Undefined where it is none. */
export function readPlace(written: string): Place | undefined {
  const text = written.trim();
  const [, file, line] = /^(.+\.[A-Za-z]\w*):([1-9]\d{0,8})$/.exec(text) ?? [];
  if (file !== undefined) return { text, file, line: Number(line) };
  const [, label, sign, offset = '0'] =
    /^([^\s+\-:]+?)(?:\s*([+-])\s*(0[xX][\da-fA-F]{1,16}|\d{1,19}))?$/.exec(text) ?? [];
  if (label === undefined) return undefined;
  return { text, label, offset: sign === '-' ? -BigInt(offset) : BigInt(offset) };
}
