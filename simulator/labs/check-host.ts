import { UnreadableFile } from '../assembler/source/read-file';
import { SLICE } from '../guest-tests/guest-run';
import type { TestedProgram } from '../guest-tests/guest-test';
import { times } from '../guest-tests/words';
import type { Vm } from '../hypervisor/vm';
import { hostConfiguration } from '../scenario/host-configuration';
import { readScenario } from '../scenario/read-scenario';
import type { ScenarioHost, ScenarioVm } from '../scenario/scenario';
import { ConfigurationError } from '../system/configuration-error';
import { machineSettings } from '../system/machine-options';
import { System } from '../system/system';
import type { CheckedParts, Checking } from './checking';
import type { HostCheck, Work } from './lab';
import { labReader } from './lab-files';
import { Unusable } from './lab-programs';
import type { Measure } from './measures';
import { noteRun } from './replay';
import type { PartResult } from './result';

/** Bytes of memory that the virtual machines of a student's scenario have together. */
const MOST_MEMORY = 256 * 2 ** 20;

type HostWork = Extract<Work, { kind: 'host' }>;
/** What was measured of each virtual machine, by their names. */
type Measures = ReadonlyMap<string, Partial<Record<Measure, number>>>;

/** Runs the student's scenario, and compares what is measured of its virtual machines. */
export async function checkHost(work: HostWork, checking: Checking): Promise<CheckedParts> {
  const system = await systemOf(work, checking);
  if (typeof system === 'string') return { tried: true, parts: work.checks.map(unmeasured), problem: system };
  const ended = checking.noteRun && noteRun(work.file, system, checking.noteRun);
  await run(system, work.limit, checking);
  ended?.();
  const all = measuresOf(system);
  return { tried: true, parts: work.checks.map((check) => partOf(check, all)) };
}

/** Where nothing was run, nothing that was measured can help. */
const unmeasured = ({ name, points }: HostCheck): PartResult => ({
  ...{ name, points: 0, of: points, help: undefined, details: [] },
});

function partOf(check: HostCheck, all: Measures): PartResult {
  const { name, points } = check;
  for (const { vm, measure, least, most, help } of [check, ...check.also]) {
    const came = all.get(vm)?.[measure];
    if (came !== undefined && came >= least && came <= most) continue;
    const details = came === undefined ? [] : [`${vm}: ${measure} is ${came}`];
    return { name, points: 0, of: points, help, details };
  }
  return { name, points, of: points, help: undefined, details: [] };
}

/** @returns the machine of the scenario, or what is wrong with it */
async function systemOf({ file, vms, harts, programs }: HostWork, checking: Checking): Promise<System | string> {
  const bytes = await labReader(checking.files)(file);
  if (!(bytes instanceof Uint8Array)) return `${file} ${bytes instanceof UnreadableFile ? bytes.why : 'is not there'}`;
  const { scenario, problems } = readScenario(new TextDecoder().decode(bytes));
  const [problem] = problems;
  if (problem) {
    const place = problem.range ? `:${problem.range.start.line + 1}:${problem.range.start.column + 1}` : '';
    return `${file}${place}: ${problem.message}`;
  }
  const [host] = scenario?.hosts ?? [];
  if (!host) return `${file} has no host`;
  const names = host.vms.map(({ name }) => name);
  if (vms && (vms.some((name) => !names.includes(name)) || names.length !== vms.length))
    return `${file} must have the virtual machines ${vms.join(', ')} and no others; it has ${names.join(', ') || 'none'}`;
  if (harts !== undefined && host.harts !== harts)
    return `${file} must have a host with ${times(harts, 'hart')}; it has ${host.harts}`;
  return configured(host, programs, checking);
}

async function configured(
  host: ScenarioHost,
  programs: HostWork['programs'],
  checking: Checking,
): Promise<System | string> {
  const memory = host.vms.reduce((sum, vm) => sum + vm.memory, 0);
  if (memory > MOST_MEMORY || (host.memory ?? 0) > MOST_MEMORY)
    return `the virtual machines of a lab have at most ${MOST_MEMORY / 2 ** 20} MiB of memory together`;
  const files = [];
  for (const vm of host.vms) {
    const own = Object.hasOwn(programs, vm.name) ? programs[vm.name] : undefined;
    const program = own === undefined ? programOf(vm) : { ...programOf(vm), program: [own] };
    const built = await checking.programs.build(program, machineSettings({}));
    if (built instanceof Unusable) return built.why;
    if (vm.disks.length > 0 || vm.initrd !== undefined)
      return `${vm.name} has disks or an initrd, which the virtual machines of a lab have not`;
    files.push({ program: built.program, disks: [], initrd: undefined });
  }
  try {
    return new System(
      hostConfiguration(host, files, { consoleOf: () => () => undefined }),
      files.map(({ program }) => program),
    );
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.message;
  }
}

function programOf({
  program,
  includePaths,
  linkerScript,
  linkOptions,
  march,
  mabi,
  relax,
  defines,
}: ScenarioVm): TestedProgram {
  return { program, includePaths, linkerScript, linkOptions, march, mabi, relax, defines };
}

/** Runs it to its end, or to the limit: what is measured is measured by then. */
async function run(system: System, limit: number, { pause }: Checking): Promise<void> {
  const { machine } = system;
  system.closeInput();
  while (machine.clock.retired < limit) {
    const stop = machine.run({ instructions: Math.min(SLICE, limit - machine.clock.retired), returnsEarly: true });
    if (stop.reason !== 'limit') return;
    await pause();
  }
}

function measuresOf(system: System): Measures {
  const vms = system.hypervisor?.vms ?? [];
  const now = system.machine.clock.now();
  const all = vms.reduce((sum, { measures }) => sum + measures.running, 0);
  return new Map(vms.map((vm) => [vm.name, measured(vm, now, all)]));
}

function measured(vm: Vm, now: number, all: number): Partial<Record<Measure, number>> {
  const { running, ready, waiting, switches } = vm.measures;
  const percent = (part: number, of: number): number => (of === 0 ? 0 : Math.round((100 * part) / of));
  const exits = vm.ledger.counts(vm.id).reduce((sum, { count }) => sum + count, 0);
  return {
    running: percent(running, now),
    ready: percent(ready, now),
    waiting: percent(waiting, now),
    share: percent(running, all),
    instructions: vm.retired,
    exits,
    switches,
    restarts: vm.life.restarts,
    memory: Math.round((vm.memoryTaken.peak + vm.memoryTaken.tables) / 1024),
    ...(vm.end?.reason === 'power-off' ? { code: vm.end.code } : {}),
  };
}
