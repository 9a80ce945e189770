import { writeFileSync } from 'node:fs';
import type { Vm } from '../../../simulator/hypervisor/vm';
import { KILL_REASONS } from '../../../simulator/hypervisor/vm-end';
import { FRAME } from '../../../simulator/mmu/address';
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
  for (const [{ name, life }, end] of stops) {
    const restarted = life.restarts > 0 ? `, after it was started again ${times(life.restarts)}` : '';
    if (end.reason !== 'power-off') console.error(`hyperstep: ${name}: ${inWords(end)}${restarted}`);
  }
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
  if (end) return end.reason === 'killed' ? { reason: 'killed', kind: end.kind } : { reason: end.reason };
  const waits = stop.reason === 'power-off' || stop.reason === 'waiting-forever';
  if (waits && vcpus.some(({ wait }) => wait?.kind === 'frames')) return { reason: 'waiting-for-memory' };
  if (waits) return { reason: 'waiting-forever' };
  // Of several the run ends by the last of them, of which each says itself what it ended with.
  return stop.reason === 'killed' ? { reason: 'waiting-forever' } : { reason: stop.reason };
}

const inWords = (end: VmStop): string => (end.reason === 'killed' ? `killed: ${KILL_REASONS[end.kind]}` : end.reason);

const times = (count: number): string => (count === 1 ? 'once' : `${count} times`);

function vmReport(vm: Vm, end: VmStop): VmReport {
  const counts = vm.ledger.counts(vm.id);
  const instructions = vm.retired;
  return {
    stopReason: end.reason,
    ...(end.reason === 'killed' ? { killed: end.kind } : {}),
    restarts: vm.life.restarts,
    instructions,
    exits: Object.fromEntries(counts.map(({ reason, count }) => [reason, count])),
    cycles: instructions + counts.reduce((total, { cycles }) => total + cycles, 0),
    ...vm.measures,
    memory: vm.memoryTaken.peak + vm.memoryTaken.tables,
    memoryTarget: vm.allotment.target * FRAME,
    memoryHistory: vm.allotment.history.map(({ at, kind, frames, has }) => {
      return { at, what: kind, bytes: frames * FRAME, has: has * FRAME };
    }),
  };
}
