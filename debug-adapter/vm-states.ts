/** The virtual machines of a host side by side, as `hyperstep/vms` has them: a part of the protocol. */

import type { VmOperation } from '../simulator/hypervisor/vm-operation';

export interface Vms {
  /** Machine clock, in nanoseconds. */
  clock: number;
  harts: number;
  /** None where there is no VMM. */
  vms: VmState[];
  /** Where a hypervisor of the user's own has had guests on the bare machine. */
  own?: OwnGuestsState;
}

/** A virtual machine beside others. Times are nanoseconds of the machine, of all its vCPUs together. */
export interface VmState {
  name: string;
  /** `full`, `hardware`. */
  engine: string;
  /** What the busiest of its vCPUs does; `ready` is one that wants a hart and has none. */
  state: VcpuState['state'] | 'ended';
  /** How it ended, after its name: `powered off`; or why it stands. */
  reason?: string;
  /** How much it ran since the machine was let run last, and in all: in percent of one hart. */
  processor: { recent: number; total: number };
  history: History;
  /**
   * What it is to get: `cap` in percent of one hart, 0 for no limit; the harts that it may use, none for all. `entitled`: what that comes to
   * when all VMs want all that they can have, in percent of one hart; absent of one that has ended or is paused.
   */
  share: { weight: number; cap: number; pin: number[]; entitled?: number };
  /** Bytes; the most that it may take, the VMM's tables included, where there is a limit. */
  memory: VmMemory;
  exits: number;
  running: number;
  ready: number;
  waiting: number;
  /** Ready, and what the VMM did for others on its harts. */
  stolen: number;
  /** How often a vCPU of it came onto a hart. */
  switches: number;
  vcpus: VcpuState[];
  /** Why what can be done to it means nothing to it now, after its name: `has ended`. What is not here does something. */
  refused: { [Operation in VmOperation]?: string };
}

/** In bytes; what its guest may have, and is to have, is without the firmware's part. */
export interface VmMemory {
  guest: number;
  tables: number;
  limit?: number;
  minimum: number;
  maximum: number;
  target: number;
  /** Somebody has set that: a policy of the host leaves it. */
  isFixed: boolean;
  /** What its guest has told of itself, where it has. */
  told?: { free?: number; total?: number; available?: number };
  /** What happened to it last, the oldest first. */
  history: MemoryMoment[];
}

export interface MemoryMoment {
  /** Machine clock, in nanoseconds. */
  clock: number;
  /** What happened, before an amount: `gave back`. */
  what: string;
  bytes: number;
  /** Bytes that its guest had then. */
  has: number;
}

/** What part of the last periods of machine time something had a hart. */
export interface History {
  /** Nanoseconds that each column is about; of the last one not all has passed. */
  period: number;
  /** In percent of one hart, the oldest first: of all periods, or the last 32. */
  shares: number[];
}

export interface VcpuState {
  id: number;
  threadId: number;
  state: 'running' | 'ready' | 'waiting' | 'off';
  /** The one that runs it. */
  hart?: number;
  instructions: number;
  /** In percent of one hart, since the machine was started. */
  total: number;
  history: History;
  ready: number;
  waiting: number;
  stolen: number;
  switches: number;
}

/** The guests of a hypervisor of the user's own, by what happens on the harts alone: nothing can be done to them but by itself. */
export interface OwnGuestsState {
  guests: OwnGuestState[];
  /** How many more there were, which have not run for long. */
  forgotten: number;
  /** How often a hart has come into another guest than it was in last. */
  switchCount: number;
  /** The last of those, the newest first. */
  switches: WorldSwitchState[];
}

/** What runs with V=1 under one value of hgatp. */
export interface OwnGuestState {
  /** From 1, in the order in which they were entered first. */
  id: number;
  /** `VMID 3, root 0x80400000`. */
  name: string;
  /** `trapped`: a hart handles an exit of it; `off`: no hart is for it. */
  state: 'running' | 'trapped' | 'off';
  /** The guest that has had its VMID since. */
  replacedBy?: string;
  /** In percent of one hart, since the machine was started. */
  total: number;
  history: History;
  exits: number;
  /** Its exits by cause. */
  counts: { reason: string; count: number }[];
  /** Retired with V=1. */
  instructions: number;
  /** The harts on which it has run. */
  harts: OwnGuestOnHart[];
}

export interface OwnGuestOnHart {
  hart: number;
  threadId: number;
  state: OwnGuestState['state'];
  /** How often the hypervisor entered it there, and it came back. */
  entered: number;
  left: number;
  total: number;
  history: History;
  instructions: number;
}

/** A hart has come into another guest. */
export interface WorldSwitchState {
  /** From 1. */
  number: number;
  hart: number;
  threadId: number;
  /** Machine clock, in nanoseconds. */
  clock: number;
  /** Absent of the first guest of a hart. */
  from?: string;
  to: string;
  /** Where hgatp was written last; absent where it has the value of the reset. */
  pc?: `0x${string}`;
  symbol?: string;
  source?: { path: string; line: number };
}
