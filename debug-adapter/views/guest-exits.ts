import { causeOf } from '../../simulator/isa/index';
import { Privilege } from '../../simulator/mmu/index';
import type { Running } from '../debugging';
import { hex } from '../format';
import { instructionText, isAddressFault, lowered } from '../inspect/exit-text';
import type { GuestExit } from '../inspect/guest-exits';
import { inWorld } from '../inspect/worlds';
import type { Exit, Exits } from '../protocol';
import { guestSource } from './address';

/** The exits of guests of the user's own hypervisor: of one hart, or of all when undefined; for these reasons, which are ids of causes. */
export function guestExitList(
  running: Running,
  cpu: number | undefined,
  count: number,
  reasons: readonly string[] | undefined,
): Exits {
  const { guestExits } = running;
  const isWanted = (exit: GuestExit): boolean =>
    (cpu === undefined || exit.cpu === cpu) && (reasons?.includes(causeOf(exit.cause, exit.interrupt).id) ?? true);
  return {
    total: guestExits.count,
    counts: [...guestExits.counts].map(([reason, times]) => ({ reason, count: times })),
    exits: guestExits.last(count, isWanted).map((exit) => showExit(running, exit)),
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

function describe({ interrupt, cause, value, mode, guestPhysical, vmid, byMachine }: GuestExit, instruction?: string) {
  const from = `in ${mode.privilege === Privilege.supervisor ? 'VS' : 'VU'}-mode of VMID ${vmid}`;
  const to = byMachine ? ', into M-mode' : '';
  const { name } = causeOf(cause, interrupt);
  if (interrupt) return `${name}, ${from}${to}`;
  const what = instruction === undefined ? '' : `${instruction} - `;
  const at = isAddressFault(cause) ? ` at ${hex(value)}` : '';
  const gpa = guestPhysical === undefined ? '' : ` (GPA ${hex(guestPhysical)})`;
  return `${what}${lowered(name)}${at}${gpa}, ${from}${to}`;
}
