/** The virtual machines of a host side by side, as `hyperstep/vms` has them: a part of the protocol. */

import type { VmOperation } from '../simulator/hypervisor/vm-operation';

export interface Vms {
  /** Machine clock, in nanoseconds. */
  clock: number;
  harts: number;
  /** None where there is no VMM. */
  vms: VmState[];
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
  memory: { guest: number; tables: number; limit?: number };
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
