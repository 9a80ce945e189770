import { imageLimit, type ReadFile } from '../../simulator/assembler/source/read-file';
import { ConsoleScript, scriptOf } from '../../simulator/guest-tests/console-script';
import { CombinedProgram } from '../../simulator/object/combined';
import { readImage } from '../../simulator/object/image';
import type { Program } from '../../simulator/object/program';
import { folderOf } from '../../simulator/project/index';
import type { ByteSink } from '../../simulator/scenario/vm-consoles';
import { hostWordsOf } from '../../simulator/system/host-interface';
import { imageAddress } from '../../simulator/system/system';
import { DebuggedMachine } from '../debugged-machine';
import { RequestError } from '../request-error';
import type { Host } from '../transport/host';
import { buildProgram, programErrorOf } from './guest-program';
import type { CheckedLaunch } from './launch-checks';
import { LaunchFiles } from './launch-files';
import { loadScenario } from './load-scenario';
import { makeSystem, presenceOf } from './make-system';

/**
 * Makes a machine with the guest, or the guests, that a launch configuration names: assembles them (again, on every call), opens their disks.
 * @throws RequestError
 */
export async function load(launch: CheckedLaunch, host: Host, console: ByteSink): Promise<DebuggedMachine> {
  return launch.scenario
    ? loadScenario(launch.scenario, launch, host, console)
    : loadGuest(launch, host, (byte) => console.write(byte));
}

async function loadGuest(launch: CheckedLaunch, host: Host, console: (byte: number) => void): Promise<DebuggedMachine> {
  const images = new Set(launch.program);
  const read: ReadFile = (path) => host.readFile(path, images.has(path) ? imageLimit : undefined);
  // Relative paths are seen from the folder of the guest.
  const folder = folderOf(launch.program[0] ?? '');
  const { projectRoot } = launch;
  const place = { folder, projectRoot, imageAddress: imageAddress(launch.firmware, launch.bios !== undefined) };
  const built = await buildProgram(launch, place, read);
  const { program } = built;
  if (!program) throw programErrorOf(built.diagnostics, 'the guest');
  const files = new LaunchFiles(host, folder);
  const disks = await Promise.all(launch.disks.map((disk) => files.disk(disk)));
  const bios = launch.bios === undefined ? undefined : readBios(launch.bios, await files.read('bios', launch.bios));
  const initrd = launch.initrd === undefined ? undefined : await files.read('initrd', launch.initrd);
  const combined = new CombinedProgram(program);
  for (const { file, ...where } of launch.symbols) {
    const bytes = await files.read('symbol file', file);
    const { error } = combined.add({ bytes, ...where });
    if (error !== undefined) throw new RequestError(`the symbol file '${file}' cannot be used: ${error}`);
  }
  const { virtualization, firmware, memory, harts, devices, append: bootArguments, onIllegal } = launch;
  const { vmids, pager, vmmTime, time, paravirtual, seed, translation, hartOptions } = launch;
  const guest = { disks, devices, bios, initrd, bootArguments };
  const options = { vmids, pager, vmmTime, time, paravirtual, seed, translation, hartOptions };
  const machine = { ...options, hostWords: hostWordsOf(program) };
  const script = new ConsoleScript(scriptOf(launch.input));
  const printed = (byte: number): void => {
    script.print(byte);
    console(byte);
  };
  const system = makeSystem(
    { virtualization, firmware, memory, harts, ...guest, ...machine, onIllegal, console: printed },
    [program],
    launch,
  );
  const run = { program: combined.program, defines: built.defines };
  const presence = presenceOf(built.sources.keys(), launch, read);
  return new DebuggedMachine(system, [run], launch, presence, script);
}

/** @throws RequestError */
function readBios(file: string, bytes: Uint8Array): Program {
  const { value, error } = readImage(bytes, imageAddress('none', false));
  if (!value) throw new RequestError(`the bios '${file}' cannot be loaded: ${error}`);
  return value;
}
