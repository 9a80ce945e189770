import { KEPT_EXITS } from '../../simulator/hypervisor/ledger/ledger';
import { causeOf } from '../../simulator/isa/index';
import { Privilege } from '../../simulator/mmu/index';
import type { Running } from '../debugging';
import { hex } from '../format';
import { instructionText, isAddressFault, lowered } from '../inspect/exit-text';
import type { GuestExit } from '../inspect/guest-exits';
import { inWorld } from '../inspect/worlds';
import type { Exit, Exits } from '../protocol';
import { RequestError } from '../request-error';
import { guestSource } from './address';
import { exitSeries } from './exit-series';

/** Which exits of guests of the user's own hypervisor are wanted; all where something is absent. */
export interface WantedGuestExits {
  /** Of one hart. */
  readonly cpu: number | undefined;
  /** Of one guest, by its id. */
  readonly guest: number | undefined;
  /** Ids of causes. */
  readonly reasons: readonly string[] | undefined;
}

/** The exits of guests of the user's own hypervisor, and how many there were of each kind. @throws RequestError where there is no such guest */
export function guestExitList(
  running: Running,
  wanted: WantedGuestExits,
  { count, columns }: { readonly count: number; readonly columns?: number | undefined },
): Exits {
  const { all, exits } = running.ownGuests;
  const { cpu, reasons } = wanted;
  const guest = wanted.guest === undefined ? undefined : all.find(({ id }) => id === wanted.guest);
  if (wanted.guest !== undefined && !guest) throw new RequestError(`there is no guest ${wanted.guest}`);
  const isWanted = (exit: GuestExit): boolean =>
    (cpu === undefined || exit.cpu === cpu) &&
    (guest === undefined || exit.guest === guest) &&
    (reasons?.includes(causeOf(exit.cause, exit.interrupt).id) ?? true);
  const kept = columns === undefined ? [] : exits.last(KEPT_EXITS, isWanted);
  const happened = kept.map(({ clock, cause, interrupt }) => ({ clock, reason: causeOf(cause, interrupt).id }));
  const series =
    columns === undefined ? undefined : exitSeries(happened, running.machine.system.machine.clock.now(), columns);
  const counts = [...(guest?.causes ?? exits.counts)].map(([reason, times]) => ({ reason, count: times }));
  return {
    ...(guest ? { vm: guest.name } : {}),
    ...(all.length > 0 ? { guests: all.map(({ id, name }) => ({ id, name })) } : {}),
    total: counts.reduce((sum, each) => sum + each.count, 0),
    counts,
    exits: exits.last(count, isWanted).map((exit) => showExit(running, exit)),
    ...(series ? { series } : {}),
  };
}

function showExit(running: Running, exit: GuestExit): Exit {
  const debuggee = running.machine.firstGuest;
  const cpu = debuggee.cpus[exit.cpu];
  const guest = cpu && inWorld(cpu, exit.mode);
  // What is at its address now: the hardware keeps no more of it.
  const instruction = guest && instructionText(debuggee, guest, exit.pc);
  const source = guest && guestSource({ ...running, debuggee }, guest, exit.pc);
  return {
    number: exit.number,
    threadId: exit.cpu + 1,
    clock: exit.clock,
    reason: causeOf(exit.cause, exit.interrupt).id,
    description: describe(exit, instruction),
    pc: hex(exit.pc),
    ...(instruction === undefined ? {} : { instruction }),
    ...(source ? { source } : {}),
    narration: [],
    changes: [],
  };
}

function describe(
  { interrupt, cause, value, mode, guestPhysical, guest: { vmid }, byMachine }: GuestExit,
  instruction?: string,
) {
  const from = `in ${mode.privilege === Privilege.supervisor ? 'VS' : 'VU'}-mode of VMID ${vmid}`;
  const to = byMachine ? ', into M-mode' : '';
  const { name } = causeOf(cause, interrupt);
  if (interrupt) return `${name}, ${from}${to}`;
  const what = instruction === undefined ? '' : `${instruction} - `;
  const at = isAddressFault(cause) ? ` at ${hex(value)}` : '';
  const gpa = guestPhysical === undefined ? '' : ` (GPA ${hex(guestPhysical)})`;
  return `${what}${lowered(name)}${at}${gpa}, ${from}${to}`;
}
