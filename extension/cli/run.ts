import { writeFileSync } from 'node:fs';
import type { Runner } from '../../simulator/machine/machine';
import { describeSystem } from '../../simulator/system/description';
import { readSnapshot, writeSnapshot } from '../../simulator/system/snapshot';
import type { System } from '../../simulator/system/system';
import { type RunResult, runBatch } from './batch';
import { ConsoleInput, ConsoleOutput, type GuestConsole } from './console-io';
import { writeEvidence } from './evidence';
import { buildOrReport, openFiles, readGiven } from './guest';
import { programOf, runLive, type Start } from './live-run';
import { type MachineOptions, machineOptions, one, type ParsedCommand, suiteOptions } from './options';
import { guestStatusOf, reportOf, STATUS } from './outcome';
import { Recording } from './recording';
import { replay } from './replay';
import { isScenario, runScenario } from './scenario-run';
import { signatureRange } from './signature';
import { Traces } from './trace/traces';
import { UsageError } from './usage-error';
import { runVariants } from './variants';

/** `hyperstep run`. @returns the exit status */
export async function run(command: ParsedCommand): Promise<number> {
  const { values } = command;
  if (values['batch'] !== undefined) return runBatch(command, runGuest);
  if (values['legal-variants']) return runVariants(command, machineOptions(values));
  if (isScenario(command)) return runScenario(command);
  if (values['replay'] !== undefined) return replay(command, machineOptions(values));
  const result = await runGuest(command, () => ({ input: new ConsoleInput(), output: new ConsoleOutput() }));
  return result.status;
}

/**
 * Runs one guest, and writes what was asked for.
 * @param openConsole for the guest, once it is sure to run
 * @throws UsageError and what else a user's words, files and machine can lead to
 */
async function runGuest(command: ParsedCommand, openConsole: () => GuestConsole): Promise<RunResult> {
  const { values } = command;
  const options = machineOptions(values);
  const suite = suiteOptions(values);
  const start = await startOf(command, options);
  if (!start) return { status: STATUS.usage, reason: 'not assembled', instructions: 0 };
  const range = suite.signature === undefined ? undefined : signatureRange(programOf(start));
  const record = one(values['record']);
  const recording = record === undefined ? undefined : new Recording(record, options);
  const files = await (recording?.openFiles() ?? openFiles(options));
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
  recording?.write(system, program);
  const report = one(values['report']);
  if (report !== undefined) writeFileSync(report, `${JSON.stringify(reportOf(outcome, wallSeconds), null, 2)}\n`);
  const save = one(values['save']);
  // Last: a machine whose run has ended cannot be saved, and what else was asked for is there then.
  if (save !== undefined) writeFileSync(save, writeSnapshot(describeSystem(system.configuration), system.save()));
  const { reason, instructions } = outcome;
  return { status: suite.guestStatus ? guestStatusOf(outcome) : status, reason, instructions };
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
