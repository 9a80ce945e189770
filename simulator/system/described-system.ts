import type {
  GuestConfiguration,
  NeighbourConfiguration,
  NeighboursConfiguration,
  SystemConfiguration,
} from './configuration';
import { ConfigurationError } from './configuration-error';
import type { GuestDescription, SystemDescription } from './description-schema';

/** What a guest of a described machine is given from outside. */
export type GivenGuest = Pick<GuestConfiguration, 'disks' | 'initrd' | 'bootArguments' | 'console' | 'network'>;

/**
 * A machine as it was described.
 * @param given for each guest, in their order
 * @throws ConfigurationError where the disks are others than those of the description
 */
export function configurationOf(description: SystemDescription, given: readonly GivenGuest[]): SystemConfiguration {
  const { neighbours, ...machine } = description;
  const wanted = neighbours ? neighbours.vms : [description];
  const [first] = given;
  if (!first || given.length !== wanted.length)
    throw new ConfigurationError(`the described machine has ${wanted.length} guests, not ${given.length}`);
  if (!neighbours) return configured(machine, first);
  const vms = neighbours.vms.flatMap((vm, index): NeighbourConfiguration[] => {
    const from = given[index];
    const { memoryLimit, memoryMinimum, ...rest } = vm;
    return from
      ? [
          {
            ...configured(rest, from, `${vm.name}: `),
            memoryLimit: memoryLimit ?? undefined,
            memoryMinimum: memoryMinimum ?? undefined,
          },
        ]
      : [];
  });
  const { scheduler, memory, overcommit, memoryPolicy } = neighbours;
  const shared: NeighboursConfiguration = { scheduler, memory: memory ?? undefined, overcommit, memoryPolicy, vms };
  // What is said of one guest means nothing.
  const { diskSectors: _, ...host } = machine;
  return { ...host, ...first, disks: [], neighbours: shared };
}

function configured<Described extends GuestDescription>(
  { diskSectors, ...guest }: Described,
  given: GivenGuest,
  who = '',
): Omit<Described, 'diskSectors'> & GivenGuest {
  const sectors = given.disks.map((disk) => disk.sectors);
  if (sectors.join() !== diskSectors.join())
    throw new ConfigurationError(
      `${who}the described machine has ${diskSectors.length} disks of ${diskSectors.join(', ')} sectors, and is given ${sectors.length} of ${sectors.join(', ')}`,
    );
  return { ...guest, ...given };
}
