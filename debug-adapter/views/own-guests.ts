import type { Hart } from '../../simulator/core/index';
import { historyAt, passHistory, sumOfHistories, type TimeHistory } from '../../simulator/hypervisor/time-history';
import { Privilege } from '../../simulator/mmu/index';
import type { Running } from '../debugging';
import { hex } from '../format';
import type { OwnGuest, Stay } from '../inspect/own-guest';
import type { WorldSwitch } from '../inspect/own-guests';
import { percentOf } from '../inspect/processor-use';
import { inWorld } from '../inspect/worlds';
import type { OwnGuestOnHart, OwnGuestState, OwnGuestsState, WorldSwitchState } from '../protocol';
import { guestSource } from './address';
import { showHistory } from './history';

/** As many switches as a view shows. */
const SHOWN_SWITCHES = 50;

const busiestFirst: readonly OwnGuestState['state'][] = ['running', 'trapped', 'off'];

/** The guests of the user's own hypervisor, and how the harts have gone from one to another; undefined before the first one. */
export function ownGuests(running: Running): OwnGuestsState | undefined {
  const { all, forgotten, switchCount } = running.ownGuests;
  if (all.length === 0) return undefined;
  const { clock } = running.machine.system.machine;
  const stays = all.flatMap((guest) => [...guest.stays.values()]);
  const now = Math.max(clock.now(), ...stays.map(({ told }) => told));
  return {
    guests: all.map((guest) => showGuest(running, guest, now)),
    forgotten,
    switchCount,
    switches: running.ownGuests.lastSwitches(SHOWN_SWITCHES).map((each) => showSwitch(running, each)),
  };
}

function showGuest(running: Running, guest: OwnGuest, now: number): OwnGuestState {
  const { id, name, vmid, causes, stays } = guest;
  const here = [...stays.values()].flatMap((stay) => {
    const hart = running.machine.system.machine.harts[stay.hart];
    return hart ? [{ stay, hart, ...until(running, stay, hart, now) }] : [];
  });
  const harts = here.map(({ stay, hart, ran, retired, history }): OwnGuestOnHart => {
    return {
      hart: stay.hart,
      threadId: stay.hart + 1,
      state: stay.since ? 'running' : running.ownGuests.on(hart) === guest ? 'trapped' : 'off',
      entered: stay.entered,
      left: stay.left,
      total: percentOf(ran, now),
      history: showHistory(history),
      instructions: retired,
    };
  });
  const holder = running.ownGuests.holderOf(vmid);
  const counts = [...causes].map(([reason, count]) => ({ reason, count }));
  return {
    id,
    name,
    state: busiestFirst.find((state) => harts.some((each) => each.state === state)) ?? 'off',
    ...(holder && holder !== guest ? { replacedBy: holder.name } : {}),
    total: harts.reduce((sum, { total }) => sum + total, 0),
    history: showHistory(sumOfHistories(here.map(({ history }) => history))),
    exits: counts.reduce((sum, { count }) => sum + count, 0),
    counts,
    instructions: harts.reduce((sum, { instructions }) => sum + instructions, 0),
    harts,
  };
}

/** What a guest has had of a hart, with what it executes there now. */
function until(
  { machine }: Running,
  { since, ran, retired, columns, told }: Stay,
  hart: Hart,
  now: number,
): { readonly ran: number; readonly retired: number; readonly history: TimeHistory } {
  const copy = columns.slice();
  // Of a hart that is ahead of the others its own time.
  const reached = since ? Math.min(now, machine.system.machine.scheduler.timeOf(hart)) : told;
  passHistory(copy, told, reached, since !== undefined);
  passHistory(copy, reached, now, false);
  const history = historyAt(copy, now);
  if (!since) return { ran, retired, history };
  return { ran: ran + reached - since.clock, retired: retired + hart.retired - since.retired, history };
}

function showSwitch(running: Running, { number, hart, clock, from, to, pc }: WorldSwitch): WorldSwitchState {
  const debuggee = running.machine.firstGuest;
  const cpu = debuggee.cpus[hart];
  // The hypervisor has written it, which is in HS-mode or in M-mode: code is found by its place in memory where it has no paging.
  const hypervisor = cpu && inWorld(cpu, { privilege: Privilege.supervisor, virtual: false });
  const symbol = hypervisor && pc !== undefined ? debuggee.describe(hypervisor, pc) : undefined;
  const source = hypervisor && pc !== undefined ? guestSource({ ...running, debuggee }, hypervisor, pc) : undefined;
  return {
    number,
    hart,
    threadId: hart + 1,
    clock,
    ...(from ? { from: from.name } : {}),
    to: to.name,
    ...(pc === undefined ? {} : { pc: hex(pc) }),
    ...(symbol === undefined ? {} : { symbol }),
    ...(source ? { source } : {}),
  };
}
