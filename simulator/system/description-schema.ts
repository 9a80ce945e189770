import { Integer, Object as ObjectOf } from '@sinclair/typebox';
import { someHartOptions } from '../core/index';
import { type EngineId, engineDescriptions } from '../hypervisor/engines/registry';
import { OVERCOMMITS } from '../hypervisor/memory/demand';
import { ON_CRASH } from '../hypervisor/vm-life';
import { choice, type Described } from '../schema/schema';
import { count, flag, listOf, nullable, text, upTo } from '../schema/state/fields';
import { MOST_HARTS, SCHEDULERS } from './configuration';
import { machineOptions } from './machine-options';
import { guestMemory, hostMemory } from './memory-rules';
import { MOST_VCPUS } from './validate';
import { VIRTIO_SLOTS } from './virtio-slots';

const { virtualization, firmware, harts, devices, onIllegal, seed, vmids, pager, vmmTime, time, paravirtual } =
  machineOptions;
const LONGEST_NAME = 256;
/** A second. */
const LONGEST_SLICE = 1_000_000_000;
const MOST_WEIGHT = 65535;
const engineIds: readonly EngineId[] = engineDescriptions.map(({ id }) => id);

const guest = {
  memory: guestMemory,
  devices,
  onIllegal,
  time,
  commonProcessor: flag,
  paravirtual,
  seed,
  hostWords: nullable(ObjectOf({ tohost: count, fromhost: nullable(count) })),
  /** Sectors of each disk. */
  diskSectors: listOf(count, { most: VIRTIO_SLOTS }),
};
const guestSchema = ObjectOf(guest);
export type GuestDescription = Described<typeof guestSchema>;

const neighbour = ObjectOf({
  ...guest,
  name: text(LONGEST_NAME),
  engine: choice(engineIds),
  vcpus: harts,
  share: ObjectOf({
    weight: Integer({ minimum: 1, maximum: MOST_WEIGHT }),
    cap: upTo(100 * MOST_HARTS, 'percent of one hart'),
    pin: listOf(upTo(MOST_HARTS - 1), { most: MOST_HARTS }),
  }),
  stealTime: flag,
  memoryLimit: nullable(count),
  onCrash: choice(ON_CRASH),
});
export type NeighbourDescription = Described<typeof neighbour>;

const neighbours = ObjectOf({
  scheduler: ObjectOf({ kind: choice(SCHEDULERS), slice: Integer({ minimum: 1, maximum: LONGEST_SLICE }) }),
  memory: nullable(hostMemory),
  overcommit: choice(OVERCOMMITS),
  vms: listOf(neighbour, { most: MOST_VCPUS }),
});
export type NeighboursDescription = Described<typeof neighbours>;

/** What a machine has to be for a snapshot to fit, and all that making it takes but what guests are given from outside: disks, images, a console. */
export const descriptionSchema = ObjectOf({
  ...guest,
  virtualization,
  firmware,
  harts,
  vmids,
  pager,
  vmmTime,
  /** Those that are not as by default. */
  hartOptions: someHartOptions,
  /** Several VMs in place of the one guest; then what is said of that one means nothing. */
  neighbours: nullable(neighbours),
});
export type SystemDescription = Described<typeof descriptionSchema>;
