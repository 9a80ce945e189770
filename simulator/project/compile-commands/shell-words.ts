import { quotedWords } from './quoted-words';

/** Splits a command as a shell does, as far as compilation databases use it: quotes, backslashes, no variables. */
export function shellWords(command: string): string[] {
  return splitCommand(command).words;
}

/** The same, and whether a quote is left open at the end. */
export function splitCommand(command: string): { readonly words: string[]; readonly isOpen: boolean } {
  return quotedWords(command, (next, quote) => {
    if (quote === "'" || next === undefined) return undefined;
    // Between double quotes a backslash is one unless it stands before what means something there; a line end is gone with it.
    if (quote === '"' && !'"\\$`\n'.includes(next)) return `\\${next}`;
    return next === '\n' ? '' : next;
  });
}
