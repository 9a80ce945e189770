/** The virtual machines of a host side by side, as `hyperstep/vms` has them: a part of the protocol. */

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
  /** What it is to get: `cap` in percent of one hart, 0 for no limit; the harts that it may use, none for all. */
  share: { weight: number; cap: number; pin: number[] };
  /** Bytes. */
  memory: { guest: number; tables: number };
  exits: number;
  running: number;
  ready: number;
  waiting: number;
  /** Ready, and what the VMM did for others on its harts. */
  stolen: number;
  /** How often a vCPU of it came onto a hart. */
  switches: number;
  vcpus: VcpuState[];
}

export interface VcpuState {
  id: number;
  threadId: number;
  state: 'running' | 'ready' | 'waiting' | 'off';
  /** The one that runs it. */
  hart?: number;
  instructions: number;
}
