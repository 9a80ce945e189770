import type { StageStep, Translation } from '../../../../debug-adapter/protocol';
import { Address, Changed, Table } from '../parts';
import { stageGrid } from '../stage-grid';

interface GridProps {
  readonly stages: NonNullable<Translation['stages']>;
  hasChanged(pteAddress: string, pte: string): boolean;
}

/**
 * The walk through two stages as its grid: a row for each guest-physical address that the hardware needs, a column for each level of the second
 * stage, and at the end of a row what it was needed for.
 */
export function StageGridTable({ stages, hasChanged }: GridProps) {
  const { columns, rows } = stageGrid(stages.steps);
  const heads = ['needed for', ...columns.map((level) => `G level ${level}`), 'the guest’s entry'];
  return (
    <>
      <Table label="The walk through two stages" columns={heads}>
        {rows.map(({ of, cells, guest }) => {
          const title = of === 'leaf' ? 'the page' : `VS level ${of.level}`;
          return (
            <tr key={title}>
              <th scope="row">{title}</th>
              {cells.map((cell, at) => (
                <Cell key={columns[at]} of={cell} space="hpa" hasChanged={hasChanged} />
              ))}
              {of === 'leaf' ? (
                <td class="none">none: this is the page</td>
              ) : (
                <Cell of={guest} space="gpa" hasChanged={hasChanged} />
              )}
            </tr>
          );
        })}
      </Table>
      <p>
        <strong>{stages.outcome}</strong>
      </p>
    </>
  );
}

function Cell({
  of,
  space,
  hasChanged,
}: { of: StageStep | undefined; space: 'gpa' | 'hpa' } & Pick<GridProps, 'hasChanged'>) {
  if (!of) return <td class="none">not read</td>;
  const { pteAddress, pte, note, failed } = of;
  return (
    <td class={failed ? 'stage failed' : 'stage'}>
      <code title={`entry ${pte}`}>{note}</code>
      {failed ? ' ✕' : ''} <Changed is={hasChanged(pteAddress, pte)} />
      <br />
      <span class="note">
        at <Address space={space} value={pteAddress} />
      </span>
    </td>
  );
}
