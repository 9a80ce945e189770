import type { DebuggedMachine } from '../debugged-machine';
import { countsOf } from '../inspect/exit-counts';
import type { RunSummary } from '../protocol';

/** What is to be told of a run that is over. @param how it ended, as a sentence */
export function runSummary({ system }: DebuggedMachine, how: string, isFailure: boolean): RunSummary {
  const { clock, harts } = system.machine;
  const ledger = system.hypervisor?.ledger;
  return {
    how,
    isFailure,
    instructions: harts.reduce((sum, { retired }) => sum + retired, 0),
    nanoseconds: clock.now(),
    ...(ledger ? { exits: { total: ledger.count, counts: [...countsOf(ledger)] } } : {}),
  };
}
