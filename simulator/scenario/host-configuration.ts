import type { DiskImage } from '../devices/disk/disk-image';
import type { Program } from '../object/program';
import type { SystemConfiguration } from '../system/configuration';
import { hostWordsOf } from '../system/host-interface';
import type { ScenarioHost } from './scenario';

/** What the files of a VM are once they are read. */
export interface VmFiles {
  readonly program: Program;
  readonly disks: readonly DiskImage[];
  readonly initrd: Uint8Array | undefined;
}

/** What a run of a scenario is given from outside. */
export interface HostSurroundings {
  /** Where a VM's console leads. */
  readonly consoleOf: (vm: string) => (byte: number) => void;
  readonly translation?: boolean | undefined;
}

/** The machine of a scenario's host. @param files of each VM, in their order */
export function hostConfiguration(
  host: ScenarioHost,
  files: readonly VmFiles[],
  surroundings: HostSurroundings,
): SystemConfiguration {
  const { harts, memory, overcommit, vmids, vmmTime, scheduler, hartOptions } = host;
  const vms = host.vms.map((vm, index) => {
    const { name, engine, vcpus, weight, cap, pin, memoryLimit, onCrash, devices, onIllegal, time, stealTime, seed } =
      vm;
    const { program, disks = [], initrd } = files[index] ?? {};
    return {
      ...{ name, engine, vcpus, memoryLimit, onCrash, devices, onIllegal, time, stealTime, seed, disks, initrd },
      memory: vm.memory,
      commonProcessor: vm.commonProcessor,
      paravirtual: vm.paravirtual,
      bootArguments: vm.append,
      hostWords: program && hostWordsOf(program),
      share: { weight, cap, pin },
      console: surroundings.consoleOf(name),
    };
  });
  const [first] = vms;
  if (!first) throw new RangeError('a host of a scenario has a VM');
  return {
    ...first,
    ...{ harts, vmids, vmmTime, hartOptions },
    virtualization: first.engine,
    firmware: 'sbi',
    translation: surroundings.translation,
    neighbours: { scheduler, memory, overcommit, vms },
  };
}
