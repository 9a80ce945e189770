import { writeFileSync } from 'node:fs';
import { fileOf } from '../../simulator/devices/disk/file-log';
import type { Runner } from '../../simulator/machine/machine';
import type { MachineStop } from '../../simulator/machine/stop';
import {
  type Life,
  type RecordedGuest,
  Replay,
  ReplayError,
  type RunRecord,
  readRecord,
} from '../../simulator/system/record';
import { originsOf } from '../../simulator/system/run-origin';
import { readSnapshot } from '../../simulator/system/snapshot';
import { openDisk, type System } from '../../simulator/system/system';
import { ConsoleOutput } from './console-io';
import { writeEvidence } from './evidence';
import { buildOrReport, type GuestFiles, makeSystem, openFiles, readGiven } from './guest';
import { onlyGuestOf, programOf, restoredSystem, type Start } from './live-run';
import { type MachineOptions, one, type ParsedCommand, refuseIdle, suiteOptions } from './options';
import { outcomeOf, reportOf, STATUS } from './outcome';
import { contradictions } from './recorded-options';
import { signatureRange } from './signature';
import { Traces } from './trace/traces';
import { UsageError } from './usage-error';

const SLICE = 2_000_000;

/** `hyperstep run --replay FILE`: the machine is as the record says, its disks hold what the record has of them. */
export async function replay(command: ParsedCommand, options: MachineOptions): Promise<number> {
  refuseIdle(command.values, '--replay', ['record', 'save', 'pace', 'timeout', 'exit-status', 'legal-variants']);
  const suite = suiteOptions(command.values);
  if (options.disks.length > 0) throw new UsageError('a record has in it what was read of the disks: leave out --disk');
  const record = readRecord(await readGiven('record', one(command.values['replay']) ?? ''));
  const different = contradictions(command.values, options, record.description);
  if (different.length > 0)
    throw new ReplayError(`the record is of another machine: ${different.join('; ')}; what is left out is as recorded`);
  const recorded = onlyRecorded(record);
  const start = await startOf(command, options, { ...recorded, ...record });
  if (!start) return STATUS.usage;
  const disks = recorded.disks.map(({ contents, write }) => openDisk(fileOf(contents), write));
  const files = { ...(await openFiles({ ...options, disks: [] })), disks };
  const program = 'program' in start ? start.program : undefined;
  const range = suite.signature === undefined ? undefined : signatureRange(programOf(start));
  const traces = new Traces(suite.traces, program);
  const output = new ConsoleOutput();
  const started = process.hrtime.bigint();
  let instructions = 0;
  let replayed: { readonly system: System; readonly stop: MachineStop; readonly same: boolean } | undefined;
  try {
    for (const life of record.lives) {
      const append = options.append ?? recorded.origin.bootArguments ?? undefined;
      const system = systemOf(start, record, { ...options, append }, files, (byte) => output.write(byte));
      const first = system.machine.clock.retired;
      const runner = traces.runnerOf(system);
      replayed = { system, ...runLife(system, runner, start, recorded, life, output) };
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
  if (!replayed.same) {
    console.error('hyperstep: the replay is not the recorded run: its state at the end differs');
    return STATUS.failed;
  }
  console.error('hyperstep: the replay ends in the state in which the recorded run ended');
  return STATUS.poweredOff;
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
  { description, origin }: RunRecord & RecordedGuest,
): Promise<Start | undefined> {
  const restore = one(command.values['restore']);
  if ((restore !== undefined) !== (origin.program === null))
    throw new ReplayError(
      restore === undefined
        ? 'the recorded run went on from a saved machine: name that with --restore'
        : 'the recorded run started a program: name that, and leave out --restore',
    );
  if (restore !== undefined) {
    const { snapshot, description: saved } = readSnapshot(await readGiven('saved machine', restore));
    return { saved: snapshot, description: saved };
  }
  // A flat binary lies where the recorded firmware starts it.
  const program = await buildOrReport(command, { ...options, firmware: description.firmware });
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

function runLife(
  system: System,
  runner: Runner,
  start: Start,
  { origin }: RecordedGuest,
  life: Life,
  output: ConsoleOutput,
): { stop: MachineStop; same: boolean } {
  const given = originsOf(['program' in start ? start.program : undefined], system.configuration);
  const run = new Replay(system, life, { recorded: [origin], given }, runner);
  try {
    let stop = run.run(SLICE);
    while (stop !== 'end') {
      output.flush();
      stop = run.run(SLICE);
    }
    return { stop: system.machine.finished ?? { reason: 'limit' }, same: run.isSame };
  } finally {
    output.flush();
  }
}
