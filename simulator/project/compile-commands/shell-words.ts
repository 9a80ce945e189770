/** Splits a command as a shell does, as far as compilation databases use it: quotes, backslashes, no variables. */
export function shellWords(command: string): string[] {
  return splitCommand(command).words;
}

/** The same, and whether a quote is left open at the end. */
export function splitCommand(command: string): { readonly words: string[]; readonly isOpen: boolean } {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = 0; at < command.length; at++) {
    const character = command[at]!;
    const next = command[at + 1];
    if (quote === "'") {
      if (character === "'") quote = '';
      else word += character;
    } else if (character === '\\' && next !== undefined) {
      at++;
      // Between double quotes a backslash is one unless it stands before what means something there; a line end is gone with it.
      if (quote === '"' && !'"\\$`\n'.includes(next)) word = `${word ?? ''}\\${next}`;
      else word = (word ?? '') + (next === '\n' ? '' : next);
    } else if (quote === '"') {
      if (character === '"') quote = '';
      else word += character;
    } else if (character === "'" || character === '"') {
      quote = character;
      word ??= '';
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + character;
  }
  if (word !== undefined) words.push(word);
  return { words, isOpen: quote !== '' };
}
