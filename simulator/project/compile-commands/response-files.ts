import { joinOnHost } from '../../assembler/source/paths';
import type { ReadFile } from '../../assembler/source/read-file';
import { quotedWords } from './quoted-words';

/** Files that one command may name, those that they name themselves too: one that names itself would have no end. */
const mostFiles = 100;

/**
 * A compiler's arguments with those of the form `@file` replaced by what stands in the file, as gcc and clang do it: a file that cannot be
 * read is an argument itself.
 */
export async function withResponseFiles(
  args: readonly string[],
  folder: string,
  read: ReadFile,
): Promise<readonly string[]> {
  if (!args.some(isResponseFile)) return args;
  const words: string[] = [];
  const rest = [...args].reverse();
  let files = 0;
  for (let word = rest.pop(); word !== undefined; word = rest.pop()) {
    const contents =
      isResponseFile(word) && files < mostFiles ? await read(joinOnHost(folder, word.slice(1))) : undefined;
    if (!(contents instanceof Uint8Array)) {
      words.push(word);
      continue;
    }
    files++;
    for (const inner of wordsOf(new TextDecoder().decode(contents)).reverse()) rest.push(inner);
  }
  return words;
}

function isResponseFile(word: string): boolean {
  return word.length > 1 && word.startsWith('@');
}

/** Unlike in a shell a backslash stands before what is meant as it is between single quotes too. */
function wordsOf(text: string): string[] {
  return quotedWords(text, (next) => next ?? '').words;
}
