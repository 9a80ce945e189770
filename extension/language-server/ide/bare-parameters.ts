import type { SourceText } from './assembly';
import { type Block, macroAround } from './blocks';
import { type Occurrence, type OccurrenceKind, occurrencesOf } from './occurrences';

/** Words that another meaning cannot be given: texts, and what stands outside of every macro. */
const fixed: ReadonlySet<OccurrenceKind> = new Set(['string', 'preprocessor', 'parameter', 'directive', 'relocation']);

const none: ReadonlySet<string> = new Set();
const known = new WeakMap<SourceText, Map<number, ReadonlySet<string>>>();

/**
 * The words of a line where it stands. After `.altmacro` the parameters of a macro are replaced in its body without a backslash too, and so are
 * the names after `LOCAL`: such words are parameters there, whatever they are elsewhere.
 */
export function wordsAt(source: SourceText, line: number): readonly Occurrence[] {
  const text = source.lines[line];
  if (!text) return [];
  const words = occurrencesOf(text);
  const macro = macroAround(source, line);
  if (!macro || line === macro.first) return words;
  const names = bareParametersOf(source, macro);
  if (names.size === 0 || !words.some(({ name }) => names.has(name))) return words;
  const isLocal = isLocalLine(text.text);
  return words.map((word) => {
    if (!names.has(word.name) || fixed.has(word.kind)) return word;
    return { ...word, kind: 'parameter', definition: isLocal || word.definition };
  });
}

/** The word at a column, its end included, where it stands. */
export function wordAt(source: SourceText | undefined, line: number, column: number): Occurrence | undefined {
  if (!source) return undefined;
  // Where two words touch, the one that begins here.
  return wordsAt(source, line)
    .filter(({ start, end }) => start <= column && column <= end)
    .at(-1);
}

/** The names that stand for something in a macro's body without a backslash; none where .altmacro is off. */
export function bareParametersOf(source: SourceText, macro: Block): ReadonlySet<string> {
  let ofSource = known.get(source);
  if (!ofSource) {
    ofSource = new Map();
    known.set(source, ofSource);
  }
  let names = ofSource.get(macro.first);
  if (!names) {
    names = isAlternate(source, macro) ? namesIn(source, macro) : none;
    ofSource.set(macro.first, names);
  }
  return names;
}

function namesIn({ lines }: SourceText, { first, last }: Block): ReadonlySet<string> {
  const names = new Set<string>();
  for (let number = first; number <= last; number++) {
    const line = lines[number]!;
    const isLocal = isLocalLine(line.text);
    for (const { kind, name, definition } of occurrencesOf(line))
      if (isLocal ? kind !== 'call' : kind === 'parameter' && definition) names.add(name);
  }
  return names;
}

function isLocalLine(text: string): boolean {
  return /^\s*local\s/i.test(text);
}

/** Lines that turn .altmacro on and off. */
interface Switch {
  readonly line: number;
  readonly on: boolean;
}

const switches = new WeakMap<SourceText, readonly Switch[]>();

/** Whether .altmacro is on where a macro ends, or, where nothing turned it on or off before, at a place after it. */
function isAlternate(source: SourceText, { last }: Block): boolean {
  let found = switches.get(source);
  if (!found) {
    found = source.lines.flatMap(({ statements }, line) =>
      statements.flatMap(({ key }) => (/^\.(no)?altmacro$/.test(key) ? [{ line, on: key === '.altmacro' }] : [])),
    );
    switches.set(source, found);
  }
  return (found.filter(({ line }) => line <= last).at(-1) ?? found[0])?.on ?? false;
}
