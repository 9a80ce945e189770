import type { Exit } from '../../debug-adapter/protocol';

/** Neighbours that say the same of the same instruction, together. */
export function runsOf<Each extends Pick<Exit, 'pc' | 'description'>>(exits: readonly Each[]): Each[][] {
  const runs: Each[][] = [];
  for (const exit of exits) {
    const run = runs.at(-1);
    const last = run?.at(-1);
    if (last && last.pc === exit.pc && last.description === exit.description) run?.push(exit);
    else runs.push([exit]);
  }
  return runs;
}
