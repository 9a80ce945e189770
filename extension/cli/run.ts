import { writeFileSync } from 'node:fs';
import type { Runner } from '../../simulator/machine/machine';
import { readSnapshot, type SavedSystem } from '../../simulator/system/snapshot';
import type { System } from '../../simulator/system/system';
import { type RunResult, runBatch } from './batch';
import { ConsoleInput, ConsoleOutput, type GuestConsole } from './console-io';
import { writeEvidence } from './evidence';
import { buildOrReport, openFiles, readGiven } from './guest';
import { runSavedHost, saveTo } from './hosts/host-run';
import { isScenario, runScenario } from './hosts/scenario-run';
import { programOf, runLive, type Start } from './live-run';
import { type MachineOptions, machineOptions, one, type ParsedCommand, refuseIdle, suiteOptions } from './options';
import { guestStatusOf, reportOf, STATUS } from './outcome';
import { checkOutputs } from './output-files';
import { Recording } from './recording';
import { replay } from './replay';
import { signatureRange } from './signature';
import { Traces } from './trace/traces';
import { UsageError } from './usage-error';
import { runVariants } from './variants';

/** `hyperstep run`. @returns the exit status */
export async function run(command: ParsedCommand): Promise<number> {
  const { values } = command;
  checkOutputs(values);
  if (values['batch'] !== undefined) return runBatch(command, runGuest);
  if (isScenario(command)) return runScenario(command);
  const saved = await savedMachine(command);
  if (saved?.description.neighbours) return runSavedHost(command, saved);
  refuseIdle(values, 'one guest', ['console']);
  if (values['legal-variants']) return runVariants(command, machineOptions(values));
  if (values['replay'] !== undefined) return replay(command, machineOptions(values), saved);
  const openConsole = (): GuestConsole => ({ input: new ConsoleInput(), output: new ConsoleOutput() });
  const result = await runGuest(command, openConsole, saved);
  return result.status;
}

/**
 * Runs one guest, and writes what was asked for.
 * @param openConsole for the guest, once it is sure to run
 * @param saved where it goes on from, where that has been read
 * @throws UsageError and what else a user's words, files and machine can lead to
 */
async function runGuest(
  command: ParsedCommand,
  openConsole: () => GuestConsole,
  saved?: SavedSystem,
): Promise<RunResult> {
  const { values } = command;
  if (isScenario(command)) throw new UsageError('a scenario has several guests: it is run by itself, not in a list');
  const options = machineOptions(values);
  const suite = suiteOptions(values);
  const start = await startOf(command, options, saved ?? (await savedMachine(command)));
  if (!start) return { status: STATUS.usage, reason: 'not assembled', instructions: 0 };
  const range = suite.signature === undefined ? undefined : signatureRange(programOf(start));
  const record = one(values['record']);
  const recording = record === undefined ? undefined : new Recording(record);
  const files = await openFiles(options, recording && ((disks) => recording.openDisks(disks)));
  const started = process.hrtime.bigint();
  const program = 'program' in start ? start.program : undefined;
  const traces = new Traces(suite.traces, program);
  const runner = (system: System): Runner => traces.runnerOf(system);
  const live = { ...options, timeout: suite.timeout, pace: suite.pace, runner };
  const outcome = await runLive(start, live, files, recording, openConsole()).finally(() => traces.close());
  const wallSeconds = Number(process.hrtime.bigint() - started) / 1e9;
  const { system, status, message } = outcome;
  if (message !== undefined) process.stderr.write(`hyperstep: ${message}\n`);
  writeEvidence(system, suite, range);
  recording?.write(system, [program]);
  const report = one(values['report']);
  if (report !== undefined) writeFileSync(report, `${JSON.stringify(reportOf(outcome, wallSeconds), null, 2)}\n`);
  // Last: a machine whose run has ended cannot be saved, and what else was asked for is there then.
  saveTo(one(values['save']), system);
  const { reason, instructions } = outcome;
  return { status: suite.guestStatus ? guestStatusOf(outcome) : status, reason, instructions };
}

async function startOf(
  command: ParsedCommand,
  options: MachineOptions,
  saved: SavedSystem | undefined,
): Promise<Start | undefined> {
  if (saved) return { saved: saved.snapshot, description: saved.description };
  const program = await buildOrReport(command, options);
  return program && { program };
}

/** The machine that a run goes on from; undefined where it starts a program. @throws UsageError, FileFormatError */
async function savedMachine({ files, values }: ParsedCommand): Promise<SavedSystem | undefined> {
  const restore = one(values['restore']);
  if (restore === undefined) return undefined;
  if (files.length > 0) throw new UsageError('a saved machine has its programs with it: name no files with --restore');
  return readSnapshot(await readGiven('saved machine', restore));
}
