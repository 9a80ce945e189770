import { Object as ObjectOf, type Static } from '@sinclair/typebox';
import { type FieldProblem, type StateOf, stateSchema } from '../../../schema/state/component';
import { count, flag, halfword, listOf, nullable, upTo } from '../../../schema/state/fields';
import type { FrameRange } from '../../memory/frame-table';
import { poolFrames, problemOfFrames } from '../../memory/pool-frames';
import { tag } from '../../translation-tags';
import type { ViewRule } from './shadow-space';
import { tableState } from './shadow-table';

/** PPN of satp has 44 bits. */
const LAST_PAGE = 2 ** 44 - 1;

const view = (pool: FrameRange) =>
  ObjectOf({
    /** The ASID under which the vCPU's hart keeps its translations. */
    tag,
    user: flag,
    sum: flag,
    mxr: flag,
    /** Root table and ASID of the guest's satp; null while that is Bare. */
    paging: nullable(ObjectOf({ root: upTo(LAST_PAGE), asid: halfword })),
    table: tableState(pool),
    /** Ordinal of the last switch to it. */
    lastUse: count,
  });
type SavedView = Static<ReturnType<typeof view>>;

/** @param harts of the machine @param pool of which the tables are @param pager whose views these are */
export const spacesSchema = (harts: number, pool: FrameRange, pager: ViewRule) =>
  stateSchema(
    'shadow-spaces',
    1,
    {
      /** From one view to another, so far. */
      switches: count,
      /** The view that the hardware walks, by its place in `views`. */
      active: nullable(count),
      /** The hart of which the views have their ASIDs. */
      place: nullable(upTo(harts - 1)),
      /** The next to be taken is the last. */
      free: poolFrames(pool),
      views: listOf(view(pool), { most: pool.frames }),
    },
    ({ switches, active, free, views }): FieldProblem | undefined => {
      if (active !== null && active >= views.length)
        return { path: ['active'], problem: `must be one of ${views.length} views, not ${active}` };
      const late = views.findIndex(({ lastUse }) => lastUse > switches);
      if (late >= 0)
        return { path: ['views', late, 'lastUse'], problem: `must be one of ${switches} switches at the most` };
      const names = views.map((each) => nameOf(each, pager));
      const second = names.findIndex((name, index) => names.indexOf(name) < index);
      if (second >= 0) return { path: ['views', second], problem: 'must be another view than those before it' };
      return problemOfFrames(pool, [
        { path: ['free'], frames: free },
        ...views.flatMap(({ table }, index) => [
          { path: ['views', index, 'table', 'root'], frames: [table.root] },
          { path: ['views', index, 'table', 'frames'], frames: table.frames },
        ]),
      ]);
    },
  );

export type SpacesState = StateOf<ReturnType<typeof spacesSchema>>;

/** What tells a view from the others of its vCPU. */
function nameOf({ paging, user, sum, mxr }: SavedView, pager: ViewRule): string {
  return [paging?.root, paging?.asid, pager.viewIndex(paging !== null, user, sum, mxr)].join();
}
