import { writeFileSync } from 'node:fs';
import { describeSystem } from '../../../simulator/system/description';
import { imagesOf } from '../../../simulator/system/saved-images';
import { type SavedSystem, writeSnapshot } from '../../../simulator/system/snapshot';
import type { System } from '../../../simulator/system/system';
import { ConsoleInput, ConsoleOutput } from '../console-io';
import { openDisks } from '../guest';
import { runToStop } from '../live-run';
import { machineOptions, one, type ParsedCommand, refuseIdle, suiteOptions } from '../options';
import { statusOfStop } from '../outcome';
import { Recording } from '../recording';
import { replayHost } from './host-replay';
import { stoppedVms, tellEnds, writeHostReport } from './host-report';
import { type HostStart, startOfSaved } from './host-start';
import { chooseConsoles } from './vm-consoles';
import { statusOfVms } from './vm-outcome';

type Values = ParsedCommand['values'];

/** What a host is run with; everything else it says itself. */
const BESIDE_A_HOST = [
  ...['console', 'max-instructions', 'timeout', 'pace', 'report', 'no-translation'],
  ...['save', 'restore', 'record', 'replay'],
];

/** Options that would have no effect on a host. @param more that have one @throws UsageError */
export function refuseBesideHost(values: Values, beside: string, more: readonly string[] = []): void {
  const known = [...BESIDE_A_HOST, ...more];
  const given = Object.keys(values).filter((name) => values[name] !== undefined);
  refuseIdle(
    values,
    beside,
    given.filter((name) => !known.includes(name)),
  );
}

/** `hyperstep run --restore FILE` of a saved host. @returns the exit status @throws UsageError and what else files can lead to */
export async function runSavedHost({ values }: ParsedCommand, saved: SavedSystem): Promise<number> {
  refuseBesideHost(values, 'a saved host', ['disk']);
  return runHost(startOfSaved(saved, machineOptions(values).disks), values);
}

/** Runs a host to its end, a limit or a signal, and writes what was asked for; or replays it. @returns the exit status */
export async function runHost(start: HostStart, values: Values): Promise<number> {
  if (values['replay'] !== undefined) return replayHost(start, values);
  const { maxInstructions, translation } = machineOptions(values);
  const { timeout, pace } = suiteOptions(values);
  const output = new ConsoleOutput();
  const consoles = chooseConsoles(start.names, one(values['console']), output);
  const record = one(values['record']);
  const recording = record === undefined ? undefined : new Recording(record);
  const disks = start.namedDisks().map((named) => recording?.openDisks(named) ?? openDisks(named));
  const consoleOf = (vm: string) => consoles.outputOf(vm) ?? (() => undefined);
  const system = start.system(start.configuration(disks, { consoleOf, translation }));
  recording?.begins(system);
  const guest = system.guests[start.names.indexOf(consoles.input)];
  const first = system.machine.clock.retired;
  const limits = { timeout, pace, maxInstructions: first + maxInstructions };
  const started = process.hrtime.bigint();
  const stop = await runToStop(system, limits, { input: new ConsoleInput(guest), output });
  const wallSeconds = Number(process.hrtime.bigint() - started) / 1e9;
  recording?.stopped(system);
  const stops = stoppedVms(system, stop);
  tellEnds(stops);
  recording?.write(system, start.programs);
  const instructions = system.machine.clock.retired - first;
  writeHostReport(one(values['report']), { system, reason: stop.reason, instructions }, stops, wallSeconds);
  // Last: a host whose run has ended cannot be saved, and what else was asked for is there then.
  saveTo(one(values['save']), system);
  return stop.reason === 'interrupted' ? statusOfStop(stop) : statusOfVms(stops.map(([, end]) => end));
}

/** @param file nothing is written where there is none @throws SnapshotError */
export function saveTo(file: string | undefined, system: System): void {
  if (file === undefined) return;
  writeFileSync(file, writeSnapshot(describeSystem(system.configuration), system.save(), imagesOf(system)));
}
