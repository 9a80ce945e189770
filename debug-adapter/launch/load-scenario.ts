import { imageLimit, type ReadFile } from '../../simulator/assembler/source/read-file';
import type { BuildResult } from '../../simulator/project/build';
import { folderOf, joinPath } from '../../simulator/project/index';
import { hostConfiguration, type VmFiles } from '../../simulator/scenario/host-configuration';
import { readScenario } from '../../simulator/scenario/read-scenario';
import type { Scenario, ScenarioHost, ScenarioVm } from '../../simulator/scenario/scenario';
import { type ByteSink, VmConsoles } from '../../simulator/scenario/vm-consoles';
import { imageAddress } from '../../simulator/system/system';
import { DebuggedMachine } from '../debugged-machine';
import type { DebuggedProgram } from '../debuggee';
import { RequestError } from '../request-error';
import type { Host } from '../transport/host';
import { buildProgram, programErrorOf } from './guest-program';
import type { CheckedLaunch } from './launch-checks';
import { bytesOf, LaunchFiles } from './launch-files';
import { makeSystem, presenceOf } from './make-system';
import type { LaunchedScenario } from './scenario-checks';

/** A virtual machine whose program has been built. */
interface BuiltVm extends DebuggedProgram {
  readonly vm: ScenarioVm;
  readonly sources: BuildResult['sources'];
}

/** Makes the machine of a scenario with its virtual machines. @throws RequestError */
export async function loadScenario(
  launched: LaunchedScenario,
  launch: CheckedLaunch,
  host: Host,
  output: ByteSink,
): Promise<DebuggedMachine> {
  const { scenario, folder } = await scenarioOf(launched, launch, host);
  const [only] = scenario.hosts;
  if (!only) throw new RequestError('the scenario has no host');
  const files = new LaunchFiles(host, folder);
  const images = new Set(only.vms.flatMap(({ program }) => program.map((file) => files.pathOf(file))));
  const read: ReadFile = (path) => host.readFile(path, images.has(path) ? imageLimit : undefined);
  const built = await buildAll(only, folder, launch, read);
  const isAlone = only.vms.length === 1;
  const consoles = new VmConsoles(output);
  const consoleOf = (vm: string) => (isAlone ? (byte: number) => output.write(byte) : consoles.of(vm));
  const vmFiles = await Promise.all(built.map((each) => filesOf(each, files)));
  const configuration = hostConfiguration(only, vmFiles, { consoleOf, translation: launch.translation });
  const system = makeSystem(
    configuration,
    built.map(({ program }) => program),
    launch,
  );
  const known = built.flatMap(({ sources }) => [...sources.keys()]);
  return new DebuggedMachine(system, built, launch, presenceOf(known, launch, read));
}

/** A scenario, and the folder from which its relative paths are seen. @throws RequestError that names all that is wrong */
async function scenarioOf(
  launched: LaunchedScenario,
  { projectRoot }: CheckedLaunch,
  host: Host,
): Promise<{ readonly scenario: Scenario; readonly folder: string }> {
  if (launched.kind === 'inline') return { scenario: launched.scenario, folder: projectRoot ?? '' };
  const { path } = launched;
  const text = new TextDecoder().decode(bytesOf(`the scenario '${path}'`, await host.readFile(path)));
  const { scenario, problems } = readScenario(text);
  if (scenario) return { scenario, folder: folderOf(path) };
  const told = problems.map(({ message, range }) => `${range ? `line ${range.start.line + 1}: ` : ''}${message}`);
  throw new RequestError(`the scenario '${path}' is wrong: ${told.join('; ')}`);
}

/** Builds all programs, so that whoever has errors in several is told of all. @throws RequestError */
async function buildAll(
  { vms }: ScenarioHost,
  folder: string,
  { projectRoot }: CheckedLaunch,
  read: ReadFile,
): Promise<BuiltVm[]> {
  const built: BuiltVm[] = [];
  const failed: { readonly name: string; readonly diagnostics: BuildResult['diagnostics'] }[] = [];
  const files = (paths: readonly string[]): string[] => paths.map((path) => joinPath(folder, path));
  for (const vm of vms) {
    const place = { folder, projectRoot, imageAddress: imageAddress('sbi', false) };
    const { program, defines, sources, diagnostics } = await buildProgram(
      { ...vm, program: files(vm.program) },
      place,
      read,
    );
    if (program) built.push({ vm, program, defines, sources });
    else failed.push({ name: vm.name, diagnostics });
  }
  const [first] = failed;
  if (!first) return built;
  const whose =
    failed.length === 1 ? `the program of ${first.name}` : `what ${failed.map(({ name }) => name).join(', ')} run`;
  throw programErrorOf(withoutDoubles(failed.flatMap(({ diagnostics }) => diagnostics)), whose);
}

/** Virtual machines may run the same program. */
function withoutDoubles(diagnostics: BuildResult['diagnostics']): BuildResult['diagnostics'] {
  return [...new Map(diagnostics.map((each) => [JSON.stringify(each), each])).values()];
}

async function filesOf({ vm, program }: BuiltVm, files: LaunchFiles): Promise<VmFiles> {
  return {
    program,
    disks: await Promise.all(vm.disks.map((disk) => files.disk(disk))),
    initrd: vm.initrd === undefined ? undefined : await files.read(`initrd of ${vm.name}`, vm.initrd),
  };
}
