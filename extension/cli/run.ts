import { writeFileSync } from 'node:fs';
import { LoggedFile } from '../../simulator/devices/file-log';
import { recordOf, writeRecord } from '../../simulator/hypervisor/record';
import {
  describeSystem,
  readSnapshot,
  type Snapshot,
  type SystemDescription,
  writeSnapshot,
} from '../../simulator/hypervisor/snapshot';
import type { System, SystemConfiguration } from '../../simulator/hypervisor/system';
import type { MachineStop } from '../../simulator/machine/stop';
import type { Program } from '../../simulator/object/program';
import { ConsoleInput, ConsoleOutput } from './console-io';
import { buildOrReport, type GuestFiles, makeSystem, openFiles, readGiven } from './guest';
import { type MachineOptions, machineOptions, one, type ParsedCommand } from './options';
import { type Outcome, outcomeOf, reportOf, STATUS } from './outcome';
import { replay } from './replay';
import { UsageError } from './usage';
import { runVariants } from './variants';

/** Most and fewest instructions between two looks at the host: console input, interrupts of the user. */
const SLICE = 2_000_000;
const SMALLEST_SLICE = 500;
/** Milliseconds that may lie between them. */
const LONGEST_SLICE = 50;

/** Where a run begins: a program at reset, or a machine that was saved. */
type Start = { readonly program: Program } | { readonly saved: Snapshot; readonly description: SystemDescription };

/** `hyperstep run`. @returns the exit status */
export async function run(command: ParsedCommand): Promise<number> {
  const { values } = command;
  const options = machineOptions(values);
  if (values['legal-variants']) return runVariants(command, options);
  if (values['replay'] !== undefined) return replay(command, options);
  const start = await startOf(command, options);
  if (!start) return STATUS.usage;
  const logged: LoggedFile[] = [];
  const files = await openFiles(options, (file) => {
    logged.push(new LoggedFile(file));
    return logged.at(-1) ?? file;
  });
  const record = one(values['record']);
  const started = process.hrtime.bigint();
  const outcome = await runToEnd(start, options, files, (system, initial) => {
    if (record === undefined) return;
    const disks = logged.map((file) => file.contents());
    writeFileSync(record, writeRecord(recordOf(system, initial, disks)));
  });
  const wallSeconds = Number(process.hrtime.bigint() - started) / 1e9;
  if (outcome.message !== undefined) console.error(`hyperstep: ${outcome.message}`);
  const save = one(values['save']);
  if (save !== undefined) {
    const { system } = outcome;
    writeFileSync(save, writeSnapshot(describeSystem(system.configuration), system.save()));
  }
  const report = one(values['report']);
  if (report !== undefined) writeFileSync(report, `${JSON.stringify(reportOf(outcome, wallSeconds), null, 2)}\n`);
  return outcome.status;
}

async function startOf(command: ParsedCommand, options: MachineOptions): Promise<Start | undefined> {
  const restore = one(command.values['restore']);
  if (restore === undefined) {
    const program = await buildOrReport(command, options);
    return program && { program };
  }
  if (command.files.length > 0)
    throw new UsageError('a saved machine has its program in its memory: name no files with --restore');
  const { description, snapshot } = readSnapshot(await readGiven('saved machine', restore));
  return { saved: snapshot, description };
}

/** @param ended is told of the system when it stops, and of its state hash at the start */
async function runToEnd(
  start: Start,
  options: MachineOptions,
  files: GuestFiles,
  ended: (system: System, initial: string) => void,
): Promise<Outcome> {
  const output = new ConsoleOutput();
  const input = new ConsoleInput();
  let before = 0;
  try {
    for (;;) {
      const system = systemAt(start, options, files, (byte) => output.write(byte));
      const initial = system.stateHash();
      const first = system.machine.clock.retired;
      const stop = await runSystem(system, input, first + options.maxInstructions - before, output);
      before += system.machine.clock.retired - first;
      // A reset starts the same guest again, on the same disks; a saved machine is not started, and a record is of one start.
      if (stop.reason === 'reset' && 'program' in start) continue;
      ended(system, initial);
      return outcomeOf(system, stop, before, options.maxInstructions);
    }
  } finally {
    input.close();
    output.flush();
  }
}

function systemAt(
  start: Start,
  options: MachineOptions,
  files: GuestFiles,
  console: SystemConfiguration['console'],
): System {
  if ('program' in start) return makeSystem(start.program, options, files, console);
  const { diskSectors, ...machine } = start.description;
  const given = files.disks.map(({ sectors }) => sectors);
  if (given.length !== diskSectors.length || given.some((sectors, index) => sectors !== diskSectors[index]))
    throw new UsageError(
      `the saved machine has ${diskSectors.length} disks of ${diskSectors.join(', ')} sectors: give the same again with --disk`,
    );
  const system = makeSystem(undefined, options, files, console, machine);
  system.restore(start.saved);
  return system;
}

async function runSystem(
  system: System,
  input: ConsoleInput,
  instructions: number,
  output: ConsoleOutput,
): Promise<MachineStop> {
  const { machine } = system;
  // A guest may make its host work for long with few instructions: input, output and signals are not to wait for that.
  let slice = SLICE / 16;
  for (;;) {
    input.deliver(system);
    const left = instructions - machine.clock.retired;
    const began = performance.now();
    const stop = machine.run({ instructions: Math.min(slice, left) });
    const took = performance.now() - began;
    const ran = slice;
    if (took < LONGEST_SLICE / 4) slice = Math.min(SLICE, slice * 2);
    else if (took > LONGEST_SLICE) slice = Math.max(SMALLEST_SLICE, slice >> 1);
    output.flush();
    if (stop.reason === 'waiting-for-input') await input.more();
    else if (stop.reason !== 'limit' || left <= ran) return stop;
    else await new Promise((resolve) => setImmediate(resolve));
  }
}
