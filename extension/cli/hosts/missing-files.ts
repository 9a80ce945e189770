import { existsSync } from 'node:fs';
import type { Range } from '../../../simulator/assembler/source/diagnostic';
import type { PlaceOf } from '../../../simulator/scenario/read-scenario';
import type { Scenario, ScenarioVm } from '../../../simulator/scenario/scenario';
import { inFolder } from '../described-program';

/** A file that a scenario names and that is not there. */
export interface MissingFile {
  readonly vm: ScenarioVm;
  /** Without it there is no program. */
  readonly isOfProgram: boolean;
  readonly message: string;
  /** Where the scenario names it. */
  readonly range: Range | undefined;
}

/** The files that virtual machines have and that are not there. @param folder from which their paths are seen */
export function missingFiles({ hosts }: Scenario, folder: string, placeOf: PlaceOf): MissingFile[] {
  return hosts
    .flatMap(({ vms }) => vms.flatMap((vm) => namedFiles(vm, placeOf)))
    .filter(({ file }) => !existsSync(inFolder(folder, file)))
    .map(({ what, file, ...rest }) => ({
      ...rest,
      message: `${what} of the virtual machine ${rest.vm.name}, '${file}', is not there`,
    }));
}

interface NamedFile extends Omit<MissingFile, 'message'> {
  readonly what: string;
  readonly file: string;
}

function namedFiles(vm: ScenarioVm, placeOf: PlaceOf): NamedFile[] {
  const { program, linkerScript, initrd, disks } = vm;
  const beside = { vm, isOfProgram: false };
  const ofProgram = { vm, isOfProgram: true };
  return [
    // Among the files of a program may stand words for the linker.
    ...program.flatMap((file, index) =>
      file.startsWith('-') ? [] : [{ ...ofProgram, what: 'the program', file, range: placeOf(vm, 'program', index) }],
    ),
    ...(linkerScript === undefined
      ? []
      : [{ ...ofProgram, what: 'the linker script', file: linkerScript, range: placeOf(vm, 'linkerScript') }]),
    ...(initrd === undefined
      ? []
      : [{ ...beside, what: 'the initial RAM disk', file: initrd, range: placeOf(vm, 'initrd') }]),
    ...disks.map(({ file }, index) => ({ ...beside, what: 'a disk', file, range: placeOf(vm, 'disks', index) })),
  ];
}
