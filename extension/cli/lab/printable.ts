/** A text without what a terminal would take for more than text: what students write is shown, and does nothing. */
export function printable(text: string): string {
  return Array.from(text, (character) => (isControl(character.codePointAt(0) ?? 0) ? '\u00b7' : character)).join('');
}

const isControl = (code: number): boolean => code < 0x20 || (code >= 0x7f && code < 0xa0);
