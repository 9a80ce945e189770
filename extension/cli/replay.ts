import { writeFileSync } from 'node:fs';
import { fileOf } from '../../simulator/devices/disk/file-log';
import { type RecordedGuest, ReplayError, type RunRecord, readRecord } from '../../simulator/system/record';
import type { SavedSystem } from '../../simulator/system/snapshot';
import { openDisk, type System } from '../../simulator/system/system';
import { ConsoleOutput } from './console-io';
import { writeEvidence } from './evidence';
import { buildOrReport, type GuestFiles, makeSystem, openFiles, readGiven } from './guest';
import { onlyGuestOf, programOf, restoredSystem, type Start } from './live-run';
import { type MachineOptions, one, type ParsedCommand, suiteOptions } from './options';
import { outcomeOf, reportOf, STATUS } from './outcome';
import { contradictions } from './recorded-options';
import { type ReplayedLife, refuseBesideReplay, replayLife, requireSameStart, tellSame } from './replayed-life';
import { signatureRange } from './signature';
import { Traces } from './trace/traces';

/**
 * `hyperstep run --replay FILE`: the machine is as the record says, its disks hold what the record has of them.
 * @param saved where it goes on from; undefined where it starts a program
 */
export async function replay(
  command: ParsedCommand,
  options: MachineOptions,
  saved: SavedSystem | undefined,
): Promise<number> {
  refuseBesideReplay(command.values, options.disks);
  const suite = suiteOptions(command.values);
  const record = readRecord(await readGiven('record', one(command.values['replay']) ?? ''));
  const different = contradictions(command.values, options, record.description);
  if (different.length > 0)
    throw new ReplayError(`the record is of another machine: ${different.join('; ')}; what is left out is as recorded`);
  const recorded = onlyRecorded(record);
  const start = await startOf(command, options, record, saved);
  if (!start) return STATUS.usage;
  const disks = recorded.disks.map(({ contents, write }) => openDisk(fileOf(contents), write));
  const files = { ...(await openFiles({ ...options, disks: [] })), disks };
  const program = 'program' in start ? start.program : undefined;
  const range = suite.signature === undefined ? undefined : signatureRange(programOf(start));
  const traces = new Traces(suite.traces, program);
  const output = new ConsoleOutput();
  const started = process.hrtime.bigint();
  let instructions = 0;
  let replayed: (ReplayedLife & { readonly system: System }) | undefined;
  try {
    for (const life of record.lives) {
      const append = options.append ?? recorded.origin.bootArguments ?? undefined;
      const system = systemOf(start, record, { ...options, append }, files, (byte) => output.write(byte));
      const first = system.machine.clock.retired;
      const runner = traces.runnerOf(system);
      replayed = { system, ...replayLife(system, life, record, [program], output, runner) };
      instructions += system.machine.clock.retired - first;
      if (!replayed.same) break;
    }
  } finally {
    traces.close();
  }
  if (!replayed) throw new ReplayError('the record has no run in it');
  const outcome = outcomeOf(replayed.system, replayed.stop, instructions, instructions);
  const report = one(command.values['report']);
  const wallSeconds = Number(process.hrtime.bigint() - started) / 1e9;
  if (report !== undefined) writeFileSync(report, `${JSON.stringify(reportOf(outcome, wallSeconds), null, 2)}\n`);
  writeEvidence(replayed.system, suite, range);
  return tellSame(replayed.same);
}

/** The guest of a record that has one. @throws UsageError */
function onlyRecorded({ description, guests }: RunRecord): RecordedGuest {
  onlyGuestOf(description, 'record');
  const [guest] = guests;
  if (!guest) throw new ReplayError('the record has no guest in it');
  return guest;
}

async function startOf(
  command: ParsedCommand,
  options: MachineOptions,
  record: RunRecord,
  saved: SavedSystem | undefined,
): Promise<Start | undefined> {
  requireSameStart(record, saved !== undefined);
  if (saved) return { saved: saved.snapshot, description: saved.description };
  // A flat binary lies where the recorded firmware starts it.
  const program = await buildOrReport(command, { ...options, firmware: record.description.firmware });
  return program && { program };
}

function systemOf(
  start: Start,
  { description }: RunRecord,
  options: MachineOptions,
  files: GuestFiles,
  console: (byte: number) => void,
): System {
  if ('saved' in start) return restoredSystem(start, options, files, console);
  const { diskSectors: _, ...machine } = onlyGuestOf(description, 'record');
  return makeSystem(start.program, options, files, console, machine);
}
