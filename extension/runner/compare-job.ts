import { editedLimit } from '../../simulator/assembler/source/read-file';
import { COMPARED_MACHINE, compareGuest, USUAL_LIMIT } from '../../simulator/comparison/compare-guest';
import { type ComparedPrograms, type PortedVariant, variantFiles } from '../../simulator/comparison/compared-programs';
import type { HostFile } from '../../simulator/devices/disk/disk-image';
import { type BuiltProgram, filesIn, MachineFileError, testedMachine } from '../../simulator/guest-tests/index';
import type { Program } from '../../simulator/object/program';
import { definesOf, formatDiagnostic, givenIn } from '../../simulator/project/index';
import { problemsOf } from '../../simulator/schema/problems';
import {
  type MachineSettings,
  machineProblems,
  machineSchema,
  machineSettings,
} from '../../simulator/system/machine-options';
import { ConfigurationError, imageAddress, type Virtualization } from '../../simulator/system/system';
import type { JobSurroundings } from './job';
import type { CompareJob } from './protocol';

/** Paths of a launch are absolute here. */
const FOLDER = '';

/** Compares what a guest costs. @throws Error where there is no program, or no machine for it */
export async function compareJob(
  { name, launch }: CompareJob,
  { host, isCancelled, tell }: JobSurroundings,
): Promise<void> {
  const machine = machineFor(launch);
  const built = new BuiltPrograms();
  const programs = await programsFor(launch, machine, host, built);
  const opened: HostFile[] = [];
  try {
    const comparison = await compareGuest(
      name,
      programs,
      { limit: USUAL_LIMIT },
      {
        async makeSystem(engine: Virtualization, program: Program) {
          try {
            const files = filesIn(FOLDER, host, opened);
            return (await testedMachine(built.of(program), machine, engine, files))(() => undefined);
          } catch (error) {
            throw error instanceof MachineFileError ? new ConfigurationError(error.message) : error;
          }
        },
        giveWay: () => host.giveWay(),
        now: () => host.now(),
        get isCancelled() {
          return isCancelled();
        },
      },
    );
    tell({ kind: 'compared', comparison });
  } finally {
    for (const image of opened) image.close?.();
  }
}

/** What belongs to programs that were built. */
class BuiltPrograms {
  private readonly built = new Map<Program, BuiltProgram>();

  add(each: BuiltProgram): Program {
    this.built.set(each.program, each);
    return each.program;
  }

  of(program: Program): BuiltProgram {
    const found = this.built.get(program);
    if (!found) throw new RangeError('a program is compared that was not built');
    return found;
  }
}

/** A guest of one file may have variants beside it. @throws Error with what is wrong with one, as compilers say it */
async function programsFor(
  launch: CompareJob['launch'],
  machine: MachineSettings,
  host: JobSurroundings['host'],
  built: BuiltPrograms,
): Promise<ComparedPrograms> {
  const program = built.add(await programFor(launch, machine, host));
  const variants = new Map<Virtualization, PortedVariant>();
  const [only, ...others] = [launch.program ?? []].flat();
  for (const { engine, file } of others.length === 0 && only !== undefined ? variantFiles(only) : []) {
    if ((await host.readFile(file, editedLimit)) === undefined) continue;
    variants.set(engine, { file, program: built.add(await programFor({ ...launch, program: file }, machine, host)) });
  }
  return { program, variants };
}

/** As the launch says it; every run writes to a copy of its disks, and exits take time. @throws Error */
function machineFor(launch: CompareJob['launch']): MachineSettings {
  const [wrong] = problemsOf(machineSchema, launch);
  const [inside] = wrong ? [] : machineProblems(launch);
  const problem = wrong ?? inside;
  if (problem) throw new Error(`the launch configuration: "${problem.path.join('.')}" ${problem.text}`);
  const settings = machineSettings({ ...COMPARED_MACHINE, ...launch });
  return { ...settings, disks: settings.disks.map(({ file }) => ({ file, write: 'copy' })) };
}

/** @throws Error with what is wrong with it, as compilers say it */
async function programFor(
  launch: CompareJob['launch'],
  { firmware, bios, loadAddress }: MachineSettings,
  host: JobSurroundings['host'],
): Promise<BuiltProgram> {
  const { includePaths = [], defines = {}, march, mabi, linkerScript, linkOptions, relax } = launch;
  const given = givenIn(FOLDER, {
    ...{ program: [launch.program ?? []].flat(), includePaths, defines: definesOf(defines) },
    ...{ march, mabi, linkerScript, linkOptions, relax, loadAddress },
    imageAddress: imageAddress(firmware, bios !== undefined),
  });
  const { program, diagnostics, defines: macros } = await host.build(given);
  if (program) return { program, defines: macros };
  throw new Error(
    diagnostics
      .filter(({ severity }) => severity === 'error')
      .map(formatDiagnostic)
      .join('\n'),
  );
}
