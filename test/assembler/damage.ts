import type { Next } from '../support/random';

const scriptWords =
  '{ } ( ) ; , : = += . * ? / " /* */ SECTIONS MEMORY PHDRS ALIGN( SIZEOF( ADDR( >ram AT>rom :code =0x90 KEEP( SORT( EXCLUDE_FILE( BYTE( FILL( ASSERT( 0xffffffffffffffff 1M -1 << /DISCARD/ PROVIDE( INCLUDE own.ld . = . + 0x7fffffff; [a-'.split(
    ' ',
  );

/** A text with parts of it cut out, doubled, exchanged and put in. */
export function damagedText(next: Next, text: string): string {
  let result = text;
  for (let count = 1 + next(4); count > 0; count--) {
    const at = next(result.length + 1);
    const [before, after] = [result.slice(0, at), result.slice(at)];
    switch (next(5)) {
      case 0:
        result = before + after.slice(next(20));
        break;
      case 1:
        result = before + after.slice(0, next(100)) + after;
        break;
      case 2:
        result = `${before} ${scriptWords[next(scriptWords.length)]} ${after}`;
        break;
      case 3:
        result = before + after.replace(/\d+/, String(next(2) ? next(1 << 30) * next(1 << 30) : next(9)));
        break;
      default:
        result = before + String.fromCharCode(next(128)) + after.slice(1);
    }
  }
  return result;
}

const extremes = [0, 1, 0x7f, 0x80, 0xff, 0xfe];

/** A file with a few bytes of it changed, most of them where tables and headers are, or with its end missing. */
export function damagedBytes(next: Next, bytes: Uint8Array): Uint8Array {
  const result = next(8) ? bytes.slice() : bytes.slice(0, next(bytes.length + 1));
  if (result.length === 0) return result;
  for (let count = 1 + next(6); count > 0; count--) {
    const place = next(4);
    // The header, the end with its section headers, or anywhere.
    const at = place === 0 ? next(Math.min(64, result.length)) : next(result.length);
    const from = place === 1 ? Math.max(0, result.length - 1 - next(Math.min(1200, result.length))) : at;
    const value = next(2) ? next(256) : extremes[next(extremes.length)]!;
    for (let i = next(6) ? 1 : 4; i > 0; i--) if (from + i - 1 < result.length) result[from + i - 1] = value;
  }
  return result;
}
