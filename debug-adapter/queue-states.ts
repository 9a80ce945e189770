/** The virtqueues of devices: a part of the protocol. */

import type { Hex } from './protocol-values';

export interface VirtioDevice {
  /** `virtio-blk` and so on. */
  name: string;
  /** Slot of virtio-mmio, 0-7. */
  slot: number;
  gpa: Hex;
  interrupt: number;
  /** Set bits of the status register by name, in the order in which a driver sets them. */
  status: string[];
  /** Negotiated features by name. */
  features: string[];
  queues: VirtQueue[];
}

/** An address as the guest wrote it and, through P2M, where it is. Without a VMM, and outside RAM, there is no HPA. */
export interface GuestAddress {
  gpa: Hex;
  hpa?: Hex;
}

export interface VirtQueue {
  index: number;
  /** The device's name for it: `requests`. */
  name: string;
  size: number;
  ready: boolean;
  descriptorTable: GuestAddress;
  /** `next` is the ring's `idx` field, `flags` its flags. */
  availableRing: GuestAddress & { next: number; flags: number };
  usedRing: GuestAddress & { next: number; flags: number };
  /** How far the device has read the available ring. */
  taken: number;
  /** Those that belong to a chain; a descriptor in no chain is not listed. */
  descriptors: Descriptor[];
  /** The last entries of the rings, oldest first, at most the queue's size. `position` counts modulo 2^16. */
  available: { position: number; head: number; state: 'taken' | 'waiting' }[];
  used: { position: number; head: number; written: number }[];
  /** Oldest first. */
  chains: DescriptorChain[];
}

export interface Descriptor extends GuestAddress {
  index: number;
  length: number;
  flags: ('next' | 'write' | 'indirect')[];
  next?: number;
}

export interface DescriptorChain {
  head: number;
  descriptors: number[];
  state: 'available' | 'in flight' | 'used';
  /** What it asks for, as the device reads it: `read sector 2, 512 bytes: OK`. */
  request: string;
}
