import type { Analysis } from './analysis';
import type { AssembledUnit } from './assembly';

/** Lines that an assembly skipped, as `.if` and `#if` say. */
interface Skipped {
  readonly file: string;
  readonly startLine: number;
  readonly endLine: number;
}

/** Says of each line of a file whether no part of the program assembles it. */
export function inactiveLines({ result }: Analysis, key: string): (line: number) => boolean {
  const skipped = ({ inactive }: AssembledUnit & { readonly inactive?: readonly Skipped[] }): readonly Skipped[] =>
    inactive?.filter(({ file }) => file === key) ?? [];
  const ranges = result.units.flatMap(skipped);
  if (ranges.length === 0) return () => false;
  return (line) => ranges.some(({ startLine, endLine }) => startLine <= line && line <= endLine);
}
