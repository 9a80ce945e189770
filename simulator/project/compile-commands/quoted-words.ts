/** What a backslash and the character after it (undefined at the end) stand for, and within which quote; undefined where a backslash is one. */
type Escapes = (next: string | undefined, quote: string) => string | undefined;

/** The words of a text between white space, with quotes around parts of them, and whether a quote is left open at the end. */
export function quotedWords(text: string, escapedBy: Escapes): { readonly words: string[]; readonly isOpen: boolean } {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    const escaped = character === '\\' ? escapedBy(text[at + 1], quote) : undefined;
    if (escaped !== undefined) {
      at++;
      word = (word ?? '') + escaped;
    } else if (quote !== '') {
      if (character === quote) quote = '';
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
