import { writeFileSync } from 'node:fs';
import type { Vm } from '../../../simulator/hypervisor/vm';
import type { System } from '../../../simulator/system/system';
import { type RunStop, reportOf } from '../outcome';
import type { VmStop } from './vm-outcome';
import { type VmReport, vmReports } from './vm-report';

/** A virtual machine, and what it ended with. */
export type StoppedVm = readonly [vm: Vm, end: VmStop];

/** What each virtual machine of a host ended with. @param stop of the run of all */
export function stoppedVms(system: System, stop: RunStop): readonly StoppedVm[] {
  return (system.hypervisor?.vms ?? []).map((vm) => [vm, stopOf(vm, stop)]);
}

/** Standard error says which of them has not powered off. */
export function tellEnds(stops: readonly StoppedVm[]): void {
  for (const [{ name }, end] of stops)
    if (end.reason !== 'power-off') console.error(`hyperstep: ${name}: ${end.reason}`);
}

/** @param instructions of this run @param file nothing is written where there is none */
export function writeHostReport(
  file: string | undefined,
  { system, reason, instructions }: Parameters<typeof reportOf>[0],
  stops: readonly StoppedVm[],
  wallSeconds: number,
): void {
  if (file === undefined) return;
  const report = {
    ...reportOf({ system, reason, instructions }, wallSeconds),
    vms: vmReports(stops.map(([vm, end]) => [vm.name, vmReport(vm, end)] as const)),
  };
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
}

/** What a VM ended with, or the run while it went on. */
function stopOf({ end, vcpus }: Vm, stop: RunStop): VmStop {
  if (end?.reason === 'power-off') return end;
  if (end) return { reason: end.reason };
  const waits = stop.reason === 'power-off' || stop.reason === 'waiting-forever';
  if (waits && vcpus.some(({ wait }) => wait?.kind === 'frames')) return { reason: 'waiting-for-memory' };
  return waits ? { reason: 'waiting-forever' } : { reason: stop.reason };
}

function vmReport(vm: Vm, end: VmStop): VmReport {
  const counts = vm.ledger.counts(vm.id);
  const instructions = vm.retired;
  return {
    stopReason: end.reason,
    instructions,
    exits: Object.fromEntries(counts.map(({ reason, count }) => [reason, count])),
    cycles: instructions + counts.reduce((total, { cycles }) => total + cycles, 0),
    ...vm.measures,
    memory: vm.memoryTaken.peak + vm.memoryTaken.tables,
  };
}
