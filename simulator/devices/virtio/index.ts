import { seedOf } from '../seeded-random';
import type { VirtioBackend } from './backend';
import { balloonDevice, VirtioBalloon } from './balloon';
import { blockDevice } from './block';
import { consoleDevice, VirtioConsole } from './console';
import type { VirtioDescription } from './description';
import { macOfSlot, networkDevice, VirtioNetwork } from './network';
import { entropyDevice, VirtioRng } from './rng';

/** What a device is made with. */
export interface VirtioSite {
  readonly slot: number;
  /** What its random numbers come from. */
  readonly seed: number;
  /** Takes what a console transmits. */
  readonly console: (byte: number) => void;
  /** Takes the Ethernet frames that a network device in a slot sends. */
  readonly network: (slot: number, frame: Uint8Array) => void;
}

export interface VirtioKind {
  readonly description: VirtioDescription;
  readonly make: (site: VirtioSite) => VirtioBackend;
}

/** The devices that a guest gets by name: launch configurations, the command line and snapshots say these names. */
export const virtioKinds = {
  console: { description: consoleDevice, make: ({ console }) => new VirtioConsole(console) },
  net: {
    description: networkDevice,
    make: ({ slot, network }) => new VirtioNetwork(macOfSlot(slot), (frame) => network(slot, frame)),
  },
  balloon: { description: balloonDevice, make: () => new VirtioBalloon() },
  rng: { description: entropyDevice, make: ({ seed, slot }) => new VirtioRng(seedOf(seed, slot)) },
} as const satisfies { readonly [name: string]: VirtioKind };

export type VirtioDevice = keyof typeof virtioKinds;

/** All that there is to know of virtio devices: those, and the block device, of which a guest gets one a disk. */
export const virtioDescriptions: readonly VirtioDescription[] = [
  blockDevice,
  ...Object.values(virtioKinds).map(({ description }) => description),
];
