import { sites } from 'hyperstep:sites';

/** Where steps of the VMM are in some lines (from 1) of a file. */
export function lineSites(file: string, first: number, last: number): { line: number; column: number }[] {
  return sites
    .filter((site) => site.kind === 'step' && site.file === file && site.line >= first && site.line <= last)
    .map(({ line, column }) => ({ line, column }));
}
