import type { DebuggedMachine } from '../debugged-machine';
import { countsOf } from '../inspect/exit-counts';
import type { OwnGuests } from '../inspect/own-guests';
import type { RunCost } from '../protocol';

/** What a machine's run has cost so far. */
export function runCost(machine: DebuggedMachine, ownGuests: OwnGuests): RunCost {
  const { system, launch } = machine;
  const { clock, harts } = system.machine;
  const { virtualization, neighbours } = system.configuration;
  const ledger = system.hypervisor?.ledger;
  const instructions = harts.reduce((sum, { retired }) => sum + retired, 0);
  const engines = new Set(neighbours?.vms.map(({ engine }) => engine) ?? [virtualization]);
  const own = [...ownGuests.exits.counts].map(([reason, count]) => ({ reason, count }));
  const exits = ledger
    ? { total: ledger.count, counts: [...countsOf(ledger)] }
    : { total: ownGuests.exits.count, counts: own };
  return {
    program: [launch.scenario ?? launch.program].flat().map(nameOf).join(', '),
    engine: [...engines].join(', '),
    instructions,
    nanoseconds: clock.now(),
    cycles: instructions + (ledger?.cycles ?? 0),
    ...(ledger || exits.total > 0 ? { exits } : {}),
  };
}

/** A file by its last part; a scenario that was given with the launch has none. */
function nameOf(given: string | { readonly kind: string; readonly path?: string }): string {
  const path = typeof given === 'string' ? given : given.path;
  return path?.split(/[\\/]/).pop() ?? 'a scenario';
}
