import path from 'node:path';
import { hostConfiguration, type VmFiles } from '../../../simulator/scenario/host-configuration';
import { readScenario, type ScenarioProblem } from '../../../simulator/scenario/read-scenario';
import type { ScenarioHost, ScenarioVm } from '../../../simulator/scenario/scenario';
import { isScenarioPath } from '../../../simulator/scenario/scenario-path';
import { imageAddress, System } from '../../../simulator/system/system';
import { buildDescribed, inFolder } from '../described-program';
import { readGiven, reportProblems } from '../guest';
import type { ParsedCommand } from '../options';
import { STATUS } from '../outcome';
import { UsageError } from '../usage-error';
import { refuseBesideHost, runHost } from './host-run';
import type { HostStart } from './host-start';
import { missingFiles } from './missing-files';

/** What lies in a VM's memory when it starts. */
type VmImages = Omit<VmFiles, 'disks'>;

/** Whether a command's words name a scenario. */
export const isScenario = ({ files }: ParsedCommand): boolean => files.some(isScenarioPath);

/** `hyperstep run SCENARIO`. @returns the exit status @throws UsageError and what else a user's words and files can lead to */
export async function runScenario({ files, values }: ParsedCommand): Promise<number> {
  const [file] = files;
  if (file === undefined || files.length > 1) throw new UsageError('a scenario names its guests itself: name one file');
  if (values['restore'] !== undefined)
    throw new UsageError('a saved machine has its programs with it: name no files with --restore');
  refuseBesideHost(values, 'a scenario');
  const folder = path.dirname(file);
  const read = readScenario(new TextDecoder().decode(await readGiven('scenario', file)));
  const problems = read.scenario ? missingFiles(read.scenario, folder, read.placeOf) : read.problems;
  for (const problem of problems) console.error(inWords(file, problem));
  if (!read.scenario || problems.length > 0) return STATUS.usage;
  const [host] = read.scenario.hosts;
  if (!host) throw new RangeError('a scenario has a host');
  const start = await startOf(host, folder);
  return start ? runHost(start, values) : STATUS.usage;
}

/** The host of a scenario, whose programs are assembled; prints what is wrong with them. */
async function startOf(host: ScenarioHost, folder: string): Promise<HostStart | undefined> {
  const read: (VmImages | undefined)[] = [];
  for (const vm of host.vms) read.push(await imagesOf(vm, folder));
  const found = read.filter((images) => images !== undefined);
  if (found.length < read.length) return undefined;
  const programs = found.map(({ program }) => program);
  return {
    names: host.vms.map(({ name }) => name),
    programs,
    namedDisks: () =>
      host.vms.map(({ disks }) => disks.map(({ file, write }) => ({ file: inFolder(folder, file), write }))),
    configuration: (disks, surroundings) =>
      hostConfiguration(
        host,
        found.map((images, index) => ({ ...images, disks: disks[index] ?? [] })),
        surroundings,
      ),
    system: (configuration) => new System(configuration, programs),
  };
}

/** A VM's program, assembled, and its initial RAM disk; prints what is wrong with the program. @throws UsageError */
async function imagesOf(vm: ScenarioVm, folder: string): Promise<VmImages | undefined> {
  const { program, diagnostics } = await buildDescribed({ ...vm, imageAddress: imageAddress('sbi', false) }, folder);
  reportProblems(diagnostics);
  if (!program) return undefined;
  const { initrd } = vm;
  const ramDisk = initrd === undefined ? undefined : await readGiven('initial RAM disk', inFolder(folder, initrd));
  return { program, initrd: ramDisk };
}

/** As compilers print it: lines and columns from 1. */
function inWords(file: string, { range, message }: Pick<ScenarioProblem, 'range' | 'message'>): string {
  const place = range ? `:${range.start.line + 1}:${range.start.column + 1}` : '';
  return `${file}${place}: error: ${message}`;
}
