import type { DiskImage } from '../../../simulator/devices/disk/disk-image';
import type { Program } from '../../../simulator/object/program';
import type { HostSurroundings } from '../../../simulator/scenario/host-configuration';
import { configurationOf } from '../../../simulator/system/described-system';
import type { SavedSystem } from '../../../simulator/system/snapshot';
import { System, type SystemConfiguration } from '../../../simulator/system/system';
import type { NamedDisks } from '../guest';
import { UsageError } from '../usage-error';

/** The disks of each virtual machine, opened, in their order. */
export type OpenedDisks = readonly (readonly DiskImage[])[];

/** A host of virtual machines that is about to run: from a scenario, or from where it was saved. */
export interface HostStart {
  /** The names of the virtual machines, in their order. */
  readonly names: readonly string[];
  /** Their programs; undefined where they go on from a saved machine. */
  readonly programs: readonly (Program | undefined)[];
  /** Their disks, each one's own. @throws UsageError where others are named than there are */
  namedDisks(): readonly NamedDisks[];
  /** @throws ConfigurationError where the disks are not those of a saved machine */
  configuration(disks: OpenedDisks, surroundings: HostSurroundings): SystemConfiguration;
  /** @throws ConfigurationError, SnapshotError */
  system(configuration: SystemConfiguration): System;
}

/**
 * A host that goes on from where it was saved; it has its programs with it.
 * @param disks for all of its virtual machines, one after the other
 */
export function startOfSaved({ description, images, snapshot }: SavedSystem, disks: NamedDisks): HostStart {
  const vms = description.neighbours?.vms ?? [];
  return {
    names: vms.map(({ name }) => name),
    programs: vms.map(() => undefined),
    namedDisks() {
      const wanted = vms.flatMap(({ name, diskSectors }) =>
        diskSectors.map((sectors) => `${name}: ${sectors} sectors`),
      );
      if (disks.length !== wanted.length)
        throw new UsageError(
          `the saved host has ${wanted.length} disks${wanted.length > 0 ? ` (${wanted.join(', ')})` : ''}, and ${disks.length} are named: give the same again with --disk, in this order`,
        );
      const left = [...disks];
      return vms.map(({ diskSectors }) => left.splice(0, diskSectors.length));
    },
    configuration(opened, { consoleOf, translation }) {
      const given = vms.map(({ name }, index) => {
        const { initrd, bootArguments } = images[index] ?? {};
        return {
          disks: opened[index] ?? [],
          initrd: initrd ?? undefined,
          bootArguments: bootArguments ?? undefined,
          console: consoleOf(name),
        };
      });
      return { ...configurationOf(description, given), translation };
    },
    system(configuration) {
      const system = new System(
        configuration,
        images.map(({ program }) => program),
      );
      system.restore(snapshot);
      return system;
    },
  };
}
