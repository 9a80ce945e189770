import type { ExitLedger } from '../../simulator/hypervisor/ledger/ledger';
import type { Debuggee } from '../debuggee';
import type { RunSummary } from '../protocol';

/** What is to be told of a run that is over. @param how it ended, as a sentence */
export function runSummary({ system }: Debuggee, how: string, isFailure: boolean): RunSummary {
  const { clock, harts } = system.machine;
  const ledger = system.vm?.ledger;
  return {
    how,
    isFailure,
    instructions: harts.reduce((sum, { retired }) => sum + retired, 0),
    nanoseconds: clock.now(),
    ...(ledger ? { exits: { total: ledger.count, counts: countsOf(ledger) } } : {}),
  };
}

/** The ledger counts an exit when it is over; the one that is being handled is one, too. */
export function countsOf(ledger: ExitLedger): { reason: string; count: number; cycles: number }[] {
  const counts = ledger.counts();
  const current = ledger.handling;
  if (!current) return counts;
  const { id } = current.kind;
  const same = counts.find(({ reason }) => reason === id);
  if (!same) return [...counts, { reason: id, count: 1, cycles: current.cycles }];
  same.count++;
  same.cycles += current.cycles;
  return counts;
}
