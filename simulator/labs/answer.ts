import { type Environment, evaluateParsed, numberOf } from '../expression/evaluate';
import { ExpressionError } from '../expression/expression-error';
import { parseExpression } from '../expression/parse';
import { unsigned64 } from '../expression/syntax';
import { assigns, unknownName } from '../guest-tests/expression-names';
import type { Symbols } from '../object/symbols';
import type { Truth } from './truth';

/** What an answer was compared as: right, wrong, or nothing that can be compared, and what would be. */
export type Compared = 'right' | 'wrong' | { readonly unreadable: string };

/** Compares an answer with what is so. @param symbols of the guest's program: an address may be answered by its label */
export function compare(answer: string, truth: Truth, symbols: Pick<Symbols, 'named'>): Compared {
  const is = (right: boolean): Compared => (right ? 'right' : 'wrong');
  switch (truth.kind) {
    case 'words':
      return is(truth.words.includes(plain(answer).replace(/ ?mode$/, '')));
    case 'bits': {
      const letters = answer
        .trim()
        .toLowerCase()
        .replaceAll(/[\s,+-]/g, '');
      if (!/^[rwxugadv]*$/.test(letters))
        return { unreadable: 'the answer is of the letters r w x u g a d, those of the bits that are set' };
      return is(sortedLetters(letters.replaceAll('v', '')) === sortedLetters(truth.letters));
    }
    case 'cause': {
      const named = plain(answer);
      if (truth.names.some((name) => plain(name) === named)) return 'right';
      if (!/^[-\d(]/.test(answer.trim())) return 'wrong';
      // Of an interrupt its code alone is said too: the register has bit 63 beside it.
      const codes = new Set([truth.code, BigInt.asUintN(63, truth.code)]);
      const each = [...codes].map((code) => compareNumbers(answer, code, symbols));
      const compared = each.find((one) => one === 'right') ?? each[0] ?? 'wrong';
      return typeof compared === 'string'
        ? compared
        : { unreadable: 'the answer is the number of a cause such as 5 or 0x5, or its name in the manual' };
    }
    case 'choice':
      return compareChoice(answer, truth);
    case 'number':
      return compareNumbers(answer, truth.value, symbols);
  }
}

/** Choices are answered by their letters: `a` is the first. */
export const choiceLetter = (index: number): string => String.fromCharCode('a'.charCodeAt(0) + index);

/** Which of some texts an answer chooses: by its letter, or by itself. */
export function chosen(answer: string, texts: readonly string[]): number | undefined {
  const text = plain(answer);
  const letter = /^([a-z])\)?$/.exec(answer.trim().toLowerCase())?.[1];
  const index = letter === undefined ? texts.findIndex((each) => plain(each) === text) : letter.charCodeAt(0) - 97;
  return index >= 0 && index < texts.length ? index : undefined;
}

function compareChoice(answer: string, { right, texts }: Extract<Truth, { kind: 'choice' }>): Compared {
  const index = chosen(answer, texts);
  if (index === undefined) {
    return {
      unreadable: `the answer is a letter from a to ${choiceLetter(texts.length - 1)}, or the text behind it`,
    };
  }
  return right[index] ? 'right' : 'wrong';
}

function compareNumbers(answer: string, value: bigint, symbols: Pick<Symbols, 'named'>): Compared {
  try {
    const expression = parseExpression(answer);
    if (assigns(expression)) throw new ExpressionError('it assigns something');
    const labels = labelsOf(symbols);
    const unknown = unknownName(expression, labels);
    if (unknown !== undefined) throw new ExpressionError(`'${unknown}' is none`);
    const given = evaluateParsed(expression, labels);
    return BigInt.asUintN(64, numberOf(given)) === value ? 'right' : 'wrong';
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return {
      unreadable: `the answer is a number such as 16 or 0x10, or a label of the program with an offset: ${error.message}`,
    };
  }
}

/** The labels of a program, and nothing that a machine would have to know: that is what is asked. */
function labelsOf(symbols: Pick<Symbols, 'named'>): Environment {
  const refuse = (): never => {
    throw new ExpressionError('an answer reads no memory and no register');
  };
  return {
    lookUp(name) {
      const symbol = symbols.named(name);
      return symbol && { type: unsigned64, bits: BigInt.asUintN(64, symbol.value) };
    },
    field: () => undefined,
    read: refuse,
    write: refuse,
  };
}

/** Small letters and digits, with single spaces between words. */
const plain = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, ' ')
    .trim();

const sortedLetters = (letters: string): string => [...new Set(letters)].sort().join('');
