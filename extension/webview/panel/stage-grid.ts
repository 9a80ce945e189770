import type { StageStep } from '../../../debug-adapter/protocol';

/** A walk through two stages as the manual draws it: a row for each guest-physical address that the second stage translates. */
export interface StageGrid {
  /** Levels of the second stage, the root's first. */
  readonly columns: readonly number[];
  readonly rows: readonly GridRow[];
}

interface GridRow {
  /** What is translated here: the guest's entry of a level, or the address that its walk leads to. */
  readonly of: { readonly level: number } | 'leaf';
  /** The entries of the second stage that were read, by column; undefined where none was. */
  readonly cells: readonly (StageStep | undefined)[];
  /** The guest's entry that was read then; undefined where the walk had ended, and of the last row. */
  readonly guest: StageStep | undefined;
}

/** Puts the entries of a walk, in the order in which the hardware reads them, into their places. */
export function stageGrid(steps: readonly StageStep[]): StageGrid {
  const highest = Math.max(2, ...steps.filter(({ stage }) => stage === 'G').map(({ level }) => level));
  const columns = Array.from({ length: highest + 1 }, (_, index) => highest - index);
  const rows: GridRow[] = [];
  let read: StageStep[] = [];
  const close = (of: GridRow['of'], guest: StageStep | undefined): void => {
    rows.push({ of, cells: columns.map((level) => read.find((step) => step.level === level)), guest });
    read = [];
  };
  for (const step of steps) {
    // Where the second stage has failed, the entry of the first one that it was to give is noted, but was not read.
    if (step.stage === 'VS') close({ level: step.level }, read.at(-1)?.failed ? undefined : step);
    else read.push(step);
  }
  if (read.length > 0) close('leaf', undefined);
  return { columns, rows };
}
