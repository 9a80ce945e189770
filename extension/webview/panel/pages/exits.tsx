import type { Exit, Exits, RunCost } from '../../../../debug-adapter/protocol';
import { runsOf } from '../../exit-runs';
import { type Links, panelPage } from '../page';
import { Address, Changed, Part, plural, Source, Table } from '../parts';
import { Series, swatch } from './exit-series';
import { RunComparison } from './run-comparison';

/** Columns of the series, and how many of the last exits are listed. */
const COLUMNS = 120;
const LISTED = 100;

/** What a handler said and changed, the list of exits beside the panel has. */
type ShownExit = Omit<Exit, 'narration' | 'changes'>;
type ShownExits = Omit<Exits, 'exits'> & {
  readonly exits: readonly ShownExit[];
  /** Of the whole machine. */
  readonly cost: RunCost;
};

export const exitsPage = panelPage<ShownExits>({
  id: 'exits',
  tab: 'Exits',
  icon: 'debug-step-out',
  question: 'Why did the guest need its hypervisor, how often, and when?',
  load: async (ask, threadId) => {
    const all = await ask('hyperstep/exits', { threadId, count: LISTED, columns: COLUMNS });
    const cost = await ask('hyperstep/runCost', {});
    return { ...all, cost, exits: all.exits.map(({ narration: _, changes: __, ...exit }) => exit) };
  },
  render: ({ data, before, compared, links }) => (
    <>
      <Counted data={data} before={before} />
      <RunComparison cost={data.cost} compared={compared} links={links} />
      {data.exits.length > 0 ? <Last exits={data.exits} before={before} links={links} /> : null}
    </>
  ),
  news: (data, before) =>
    data.total === before.total ? undefined : `${plural(data.total - before.total, 'exit')} more, ${data.total} in all`,
});

function Counted({ data, before }: { data: ShownExits; before: ShownExits | undefined }) {
  if (data.total === 0) return <p class="empty">No exit yet: nothing that a guest did needed a hypervisor.</p>;
  return (
    <>
      <p>
        <strong>{plural(data.total, 'exit')}</strong>
        {data.vm === undefined ? '' : ` of ${data.vm}`}
        {before && data.total > before.total
          ? `, ${(data.total - before.total).toLocaleString('en')} more than at the stop before`
          : ''}
      </p>
      <Counts of={data} before={before} />
      {data.series ? (
        <Part title="Over the machine’s time">
          <Series of={data.series} />
        </Part>
      ) : null}
    </>
  );
}

/** Which colour a reason has: that of its place in the series, the most frequent first. */
function colourOf(data: ShownExits, reason: string): number {
  return data.series?.reasons.findIndex((each) => each.reason === reason) ?? -1;
}

function Counts({ of, before }: { of: ShownExits; before: ShownExits | undefined }) {
  const most = Math.max(...of.counts.map(({ count }) => count));
  const hasCycles = of.counts.every(({ cycles }) => cycles !== undefined);
  return (
    <Part title="By reason">
      <Table label="Exits by reason" columns={['reason', 'exits', 'of all', ...(hasCycles ? ['cycles'] : [])]}>
        {of.counts.map(({ reason, count, cycles }) => {
          const was = before?.counts.find((each) => each.reason === reason)?.count ?? 0;
          const changed = before !== undefined && was !== count;
          return (
            <tr key={reason} class={changed ? 'is-changed' : ''}>
              <th scope="row">
                <span class={`swatch ${swatch(colourOf(of, reason))}`} aria-hidden="true" /> {reason}{' '}
                <Changed is={changed} />
              </th>
              <td class="number">{count.toLocaleString('en')}</td>
              <td>
                <svg class="share" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
                  <rect class="had" width={(100 * count) / most} height={10} />
                </svg>{' '}
                {Math.round((100 * count) / of.total)} %
              </td>
              {hasCycles ? <td class="number">{cycles?.toLocaleString('en')}</td> : null}
            </tr>
          );
        })}
      </Table>
    </Part>
  );
}

function Last({ exits, before, links }: { exits: readonly ShownExit[]; before: ShownExits | undefined; links: Links }) {
  const known = before?.exits[0]?.number;
  return (
    <Part title="The last ones, those that are alike together">
      <Table label="The last exits" columns={['exit', 'what', 'at', 'from']}>
        {runsOf(exits).map((run) => {
          const [newest] = run;
          const oldest = run.at(-1);
          if (!newest || !oldest) return null;
          const isNew = before !== undefined && newest.number > (known ?? 0);
          return (
            <tr key={oldest.number} class={isNew ? 'is-changed' : ''}>
              <th scope="row">
                #{oldest.number}
                {newest === oldest ? '' : `–${newest.number}`} <Changed is={isNew} />
              </th>
              <td class="prose">
                {newest.description}
                {run.length > 1 ? <span class="times">{run.length} times</span> : null}
              </td>
              <td>{newest.clock.toLocaleString('en')} ns</td>
              <td>
                <Address space="gva" value={newest.pc} links={links} /> <Source at={newest.source} links={links} />
              </td>
            </tr>
          );
        })}
      </Table>
    </Part>
  );
}
