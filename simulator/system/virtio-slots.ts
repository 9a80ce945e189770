import type { DiskImage } from '../devices/disk/disk-image';
import type { VirtioBackend } from '../devices/virtio/backend';
import { VirtioBlock } from '../devices/virtio/block';
import { type VirtioDevice, virtioKinds } from '../devices/virtio/index';
import { MEMORY_MAP } from '../machine/memory-map';

export const VIRTIO_SLOTS = MEMORY_MAP.virtio.slots;

export interface SlotConfiguration {
  readonly disks: readonly DiskImage[];
  readonly devices?: readonly VirtioDevice[] | undefined;
  /** What its random numbers come from. */
  readonly seed?: number | undefined;
  readonly console: (byte: number) => void;
  readonly network?: ((slot: number, frame: Uint8Array) => void) | undefined;
}

/** What is behind the virtio slots: the disks from slot 0 up, then the other devices. */
export function virtioSlots(configuration: SlotConfiguration): VirtioBackend[] {
  const { disks, devices = [], seed = 0, console, network = () => undefined } = configuration;
  return [
    ...disks.map((disk, index) => new VirtioBlock(disk, `disk${index}`)),
    ...devices.map((device, index) => virtioKinds[device].make({ slot: disks.length + index, seed, console, network })),
  ];
}
