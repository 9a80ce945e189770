import { concernedBy, type ExitLedger } from '../../simulator/hypervisor/ledger/ledger';
import type { Debuggee } from '../debuggee';

/** Exits of a kind, by its id. */
export interface ExitCount {
  readonly reason: string;
  readonly count: number;
  readonly cycles: number;
}

/**
 * The ledger counts an exit when it is over; the one that is being handled is one, too.
 * @param vm of one VM; absent, of all
 */
export function countsOf(ledger: ExitLedger, vm?: number): ExitCount[] {
  const counts = ledger.counts(vm);
  const current = ledger.handling;
  if (!current || (vm !== undefined && concernedBy(current)?.vm !== vm)) return counts;
  const { id } = current.kind;
  const same = counts.find(({ reason }) => reason === id);
  if (!same) return [...counts, { reason: id, count: 1, cycles: current.cycles }];
  same.count++;
  same.cycles += current.cycles;
  return counts;
}

/** The exits of a guest's VM, that which is being handled included, and the cycles of those that are over: where it is alone, of the machine. */
export function exitTotals({ machine, vm }: Debuggee): { readonly exits: number; readonly cycles: number } {
  if (!vm) return { exits: 0, cycles: 0 };
  const { ledger } = vm;
  if (!machine.isShared) return { exits: ledger.count, cycles: ledger.cycles };
  return {
    exits: countsOf(ledger, vm.id).reduce((sum, { count }) => sum + count, 0),
    cycles: ledger.counts(vm.id).reduce((sum, { cycles }) => sum + cycles, 0),
  };
}
