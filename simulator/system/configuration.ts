import type { HartOptions } from '../core/index';
import type { DiskImage } from '../devices/disk/disk-image';
import type { VirtioDevice } from '../devices/virtio/index';
import type { VmmTime } from '../hypervisor/dispatcher';
import type { PagerName } from '../hypervisor/engines/full/pager-names';
import { type EngineId, engineDescriptions } from '../hypervisor/engines/registry';
import type { Overcommit } from '../hypervisor/memory/demand';
import type { Share } from '../hypervisor/scheduler/share';
import type { VmTime } from '../hypervisor/vm-clock';
import type { OnCrash } from '../hypervisor/vm-life';
import type { Program } from '../object/program';
import type { HostWords } from './host-interface';

export const MOST_HARTS = 8;
export const MOST_SEED = 0xffff_ffff;

/** What a guest has of its own: on the bare machine, or in a VM. */
export interface GuestConfiguration {
  /** Guest RAM in bytes: a multiple of 2 MiB, from 4 MiB to 2 GiB. */
  readonly memory: number;
  /** One virtio-blk device each, from slot 0 up; see `openDisk`. */
  readonly disks: readonly DiskImage[];
  /** Other virtio devices, in the slots after the disks'. */
  readonly devices?: readonly VirtioDevice[] | undefined;
  /** An initial RAM disk, named in the device tree. */
  readonly initrd?: Uint8Array | undefined;
  /** The kernel's arguments, in the device tree. */
  readonly bootArguments?: string | undefined;
  readonly onIllegal: 'trap' | 'kill';
  /** Whose time the VM sees; `own` needs one hart. Default: `real`. */
  readonly time?: VmTime | undefined;
  /** Whether the guest of a VM shares a page with the VMM, which its device tree names: for event channels. Default: no, but for engines that do it anyway. */
  readonly paravirtual?: boolean | undefined;
  /** The device tree names only what harts have under every engine, so that guests of several engines can be compared. */
  readonly commonProcessor?: boolean | undefined;
  /** Where random numbers come from, those of `rng` devices and the kernel's first ones: 0, the default, to 2^32 - 1. */
  readonly seed?: number | undefined;
  /** Where the guest speaks to its host as under Spike. */
  readonly hostWords?: HostWords | null | undefined;
  /** What the guest transmits, byte by byte. */
  readonly console: (byte: number) => void;
  /** The Ethernet frames that the guest's network device in a slot sends; nobody takes them when absent. */
  readonly network?: ((slot: number, frame: Uint8Array) => void) | undefined;
}

/** One of several VMs of a host. */
export interface NeighbourConfiguration extends GuestConfiguration {
  /** Unique among them. */
  readonly name: string;
  readonly engine: EngineId;
  readonly vcpus: number;
  readonly share: Share;
  /** Whether its guest can learn how much of the time that it wants others have; not with time `own`. Default: no. */
  readonly stealTime?: boolean | undefined;
  /** The most bytes of the host's memory that it takes, the VMM's tables for it included. */
  readonly memoryLimit?: number | undefined;
  readonly onCrash: OnCrash;
}

export const SCHEDULERS = ['round-robin', 'credit'] as const;

/** Who has the harts of a host with several VMs. */
export interface SchedulerConfiguration {
  readonly kind: (typeof SCHEDULERS)[number];
  /** Nanoseconds that a vCPU has a hart at the most while others want it. */
  readonly slice: number;
}

/** Several VMs on one machine. */
export interface NeighboursConfiguration {
  readonly scheduler: SchedulerConfiguration;
  /** The machine's memory for VMs and the VMM's tables in bytes; as much as they need when absent. */
  readonly memory?: number | undefined;
  /** What becomes of VMs that have together more memory than that. Default: `refuse`. */
  readonly overcommit?: Overcommit | undefined;
  readonly vms: readonly NeighbourConfiguration[];
}

/** The bare machine, and every engine that there is. */
export type Virtualization = 'none' | EngineId;
export const VIRTUALIZATIONS: readonly Virtualization[] = ['none', ...engineDescriptions.map(({ id }) => id)];
/** Those that run guests which know nothing of them; the others want guests that were ported. */
export const ANY_GUEST_VIRTUALIZATIONS: readonly Virtualization[] = [
  'none',
  ...engineDescriptions.filter(({ guests }) => guests === 'any').map(({ id }) => id),
];

export const FIRMWARES = ['sbi', 'none'] as const;
export type Firmware = (typeof FIRMWARES)[number];

export interface SystemConfiguration extends GuestConfiguration {
  readonly virtualization: Virtualization;
  readonly firmware: Firmware;
  readonly harts: number;
  /** Firmware of the user's own, which starts in M-mode from reset, before the program. */
  readonly bios?: Program | undefined;
  /** Engine `hardware`: whether the guest's translations carry a VMID; else each entry into it forgets them. Default: yes. */
  readonly vmids?: boolean | undefined;
  /** Engine `full`: which shadow pager it has. Default: `right`. */
  readonly pager?: PagerName | undefined;
  /** Whether the VMM's handlers take machine time. Default: `free`. */
  readonly vmmTime?: VmmTime | undefined;
  /** What the manual leaves to the machine. */
  readonly hartOptions?: Partial<HartOptions> | undefined;
  /** Whether hot code is translated; it makes no difference but in speed. Default: yes. */
  readonly translation?: boolean | undefined;
  /** Several VMs that share the harts, in place of the one guest: then what is said of that one means nothing. */
  readonly neighbours?: NeighboursConfiguration | undefined;
}
