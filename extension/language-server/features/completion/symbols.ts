import { CompletionItemKind } from 'vscode-languageserver';
import type { Analysis } from '../../ide/analysis';
import type { SourceText } from '../../ide/assembly';
import type { Definition } from '../../ide/index/source-index';
import { matchScore } from '../../ide/index/workspace-index';
import { occurrencesOf } from '../../ide/occurrences';
import type { Document } from '../../ide/workspace';
import type { Offer } from './item';

/** Symbols in one answer; with more, the client asks again when more letters are there. */
const most = 200;

export interface Offers {
  readonly offers: readonly Offer[];
  readonly complete: boolean;
}

/** Symbols of the program that match what is written, those of this document first. */
export function symbolOffers(document: Document, analysis: Analysis | undefined, word: string): Offers {
  const own = analysis?.sources.indexOf(document.key);
  const known = new Set([...(own?.symbols.keys() ?? []), ...(analysis?.symbolNames() ?? [])]);
  // What is being written may have been taken for a symbol of its own.
  if (analysis?.objectSymbolNamed(word, document.key)?.section === 'undefined') known.delete(word);
  const names = matching(known, word);
  const offers = names.slice(0, most).map((name) => symbolOffer(name, own?.symbols.get(name)?.[0], document, analysis));
  return { offers, complete: names.length <= most };
}

/** The names that have the letters of a word, those that match best first. */
function matching(names: Iterable<string>, word: string): string[] {
  const wanted = word.toLowerCase();
  if (wanted === '') return [...names];
  const scored: { name: string; score: number }[] = [];
  for (const name of names) {
    const score = matchScore(name, wanted);
    if (score !== undefined) scored.push({ name, score });
  }
  return scored.sort((a, b) => b.score - a.score).map(({ name }) => name);
}

function symbolOffer(
  name: string,
  definition: Definition | undefined,
  { key }: Document,
  analysis: Analysis | undefined,
): Offer {
  const symbol = analysis?.objectSymbolNamed(name, key);
  const section = symbol?.section;
  const constant = definition?.kind === 'constant' || section === 'absolute';
  const place =
    typeof section === 'object' ? section.name : section === 'undefined' && !definition ? 'not defined here' : '';
  const kind = constant
    ? CompletionItemKind.Constant
    : typeof section === 'object' && !isCode(section.flags)
      ? CompletionItemKind.Variable
      : CompletionItemKind.Function;
  return {
    label: name,
    kind,
    ...(constant && symbol ? { detail: `${name} = 0x${BigInt.asUintN(64, BigInt(symbol.value)).toString(16)}` } : {}),
    ...(place === '' ? {} : { description: place }),
    // Labels of an assembler's own come last.
    rank: name.startsWith('.L') ? 5 : definition ? 3 : 4,
    data: 'symbol',
  };
}

function isCode(flags: number): boolean {
  return (flags & 4) !== 0;
}

/** `#define` names, of the program's files. */
export function defineOffers(document: Document, analysis: Analysis | undefined, word: string): Offer[] {
  if (!document.source.preprocessed) return [];
  const names = new Set<string>();
  for (const file of new Set([document.key, ...(analysis?.files ?? [])]))
    for (const name of analysis?.sources.indexOf(file)?.defines.keys() ?? []) names.add(name);
  for (const name of Object.keys(analysis?.project.defines ?? {})) names.add(name);
  return matching(names, word)
    .slice(0, most)
    .map((name) => ({
      label: name,
      kind: CompletionItemKind.Constant,
      description: '#define',
      rank: 4,
      data: 'define',
    }));
}

/** Lines in which numeric labels are looked for, each way. */
const reach = 300;

/** `1b` and `1f` for the numeric labels nearby. */
export function numericOffers({ lines }: SourceText, line: number): Offer[] {
  const offers: Offer[] = [];
  for (const [step, direction] of [
    [-1, 'b'],
    [1, 'f'],
  ] as const) {
    const seen = new Set<string>();
    const first = direction === 'b' ? line : line + 1;
    for (let number = first; number >= 0 && number < lines.length && Math.abs(number - line) <= reach; number += step) {
      for (const label of lines[number]!.statements.flatMap(({ labels }) => labels)) {
        if (!label.numeric || seen.has(label.name)) continue;
        seen.add(label.name);
        const detail = `line ${number + 1}: ${lines[number]!.text.trim()}`;
        offers.push({ label: `${label.name}${direction}`, kind: CompletionItemKind.Reference, detail, rank: 3 });
      }
    }
  }
  return offers;
}

/** The parameters of the macro around a line, as they are used: with a backslash. */
export function parameterOffers({ lines }: SourceText, first: number): Offer[] {
  const parameters = occurrencesOf(lines[first]!).filter(({ kind, definition }) => kind === 'parameter' && definition);
  const offers: Offer[] = parameters.map(({ name }) => ({
    label: `\\${name}`,
    kind: CompletionItemKind.TypeParameter,
    rank: 0,
  }));
  return [
    ...offers,
    { label: '\\@', kind: CompletionItemKind.TypeParameter, detail: 'a number of its own for each call', rank: 1 },
    { label: '\\()', kind: CompletionItemKind.TypeParameter, detail: 'ends a parameter name', rank: 1 },
  ];
}
