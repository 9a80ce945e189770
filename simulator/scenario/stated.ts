import type { Path } from '../schema/problems';
import type { HostDescription, ScenarioDescription, VmDescription } from './scenario-schema';

/** A host or a virtual machine as described, with what holds by default for all of its kind. */
export interface Stated<Description> {
  readonly name: string;
  readonly path: Path;
  readonly values: Omit<Description, 'vms'>;
  /** Where one of its values is said: by itself, by default, or (the path of the whole then) not at all. */
  pathOf(key: keyof Description & string): Path;
}

export interface StatedHost extends Stated<HostDescription> {
  readonly vms: readonly Stated<VmDescription>[];
}

/** The names of an object of the description, in their order: numbers come first in objects of the language, and not in a text. */
export type NamesAt = (path: Path) => readonly string[];

export function statedHosts({ hosts, defaults = {} }: ScenarioDescription, namesAt: NamesAt): StatedHost[] {
  return namesAt(['hosts']).flatMap((name) => {
    const host = hosts[name];
    if (!host) return [];
    const path = ['hosts', name];
    const { vms, ...own } = host;
    const scheduler = { ...defaults.host?.scheduler, ...own.scheduler };
    const machineOptions = { ...defaults.host?.machineOptions, ...own.machineOptions };
    const stated = statedOf<HostDescription>(name, path, own, ['defaults', 'host'], defaults.host ?? {});
    return [
      {
        ...stated,
        values: { ...stated.values, scheduler, machineOptions },
        vms: namesAt([...path, 'vms']).flatMap((vm) => statedVm(vm, [...path, 'vms', vm], vms[vm], defaults.vm ?? {})),
      },
    ];
  });
}

function statedVm(
  name: string,
  path: Path,
  own: VmDescription | undefined,
  otherwise: VmDescription,
): Stated<VmDescription>[] {
  if (!own) return [];
  const stated = statedOf<VmDescription>(name, path, own, ['defaults', 'vm'], otherwise);
  // Macros are defined one by one.
  return [{ ...stated, values: { ...stated.values, defines: { ...otherwise.defines, ...own.defines } } }];
}

function statedOf<Description>(
  name: string,
  path: Path,
  own: Omit<Description, 'vms'>,
  defaultPath: Path,
  otherwise: Partial<Omit<Description, 'vms'>>,
): Stated<Description> {
  return {
    name,
    path,
    values: { ...otherwise, ...own },
    pathOf: (key) =>
      Object.hasOwn(own, key) ? [...path, key] : Object.hasOwn(otherwise, key) ? [...defaultPath, key] : path,
  };
}
