import { folderOf, isAbsolutePath } from './paths';

/** 0-based line and UTF-16 column. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface Range {
  readonly start: Position;
  readonly end: Position;
}

export type Severity = 'error' | 'warning' | 'information' | 'hint';

export interface Diagnostic {
  readonly file: string;
  readonly range: Range;
  readonly severity: Severity;
  /** A stable kebab-case name of the kind of problem ('unknown-instruction'). */
  readonly code: string;
  readonly message: string;
  /** Other places that explain it: the first definition, the macro call that led here. */
  readonly related?: readonly { readonly file: string; readonly range: Range; readonly message: string }[];
  /** Replacement texts for the range, best first, when the problem is a misspelt word. */
  readonly suggestions?: readonly string[];
}

const longestQuote = 60;
const longestMessage = 400;

/** A message in which quoted source text, and the whole, are cut to a readable length. */
export function clipped(message: string): string {
  const quotes = message.replace(/'([^']*)'/g, (quote, text: string) =>
    text.length > longestQuote ? `'${text.slice(0, longestQuote)}...'` : quote,
  );
  return quotes.length > longestMessage ? `${quotes.slice(0, longestMessage)}...` : quotes;
}

/** The words nearest to `word`, best first: those within about a third of its length in edits. */
export function nearest(word: string, candidates: Iterable<string>, count = 3): string[] {
  const wanted = word.toLowerCase();
  const limit = Math.max(1, Math.floor(wanted.length / 3));
  const found: { word: string; distance: number }[] = [];
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - wanted.length) > limit) continue;
    const distance = editDistance(wanted, candidate.toLowerCase(), limit);
    if (distance <= limit) found.push({ word: candidate, distance });
  }
  found.sort((a, b) => a.distance - b.distance || a.word.localeCompare(b.word));
  return found.slice(0, count).map((entry) => entry.word);
}

/** Edits (insert, delete, replace, swap of neighbours) from a to b; anything above `limit` may come back as limit + 1. */
function editDistance(a: string, b: string, limit: number): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(previous[j]! + 1, current[j - 1]! + 1, previous[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, before[j - 2]! + 1);
      current.push(cost);
      least = Math.min(least, cost);
    }
    if (least > limit) return limit + 1;
    before = previous;
    previous = current;
  }
  return previous[b.length]!;
}

/** `; did you mean 'x'?` or nothing. */
export function didYouMean(suggestions: readonly string[]): string {
  return suggestions.length === 0 ? '' : `; did you mean '${suggestions[0]}'?`;
}

/** Names of headers that the builds of large projects make. */
const generated =
  /(^|\/)generated\/|asm-offsets|auto-?conf|_generated\b|(^|\/)(offsets|offsets_short|version|config|syscall_list)\.h$/;

/** What is wrong where a directive names a file that is not at hand. */
export function missingFile(what: string, path: string, unreadable: string | undefined, isMade = false): string {
  if (unreadable !== undefined) return `the ${what} '${path}' ${unreadable}`;
  const hint = isMade || generated.test(path) ? ': the build of the project seems to make it' : '';
  return `cannot find the ${what} '${path}'${hint}`;
}

/** Whether a file would stand beside the source that names it from the folder in which a build runs: then the build makes it. */
export function isMadeByBuild(path: string, fromFile: string): boolean {
  const folder = folderOf(path);
  return folder !== '' && !isAbsolutePath(path) && `/${folderOf(fromFile)}`.endsWith(`/${folder}`);
}

/** A problem of a file as a whole. */
export function fileProblem(file: string, message: string): Diagnostic {
  const start = { line: 0, column: 0 };
  return { file, range: { start, end: start }, severity: 'error', code: 'file', message };
}

/** One diagnostic as compilers print it, with the calls that led to it: lines and columns from 1. */
export function formatDiagnostic({ file, range, severity, message, related = [] }: Diagnostic): string {
  const places = [{ file, range, message: `${severity}: ${message}` }];
  for (const place of related) places.push({ ...place, message: `note: ${place.message}` });
  return places
    .map(({ file, range: { start }, message }) => `${file}:${start.line + 1}:${start.column + 1}: ${message}`)
    .join('\n');
}
