import type { DiskImage } from '../devices/disk/disk-image';
import { seedOf } from '../devices/seeded-random';
import { VirtioBlock } from '../devices/virtio/block';
import { VirtioConsole } from '../devices/virtio/console';
import { VirtioNetwork } from '../devices/virtio/network';
import { VirtioRng } from '../devices/virtio/rng';
import type { VirtioBackend } from '../devices/virtio/transport';
import { MEMORY_MAP } from '../machine/memory-map';

/** What can be put into a virtio slot beside disks. */
export const VIRTIO_DEVICES = ['console', 'net', 'rng'] as const;
export type VirtioDevice = (typeof VIRTIO_DEVICES)[number];

export const VIRTIO_SLOTS = MEMORY_MAP.virtio.slots;

/** The address that QEMU gives its first network device; the slot is added to its end. */
const FIRST_MAC = [0x52, 0x54, 0x00, 0x12, 0x34, 0x56] as const;

export interface SlotConfiguration {
  readonly disks: readonly DiskImage[];
  readonly devices?: readonly VirtioDevice[] | undefined;
  /** What its random numbers come from. */
  readonly seed?: number | undefined;
  readonly console: (byte: number) => void;
  readonly network?: ((slot: number, frame: Uint8Array) => void) | undefined;
}

/** What is behind the virtio slots: the disks from slot 0 up, then the other devices. */
export function virtioSlots({ disks, devices = [], seed = 0, console, network }: SlotConfiguration): VirtioBackend[] {
  const backends: VirtioBackend[] = disks.map((disk, index) => new VirtioBlock(disk, `disk${index}`));
  for (const device of devices) backends.push(backendOf(device, backends.length, seed, console, network));
  return backends;
}

function backendOf(
  device: VirtioDevice,
  slot: number,
  seed: number,
  console: SlotConfiguration['console'],
  network: SlotConfiguration['network'],
): VirtioBackend {
  switch (device) {
    case 'console':
      return new VirtioConsole(console);
    case 'rng':
      return new VirtioRng(seedOf(seed, slot));
    case 'net': {
      const mac = FIRST_MAC.map((byte, index) => (index === 5 ? (byte + slot) & 0xff : byte));
      return new VirtioNetwork(mac, (frame) => network?.(slot, frame));
    }
  }
}
