import { FileFormatError } from '../machine/state/plain-codec';
import type { PlainValue } from '../schema/state/plain';
import { StateError } from '../schema/state/state-error';
import { readPlain } from '../schema/state/values';
import type {
  GuestConfiguration,
  NeighbourConfiguration,
  NeighboursConfiguration,
  SystemConfiguration,
} from './configuration';
import {
  descriptionSchema,
  type GuestDescription,
  type NeighbourDescription,
  type NeighboursDescription,
  type SystemDescription,
} from './description-schema';

export type { SystemDescription } from './description-schema';

export function describeSystem(configuration: SystemConfiguration): SystemDescription {
  const { virtualization, firmware, harts, neighbours } = configuration;
  return {
    ...describeGuest(configuration),
    virtualization,
    firmware,
    harts,
    vmids: configuration.vmids ?? true,
    pager: configuration.pager ?? 'right',
    vmmTime: configuration.vmmTime ?? 'free',
    hartOptions: configuration.hartOptions ?? {},
    neighbours: neighbours ? describeNeighbours(neighbours) : null,
  };
}

function describeNeighbours({ scheduler, memory, overcommit, vms }: NeighboursConfiguration): NeighboursDescription {
  const { kind, slice } = scheduler;
  return {
    scheduler: { kind, slice },
    memory: memory ?? null,
    overcommit: overcommit ?? 'refuse',
    vms: vms.map(describeNeighbour),
  };
}

function describeNeighbour(vm: NeighbourConfiguration): NeighbourDescription {
  const { name, engine, vcpus, onCrash, stealTime = false, memoryLimit = null } = vm;
  const { weight, cap, pin } = vm.share;
  const beside = { share: { weight, cap, pin }, stealTime, memoryLimit, onCrash };
  return { ...describeGuest(vm), name, engine, vcpus, ...beside };
}

function describeGuest(guest: GuestConfiguration): GuestDescription {
  const { memory, onIllegal, disks } = guest;
  return {
    memory,
    onIllegal,
    devices: guest.devices ?? [],
    time: guest.time ?? 'real',
    commonProcessor: guest.commonProcessor ?? false,
    paravirtual: guest.paravirtual ?? false,
    hostWords: guest.hostWords ?? null,
    seed: guest.seed ?? 0,
    diskSectors: disks.map(({ sectors }) => sectors),
  };
}

/** A description that was read out of a file. @throws FileFormatError that names the first field that makes no sense */
export function readDescription(read: PlainValue): SystemDescription {
  try {
    return readPlain(descriptionSchema, read, 'the described machine');
  } catch (error) {
    throw error instanceof StateError ? new FileFormatError(error.message, { cause: error }) : error;
  }
}
