import type { Translation, Walk } from '../../../../debug-adapter/protocol';
import { pageSize } from '../../page-size';
import { Icon } from '../icon';
import type { Links } from '../page';
import { Address, Changed, Part, type Space, Table } from '../parts';
import { StageGridTable } from './stage-grid-table';

/** Entries by their addresses, to tell which are not what they were. */
function entriesOf(translation: Translation | undefined): ReadonlyMap<string, string> {
  const { guest, shadow, stages } = translation ?? {};
  const steps = [...(guest?.steps ?? []), ...(shadow?.steps ?? []), ...(stages?.steps ?? [])];
  return new Map(steps.map(({ pteAddress, pte }) => [pteAddress, pte]));
}

type HasChanged = (pteAddress: string, pte: string) => boolean;

/** An address through every table that it goes through, and what each says. */
export function Way({ of, before, links }: { of: Translation; before: Translation | undefined; links: Links }) {
  const earlier = entriesOf(before);
  const hasChanged: HasChanged = (at, pte) => earlier.has(at) && earlier.get(at) !== pte;
  const { guest, shadow, stages, summary, fault } = of;
  const isRefused = fault !== undefined || (stages !== undefined && !stages.hpa);
  const isHosted = of.p2m !== undefined || stages !== undefined || shadow !== undefined;
  return (
    <>
      <p class={isRefused ? 'verdict failed' : 'verdict'}>
        <Icon name={isRefused ? 'error' : 'check'} /> <strong>{summary}</strong>
      </p>
      <Columns of={of} isHosted={isHosted} links={links} />
      <WalkTable
        title={isHosted ? 'The guest’s table' : 'The table'}
        walk={guest}
        space={isHosted ? 'gpa' : 'hpa'}
        hasChanged={hasChanged}
      />
      {stages ? (
        <Part title="Both stages, as the hardware walks them">
          <StageGridTable stages={stages} hasChanged={hasChanged} />
        </Part>
      ) : null}
      {shadow ? (
        <WalkTable
          title="The shadow table, which the hardware walks"
          walk={shadow}
          space="hpa"
          hasChanged={hasChanged}
        />
      ) : null}
      <Composed of={of} />
      <Cached of={of} />
    </>
  );
}

function Columns({ of, isHosted, links }: { of: Translation; isHosted: boolean; links: Links }) {
  const { address, symbol, guest, p2m, stages, shadow } = of;
  const middle = 'address' in guest.outcome ? guest.outcome.address : undefined;
  const hpa = stages ? stages.hpa : p2m?.hpa;
  const byGuest =
    guest.mode === 'bare' ? 'Bare: the same number' : `${nameOf(guest.mode)}, ${guest.steps.length} of its entries`;
  const byHost = stages ? 'the second stage' : shadow ? 'P2M; the hardware walks the shadow instead' : 'P2M';
  // What the VMM will fill in, where the hardware has nothing yet.
  const known = stages && !stages.hpa && p2m?.hpa ? `P2M has ${p2m.hpa}` : undefined;
  return (
    <ol class="spaces" aria-label="The address in each space">
      <Place space="gva" title={isHosted ? 'guest-virtual' : 'virtual'} value={address} note={symbol} links={links} />
      <Step by={byGuest} failed={middle === undefined} />
      <Place
        space={isHosted ? 'gpa' : 'hpa'}
        title={isHosted ? 'guest-physical' : 'physical'}
        value={middle}
        note={middle === undefined && 'fault' in guest.outcome ? guest.outcome.fault : undefined}
        links={links}
      />
      {isHosted ? (
        <>
          <Step by={byHost} failed={middle !== undefined && hpa === undefined} />
          <Place
            space="hpa"
            title="machine-physical"
            value={middle === undefined ? undefined : hpa}
            note={known ?? p2m?.note}
            links={links}
          />
        </>
      ) : null}
    </ol>
  );
}

const nameOf = (mode: Walk['mode']): string => (mode === 'sv48' ? 'Sv48' : mode === 'sv39' ? 'Sv39' : 'Bare');

interface PlaceProps {
  readonly space: Space;
  readonly title: string;
  readonly value: string | undefined;
  readonly note?: string | undefined;
  readonly links?: Links | undefined;
}

function Place({ space, title, value, note, links }: PlaceProps) {
  return (
    <li class={value === undefined ? 'place none' : 'place'}>
      <span class="space">{title}</span>
      {value === undefined ? <span>not reached</span> : <Address space={space} value={value} links={links} />}
      {note ? <span class="note">{note}</span> : null}
    </li>
  );
}

function Step({ by, failed }: { by: string; failed: boolean }) {
  return (
    <li class={failed ? 'way failed' : 'way'}>
      <span class="arrow" aria-hidden="true">
        {failed ? '✕' : '→'}
      </span>
      <span class="note">
        {failed ? 'refused by ' : 'by '}
        {by}
      </span>
    </li>
  );
}

function WalkTable({
  title,
  walk,
  space,
  hasChanged,
}: {
  title: string;
  walk: Walk;
  space: 'gpa' | 'hpa';
  hasChanged: HasChanged;
}) {
  const { mode, root, steps, outcome } = walk;
  if (mode === 'bare' || steps.length === 0)
    return (
      <Part title={title}>
        <p>
          {mode === 'bare'
            ? 'There is none: the scheme is Bare, and the address stays what it is.'
            : `Nothing of it was read: ${'fault' in outcome ? outcome.fault : 'it has no entry'}.`}
        </p>
      </Part>
    );
  return (
    <Part title={title}>
      <p>
        {nameOf(mode)}, root at <Address space={space} value={root} />
      </p>
      <Table label={title} columns={['level', 'index', 'entry at', 'entry', 'which says']}>
        {steps.map(({ level, index, pteAddress, pte, note }, at) => {
          const failed = 'fault' in outcome && at === steps.length - 1;
          return (
            <tr key={level} class={failed ? 'failed' : ''}>
              <td>{level}</td>
              <td>{index}</td>
              <td>
                <Address space={space} value={pteAddress} />
              </td>
              <td>
                <code>{pte}</code> <Changed is={hasChanged(pteAddress, pte)} />
              </td>
              <td class="prose">
                {note}
                {failed ? ' ✕' : ''}
              </td>
            </tr>
          );
        })}
      </Table>
      <p>
        {'fault' in outcome ? (
          <strong>{outcome.fault}</strong>
        ) : (
          <>
            leads to <Address space={space} value={outcome.address} />, {outcome.permissions}, a page of{' '}
            {pageSize(outcome.level)}
          </>
        )}
      </p>
    </Part>
  );
}

const states: Readonly<Record<NonNullable<Translation['composed']>['state'], string>> = {
  same: 'The shadow says the same.',
  unfilled: 'The shadow has nothing yet: the next access enters the pager, which fills it in.',
  narrower: 'The shadow gives less, on purpose.',
  stale: 'The shadow says what the guest’s table said before: until the guest’s fence it may, as a TLB may.',
  wrong: 'The shadow says something else, which is a mistake of the VMM’s.',
  table: 'Both have tables there.',
  refused: 'No access gets through.',
  unshadowed: 'There is no shadow.',
};

function Composed({ of }: { of: Translation }) {
  const { composed, shadow, p2m } = of;
  if (!composed) return null;
  return (
    <Part title="The shadow against the truth, which is the guest’s table and then P2M">
      <p>
        <span class={`state ${composed.state}`}>{composed.state}</span> {states[composed.state]}
        {composed.reason ? ` ${raised(composed.reason)}.` : ''}
      </p>
      <dl class="facts-list">
        <div>
          <dt>guest’s table, then P2M</dt>
          <dd>{p2m?.hpa ? <Address space="hpa" value={p2m.hpa} /> : 'no frame of memory'}</dd>
        </div>
        <div>
          <dt>shadow</dt>
          <dd>
            {shadow && 'address' in shadow.outcome ? (
              <>
                <Address space="hpa" value={shadow.outcome.address} /> {shadow.outcome.permissions}
              </>
            ) : (
              'no entry that allows the access'
            )}
          </dd>
        </div>
      </dl>
    </Part>
  );
}

function Cached({ of: { tlb } }: { of: Translation }) {
  return (
    <Part title="The TLB">
      {tlb ? (
        <p>
          Slot {tlb.slot}
          {tlb.virtual ? `, VMID ${tlb.virtual.vmid}` : ''}, ASID {tlb.asid}
          {tlb.global ? ', global' : ''}: <Address space="gva" value={tlb.va} />
          <span class="arrow"> → </span>
          <Address space="hpa" value={tlb.hpa} /> {tlb.permissions}, a page of {pageSize(tlb.level)}
          {tlb.space ? ` (${tlb.space})` : ''}
        </p>
      ) : (
        <p>It has no entry for the address: the next access walks the tables.</p>
      )}
    </Part>
  );
}

const raised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
