import type { OwnGuestState, OwnGuestsState, WorldSwitchState } from '../../debug-adapter/protocol';
import { type Element, element } from './dom';
import { duration } from './duration';
import { code, type GridRow, grid, note, plural, sourceLink, text, toggle } from './parts';
import { HART, processorChart } from './processor-chart';
import type { PageContext } from './view';

/** Of what changes: the guests. */
export const OWN_GUESTS = 'own guests';

/** What is compared from stop to stop. */
export function ownGuestFacts({ guests }: OwnGuestsState): Map<string, string> {
  return new Map(guests.map((guest) => [nameOf(guest), stateText(guest)]));
}

/** The guests of the user's own hypervisor side by side, and how the harts have gone from one to another. @param unfolded names of rows */
export function ownGuestParts(
  { guests, forgotten, switches, switchCount }: OwnGuestsState,
  host: { readonly clock: number; readonly harts: number },
  unfolded: Set<string>,
  page: PageContext,
): Element[] {
  const most = HART * Math.max(1, ...guests.map(({ harts }) => harts.length));
  return [
    element('header', {}, [
      text('title', `${plural(guests.length, 'guest')} of your own hypervisor on ${plural(host.harts, 'hart')}`),
      text('space', `after ${duration(host.clock)}`),
    ]),
    note(
      'As the harts tell them: a guest is what runs with V=1 under one value of hgatp. Only your hypervisor can pause, restart or end one.',
    ),
    ...(forgotten > 0 ? [note(`${plural(forgotten, 'more guest')} that ran longer ago are not kept.`)] : []),
    grid(
      COLUMNS,
      guests.flatMap((guest) => rowsOf(guest, most, unfolded, page)),
      'Guests of your own hypervisor',
    ),
    element('h2', {}, [`World switches: ${switchCount.toLocaleString('en')}`]),
    ...(switches.length < switchCount ? [note(`The last ${switches.length} of them.`)] : []),
    grid(
      SWITCH_COLUMNS,
      switches.map((each) => switchRow(each, page)),
      'World switches, the newest first',
    ),
  ];
}

const COLUMNS = ['guest', 'state', 'processor', 'exits', 'entered', 'left', 'instructions', 'VMID'];
const SWITCH_COLUMNS = ['number', 'to', 'from', 'hart', 'by', 'at'];

const nameOf = ({ id }: OwnGuestState): string => `guest ${id}`;

function rowsOf(guest: OwnGuestState, most: number, unfolded: Set<string>, page: PageContext): GridRow[] {
  const name = nameOf(guest);
  const isOpen = unfolded.has(name);
  const toggled = () => {
    toggle(unfolded, name);
    void page.refresh();
  };
  const sum = (of: 'entered' | 'left'): string =>
    guest.harts.reduce((all, each) => all + each[of], 0).toLocaleString('en');
  const row: GridRow = {
    name,
    mark: page.changes.of(OWN_GUESTS, name),
    level: 1,
    fold: { isOpen, toggled },
    cells: [
      text('title', guest.name),
      stateText(guest),
      processorChart(guest.name, guest.history, guest.total, most),
      guest.exits.toLocaleString('en'),
      sum('entered'),
      sum('left'),
      guest.instructions.toLocaleString('en'),
      guest.replacedBy === undefined ? '' : `given to ${guest.replacedBy} since`,
    ],
  };
  if (!isOpen) return [row];
  const harts = guest.harts.map((each): GridRow => {
    const what = `hart ${each.hart}`;
    return {
      name: `${name} ${what}`,
      level: 2,
      cells: [
        what,
        STATES[each.state],
        processorChart(`${guest.name} on ${what}`, each.history, each.total, most),
        '',
        each.entered.toLocaleString('en'),
        each.left.toLocaleString('en'),
        each.instructions.toLocaleString('en'),
        '',
      ],
    };
  });
  const causes = [...guest.counts]
    .sort((one, other) => other.count - one.count)
    .map(({ reason, count }): GridRow => {
      return {
        name: `${name} ${reason}`,
        level: 2,
        cells: [reason, '', '', count.toLocaleString('en'), '', '', '', ''],
      };
    });
  return [row, ...harts, ...causes];
}

const STATES: Readonly<Record<OwnGuestState['state'], string>> = {
  running: 'running',
  trapped: 'in its hypervisor',
  off: 'on no hart',
};

/** With the harts that are for it. */
function stateText({ state, harts }: OwnGuestState): string {
  const on = harts.filter((each) => each.state === state).map(({ hart }) => hart);
  return state === 'off' ? STATES.off : `${STATES[state]} on ${on.length === 1 ? 'hart' : 'harts'} ${on.join(', ')}`;
}

function switchRow(
  { number, hart, clock, from, to, pc, symbol, source }: WorldSwitchState,
  page: PageContext,
): GridRow {
  const by =
    pc === undefined
      ? 'hgatp as at reset'
      : element('span', { title: 'where hgatp was written' }, [
          code(symbol ?? pc, pc),
          ...(source ? [' ', sourceLink(source, page.client)] : []),
        ]);
  return {
    name: `switch ${number}`,
    cells: [`#${number}`, to, from ?? 'none', String(hart), by, duration(clock)],
  };
}
