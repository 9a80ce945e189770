import type { RunCost } from '../../../../debug-adapter/protocol';
import type { KeptRun } from '../../../views/messages';
import { duration } from '../../duration';
import { Icon } from '../icon';
import type { Links } from '../page';
import { Part, plural, Table } from '../parts';

interface ComparisonProps {
  /** What this run has cost so far. */
  readonly cost: RunCost;
  readonly compared: KeptRun | undefined;
  readonly links: Links;
}

/** This run beside another one of the window: an earlier one of the same program, or one under another engine. */
export function RunComparison({ cost, compared, links }: ComparisonProps) {
  return (
    <Part title="Beside another run">
      {compared ? (
        <>
          <Runs cost={cost} compared={compared} />
          <Totals cost={cost} other={compared.cost} />
          <Reasons cost={cost} other={compared.cost} />
        </>
      ) : (
        <p>
          No other run of this window is known yet: the last one that has ended is shown here beside this one, or one
          that you keep.
        </p>
      )}
      <p class="controls">
        <button
          type="button"
          title="From now on others are compared with this run, as it is now"
          onClick={() => links.keep(cost)}
        >
          <Icon name="pin" /> Keep this run to compare
        </button>
        {compared?.isKept ? (
          <button type="button" title="Compare with the last run that has ended" onClick={() => links.keep(null)}>
            <Icon name="close" /> Forget the kept run
          </button>
        ) : null}
      </p>
    </Part>
  );
}

/** Which two they are: what can be compared depends on it. */
function Runs({ cost, compared: { name, when, cost: other } }: { cost: RunCost; compared: KeptRun }) {
  return (
    <>
      <dl class="facts-list">
        <div>
          <dt>A, “{name}”</dt>
          <dd>
            {nameOf(other)}. {when}
          </dd>
        </div>
        <div>
          <dt>B, this run</dt>
          <dd>{nameOf(cost)}. As far as it is shown here.</dd>
        </div>
      </dl>
      {other.program === cost.program ? null : (
        <p class="note">They are of different programs: what differs is not the engine’s alone.</p>
      )}
    </>
  );
}

const nameOf = ({ program, engine }: RunCost): string => `${program}, virtualization ${engine}`;

function Totals({ cost, other }: { cost: RunCost; other: RunCost }) {
  const rows = [
    ['instructions retired', other.instructions, cost.instructions],
    ['the machine’s clock, ns', other.nanoseconds, cost.nanoseconds],
    ['hart-nanoseconds', other.cycles, cost.cycles],
    ['exits', other.exits?.total ?? 0, cost.exits?.total ?? 0],
  ] as const;
  return (
    <Table label="Two runs" columns={['what', 'A', 'B', 'B − A']}>
      {rows.map(([what, a, b]) => (
        <tr key={what}>
          <th
            scope="row"
            title={
              what === 'hart-nanoseconds'
                ? `One an instruction, and what exits cost by the cost model: ${duration(a)} and ${duration(b)}`
                : undefined
            }
          >
            {what}
          </th>
          <td class="number">{a.toLocaleString('en')}</td>
          <td class="number">{b.toLocaleString('en')}</td>
          <td class="number">{difference(a, b)}</td>
        </tr>
      ))}
    </Table>
  );
}

/** `+120 (×1.5)`; without a factor where one of them has none. */
function difference(a: number, b: number): string {
  if (a === b) return 'same';
  const sign = b > a ? '+' : '−';
  const factor = a > 0 && b > 0 ? ` (×${(b / a).toLocaleString('en', { maximumSignificantDigits: 3 })})` : '';
  return `${sign}${Math.abs(b - a).toLocaleString('en')}${factor}`;
}

function Reasons({ cost, other }: { cost: RunCost; other: RunCost }) {
  const countIn = ({ exits }: RunCost, reason: string): number =>
    exits?.counts.find((each) => each.reason === reason)?.count ?? 0;
  const reasons = [...new Set([other, cost].flatMap(({ exits }) => exits?.counts.map(({ reason }) => reason) ?? []))];
  if (reasons.length === 0) return <p>Neither of them had an exit.</p>;
  const rows = reasons.map((reason) => ({ reason, a: countIn(other, reason), b: countIn(cost, reason) }));
  rows.sort((one, two) => Math.max(two.a, two.b) - Math.max(one.a, one.b));
  const most = Math.max(...rows.map(({ a, b }) => Math.max(a, b)));
  return (
    <Table label="Exits of two runs by reason" columns={['reason', 'A above B', 'A', 'B', 'B − A']}>
      {rows.map(({ reason, a, b }) => (
        <tr key={reason}>
          <th scope="row">{reason}</th>
          <td>
            <svg class="share two" viewBox="0 0 100 22" preserveAspectRatio="none" role="img">
              <title>{`${plural(a, 'exit')} beside ${b.toLocaleString('en')}`}</title>
              <rect class="other" x={0.5} y={0.5} width={(99 * a) / most} height={9} />
              <rect class="had" y={12} width={(100 * b) / most} height={10} />
            </svg>
          </td>
          <td class="number">{a.toLocaleString('en')}</td>
          <td class="number">{b.toLocaleString('en')}</td>
          <td class="number">{difference(a, b)}</td>
        </tr>
      ))}
    </Table>
  );
}
