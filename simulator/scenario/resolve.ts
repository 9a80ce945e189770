import { hartOptionsOf } from '../core/index';
import { definesOf } from '../project/program-options';
import { settled } from '../schema/defaults';
import { bytesOf, nanosecondsOf } from '../schema/quantity';
import { hostOptions, schedulerOptions } from './host-options';
import type { Scenario, ScenarioDisk, ScenarioHost, ScenarioVm } from './scenario';
import { type ScenarioDescription, scenarioOptions, type VmDescription } from './scenario-schema';
import type { Stated, StatedHost } from './stated';
import { vmOptions } from './vm-options';

/** A description with all that it leaves open. Whether its parts go together is another question. */
export function resolved(
  { seed = scenarioOptions.seed.default }: ScenarioDescription,
  hosts: readonly StatedHost[],
): Scenario {
  return { seed: Number(seed), hosts: hosts.map((host) => resolvedHost(host, Number(seed))) };
}

function resolvedHost({ name, values, vms }: StatedHost, seed: number): ScenarioHost {
  const { memory, scheduler, machineOptions, vmmTime, ...rest } = settled(hostOptions, values);
  const { kind, slice } = settled(schedulerOptions, scheduler ?? {});
  return {
    ...rest,
    name,
    memory: memory === undefined ? undefined : bytesOf(memory),
    vmmTime: vmmTime ?? (vms.length > 1 ? 'charged' : 'free'),
    scheduler: { kind, slice: nanosecondsOf(slice) },
    hartOptions: hartOptionsOf(machineOptions),
    vms: vms.map((vm) => resolvedVm(vm, rest.harts, seed)),
  };
}

function resolvedVm({ name, values }: Stated<VmDescription>, harts: number, seed: number): ScenarioVm {
  const { memory, memoryLimit, memoryMinimum, pin, program, defines, loadAddress, disks, ...rest } = settled(
    vmOptions,
    values,
  );
  return {
    ...rest,
    name,
    memory: bytesOf(memory),
    memoryLimit: memoryLimit === undefined ? undefined : bytesOf(memoryLimit),
    memoryMinimum: memoryMinimum === undefined ? undefined : bytesOf(memoryMinimum),
    pin: pin ?? Array.from({ length: harts }, (_, hart) => hart),
    seed: rest.seed ?? seed,
    program: [program ?? []].flat(),
    defines: definesOf(defines),
    loadAddress: loadAddress === undefined ? undefined : BigInt(loadAddress),
    disks: disks.map(resolvedDisk),
  };
}

function resolvedDisk({
  image,
  file = image ?? '',
  write = 'copy',
}: NonNullable<VmDescription['disks']>[number]): ScenarioDisk {
  return { file, write };
}
