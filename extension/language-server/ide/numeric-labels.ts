import type { SourceText } from './assembly';
import { type Occurrence, occurrencesOf } from './occurrences';

/** A numeric label or a use of one, at its place. */
export interface NumericPlace {
  readonly line: number;
  readonly occurrence: Occurrence;
}

/** `1f` and `1:` without what says the direction. */
export function digitsOf({ name }: Occurrence): string {
  return name.replace(/[fb]$/, '');
}

/** The `1:` that a `1f` or `1b` means, or that it is itself; undefined when there is none. */
export function numericTarget(source: SourceText, line: number, word: Occurrence): NumericPlace | undefined {
  if (word.definition) return { line, occurrence: word };
  const digits = digitsOf(word);
  const forward = word.name.endsWith('f');
  const step = forward ? 1 : -1;
  for (let number = line; number >= 0 && number < source.lines.length; number += step) {
    const found = definitionsIn(source, number, digits).filter(
      ({ start }) => number !== line || (forward ? start > word.start : start < word.start),
    );
    const occurrence = forward ? found[0] : found.at(-1);
    if (occurrence) return { line: number, occurrence };
  }
  return undefined;
}

/** The label with all that means it: the uses after it up to the next label of this number, and those before it down to the last. */
export function numericPlaces(source: SourceText, line: number, word: Occurrence): NumericPlace[] {
  const target = numericTarget(source, line, word);
  if (!target) return [{ line, occurrence: word }];
  const digits = digitsOf(word);
  const places: NumericPlace[] = [target];
  for (const [step, direction] of [
    [1, 'b'],
    [-1, 'f'],
  ] as const) {
    for (let number = target.line; number >= 0 && number < source.lines.length; number += step) {
      const text = source.lines[number]!;
      if (!text.text.includes(digits)) continue;
      const isBeyond = (start: number): boolean =>
        number !== target.line || (step > 0 ? start > target.occurrence.start : start < target.occurrence.start);
      const words = occurrencesOf(text).filter(
        (o) => o.kind === 'numeric-label' && digitsOf(o) === digits && isBeyond(o.start),
      );
      if (step < 0) words.reverse();
      const end = words.findIndex(({ definition }) => definition);
      for (const occurrence of end < 0 ? words : words.slice(0, end))
        if (occurrence.name === `${digits}${direction}`) places.push({ line: number, occurrence });
      if (end >= 0) break;
    }
  }
  return places;
}

function definitionsIn(source: SourceText, number: number, digits: string): Occurrence[] {
  const line = source.lines[number]!;
  if (!line.statements.some(({ labels }) => labels.some(({ numeric, name }) => numeric && name === digits))) return [];
  return occurrencesOf(line).filter((o) => o.kind === 'numeric-label' && o.definition && o.name === digits);
}
