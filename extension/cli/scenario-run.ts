import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Vm } from '../../simulator/hypervisor/vm';
import { hostConfiguration, type VmFiles } from '../../simulator/scenario/host-configuration';
import { readScenario, type ScenarioProblem } from '../../simulator/scenario/read-scenario';
import type { ScenarioHost, ScenarioVm } from '../../simulator/scenario/scenario';
import { isScenarioPath } from '../../simulator/scenario/scenario-path';
import { imageAddress, System } from '../../simulator/system/system';
import { ConsoleInput, ConsoleOutput } from './console-io';
import { buildDescribed, inFolder } from './described-program';
import { openDisks, readGiven, reportProblems } from './guest';
import { runToStop } from './live-run';
import { machineOptions, one, type ParsedCommand, refuseIdle, suiteOptions } from './options';
import { type RunStop, reportOf, STATUS, statusOfStop } from './outcome';
import { UsageError } from './usage-error';
import { chooseConsoles } from './vm-consoles';
import { statusOfVms, type VmStop } from './vm-outcome';
import { type VmReport, vmReports } from './vm-report';

/** What a scenario is run with; everything else it says itself. */
const BESIDE_A_SCENARIO = ['console', 'max-instructions', 'timeout', 'pace', 'report', 'no-translation'];

/** Whether a command's words name a scenario. */
export const isScenario = ({ files }: ParsedCommand): boolean => files.some(isScenarioPath);

/** `hyperstep run SCENARIO`. @returns the exit status @throws UsageError and what else a user's words and files can lead to */
export async function runScenario({ files, values }: ParsedCommand): Promise<number> {
  const [file] = files;
  if (file === undefined || files.length > 1) throw new UsageError('a scenario names its guests itself: name one file');
  const given = Object.keys(values).filter((name) => values[name] !== undefined);
  refuseIdle(
    values,
    'a scenario',
    given.filter((name) => !BESIDE_A_SCENARIO.includes(name)),
  );
  const { scenario, problems } = readScenario(new TextDecoder().decode(await readGiven('scenario', file)));
  if (!scenario) {
    for (const problem of problems) console.error(inWords(file, problem));
    return STATUS.usage;
  }
  const [host] = scenario.hosts;
  if (!host) throw new RangeError('a scenario has a host');
  return runHost(host, path.dirname(file), values);
}

async function runHost(host: ScenarioHost, folder: string, values: ParsedCommand['values']): Promise<number> {
  const read = [];
  for (const vm of host.vms) read.push(await filesOf(vm, folder));
  const found = read.filter((files) => files !== undefined);
  if (found.length < read.length) return STATUS.usage;
  const { maxInstructions, translation } = machineOptions(values);
  const { timeout, pace } = suiteOptions(values);
  const output = new ConsoleOutput();
  const names = host.vms.map(({ name }) => name);
  const consoles = chooseConsoles(names, one(values['console']), output);
  const consoleOf = (vm: string) => consoles.outputOf(vm) ?? (() => undefined);
  const configuration = hostConfiguration(host, found, { consoleOf, translation });
  const system = new System(
    configuration,
    found.map(({ program }) => program),
  );
  const guest = system.guests[names.indexOf(consoles.input)];
  const started = process.hrtime.bigint();
  const stop = await runToStop(system, { timeout, pace, maxInstructions }, { input: new ConsoleInput(guest), output });
  const wallSeconds = Number(process.hrtime.bigint() - started) / 1e9;
  const stops = (system.hypervisor?.vms ?? []).map((vm) => [vm, stopOf(vm, stop)] as const);
  for (const [{ name }, end] of stops)
    if (end.reason !== 'power-off') console.error(`hyperstep: ${name}: ${end.reason}`);
  const report = one(values['report']);
  if (report !== undefined)
    writeFileSync(report, `${JSON.stringify(reportOfHost(system, stop, stops, wallSeconds), null, 2)}\n`);
  return stop.reason === 'interrupted' ? statusOfStop(stop) : statusOfVms(stops.map(([, end]) => end));
}

/** What a VM ended with, or the run while it went on. */
function stopOf({ end, vcpus }: Vm, stop: RunStop): VmStop {
  if (end?.reason === 'power-off') return end;
  if (end) return { reason: end.reason };
  const waits = stop.reason === 'power-off' || stop.reason === 'waiting-forever';
  if (waits && vcpus.some(({ wait }) => wait?.kind === 'frames')) return { reason: 'waiting-for-memory' };
  return waits ? { reason: 'waiting-forever' } : { reason: stop.reason };
}

function reportOfHost(system: System, stop: RunStop, stops: readonly (readonly [Vm, VmStop])[], wallSeconds: number) {
  const instructions = system.machine.clock.retired;
  return {
    ...reportOf({ system, reason: stop.reason, instructions }, wallSeconds),
    vms: vmReports(stops.map(([vm, end]) => [vm.name, vmReport(vm, end)] as const)),
  };
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

/** A VM's program, assembled, and its files, opened; prints what is wrong with the program. @throws UsageError */
async function filesOf(vm: ScenarioVm, folder: string): Promise<VmFiles | undefined> {
  const { program: built, diagnostics } = await buildDescribed(
    { ...vm, imageAddress: imageAddress('sbi', false) },
    folder,
  );
  reportProblems(diagnostics);
  if (!built) return undefined;
  const disks = openDisks(vm.disks.map(({ file, write }) => ({ file: inFolder(folder, file), write })));
  const ramDisk =
    vm.initrd === undefined ? undefined : await readGiven('initial RAM disk', inFolder(folder, vm.initrd));
  return { program: built, disks, initrd: ramDisk };
}

/** As compilers print it: lines and columns from 1. */
function inWords(file: string, { range, message }: ScenarioProblem): string {
  const place = range ? `:${range.start.line + 1}:${range.start.column + 1}` : '';
  return `${file}${place}: error: ${message}`;
}
