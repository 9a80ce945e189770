import { fileOf } from '../../../simulator/devices/disk/file-log';
import { describeSystem } from '../../../simulator/system/description';
import { ReplayError, type RunRecord, readRecord } from '../../../simulator/system/record';
import { openDisk } from '../../../simulator/system/system';
import { ConsoleOutput } from '../console-io';
import { type NamedDisks, readGiven } from '../guest';
import { machineOptions, one, type ParsedCommand } from '../options';
import { hostContradictions } from '../recorded-options';
import { refuseBesideReplay, replayLife, requireSameStart, tellSame } from '../replayed-life';
import { stoppedVms, tellEnds, writeHostReport } from './host-report';
import type { HostStart } from './host-start';
import { chooseConsoles } from './vm-consoles';

/** `--replay FILE` of a host: its disks hold what the record has of them. @returns the exit status */
export async function replayHost(start: HostStart, values: ParsedCommand['values']): Promise<number> {
  const { translation, disks: given } = machineOptions(values);
  refuseBesideReplay(values, given);
  const record = readRecord(await readGiven('record', one(values['replay']) ?? ''));
  const isRestored = start.programs.every((program) => program === undefined);
  requireSameHost(record, start.names);
  requireSameStart(record, isRestored);
  if (!isRestored) requireSameDisks(record, start.names, start.namedDisks());
  const output = new ConsoleOutput();
  const consoles = chooseConsoles(start.names, one(values['console']), output);
  const consoleOf = (vm: string) => consoles.outputOf(vm) ?? (() => undefined);
  const disks = record.guests.map((guest) =>
    guest.disks.map(({ contents, write }) => openDisk(fileOf(contents), write)),
  );
  const configuration = start.configuration(disks, { consoleOf, translation });
  refuse(hostContradictions(record.description, describeSystem(configuration)));
  const [life] = record.lives;
  if (!life || record.lives.length > 1)
    throw new ReplayError(`the record of a host has one run in it, not ${record.lives.length}`);
  const system = start.system(configuration);
  const first = system.machine.clock.retired;
  const started = process.hrtime.bigint();
  const { stop, same } = replayLife(system, life, record, start.programs, output);
  const wallSeconds = Number(process.hrtime.bigint() - started) / 1e9;
  const stops = stoppedVms(system, stop);
  tellEnds(stops);
  const instructions = system.machine.clock.retired - first;
  writeHostReport(one(values['report']), { system, reason: stop.reason, instructions }, stops, wallSeconds);
  return tellSame(same);
}

/** @throws ReplayError */
function requireSameHost({ description }: RunRecord, names: readonly string[]): void {
  const recorded = description.neighbours?.vms.map(({ name }) => name);
  if (!recorded)
    throw new ReplayError('the record is of one guest alone, and no host: replay it with its program, not a scenario');
  if (recorded.join() !== names.join())
    refuse([`the virtual machines were ${recorded.join(', ')} and are ${names.join(', ')}`]);
}

/** What a scenario says of disks that a record has the contents of. @throws ReplayError */
function requireSameDisks({ guests }: RunRecord, names: readonly string[], named: readonly NamedDisks[]): void {
  const differences = guests.flatMap(({ disks }, index) => {
    const [was, is] = [disks, named[index] ?? []].map((of) => of.map(({ write }) => `"${write}"`).join(', ') || 'none');
    return was === is ? [] : [`the disks of ${names[index]} were ${was} and are ${is}`];
  });
  refuse(differences);
}

/** @throws ReplayError where there are differences */
function refuse(differences: readonly string[]): void {
  if (differences.length > 0) throw new ReplayError(`the record is of another machine: ${differences.join('; ')}`);
}
