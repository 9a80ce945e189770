/** What the pages of the machine panel show, as the requests that are theirs have it: a part of the protocol. */

import type { Hex, SourceLine } from './protocol-values';
import type { VcpuState } from './vm-states';
import type { WorldName } from './world-names';

// --- Rings

export interface Rings {
  /** The modes that this machine has, the most privileged first. */
  modes: { name: WorldName; holds: string }[];
  /** Virtual CPUs of all virtual machines, or the harts of the bare machine. */
  cpus: RingCpu[];
  /** The last change of mode on the hart of the thread. Absent before the first. */
  transition?: ModeTransition;
}

/** Where a CPU is. */
export interface RingCpu {
  threadId: number;
  /** `vCPU 0`, `web vCPU 0`, `hart 0`. */
  name: string;
  /** The machine's mode in which its hart is for it; absent while no hart has it. */
  real?: WorldName;
  /** What its guest believes; absent where nobody believes anything but what is. */
  virtual?: 'S' | 'U';
  hart?: number;
  state: VcpuState['state'];
  pc: Hex;
  symbol?: string;
  source?: SourceLine;
}

/** A trap, or the return from one. */
export interface ModeTransition {
  kind: 'trap' | 'return';
  hart: number;
  /** Whose it was, by name, where that is another one than the thread's: the hart is shared. Absent too of what is nobody's. */
  of?: string;
  /** Counts the changes of mode on that hart. */
  number: number;
  from: WorldName;
  to: WorldName;
  /** By the manual's name: `Illegal instruction`, `sret`. */
  cause: string;
  /** Of a trap the instruction that trapped, or before which an interrupt came; of a return where it went to. */
  pc: Hex;
  symbol?: string;
  instruction?: string;
  source?: SourceLine;
  /** What the guest believes to have happened, where a VMM made that of it. */
  believed?: { from: 'S' | 'U'; to: 'S' | 'U'; text: string };
  /** The VM exit that it began or ended. */
  exit?: { number: number; reason: string };
  /** The bits that made it and decided where it went, in the order in which they are asked. */
  bits: DecidingBit[];
}

export interface DecidingBit {
  /** `hedeleg[10]`, `hstatus.SPV`, as the manual has it. */
  name: string;
  value: string;
  /** What this value means here, in a sentence. */
  why: string;
  /** The manual's section. */
  section: string;
}

// --- Control state

/** What the fields of a VMCS are grouped by, with what RISC-V has for each. */
export type ControlGroup = 'guest state' | 'execution controls' | 'exit information' | 'host state';

export interface ControlState {
  /** Whose: `vCPU 0`. */
  name: string;
  /** What keeps it, in a sentence. */
  kept: string;
  registers: ControlRegister[];
  /** What the VMM keeps of the virtual CPU beside registers. */
  records: { name: string; value: string }[];
}

export interface ControlRegister {
  group: ControlGroup;
  /** The manual's name. Under `full` a register of the guest's is the one of the virtual CPU's file. */
  name: string;
  /** Where it is: in the hart, saved while no hart has its vCPU, or in the VMM's records. */
  place: 'hart' | 'saved' | 'VMM';
  summary: string;
  value: Hex;
  text: string;
  fields: { name: string; bits: string; value: string; summary: string }[];
  /** What holds the same on Intel's and on AMD's processors; empty where nothing does. */
  vmcs: string;
  vmcb: string;
}

// --- Timeline

/** What harts and virtual CPUs did, on the machine's clock in nanoseconds. */
export interface Timeline {
  /** What is kept of the run: from when, and how many exits came before. */
  began: number;
  now: number;
  forgotten: number;
  /** The part of it that is told here. */
  from: number;
  to: number;
  /** Harts first, then virtual CPUs; of a hypervisor of the user's own, its guests by hgatp. */
  lanes: TimelineLane[];
  spans: TimelineSpan[];
  /** Of the exits in that part the last ones, in their order. */
  marks: TimelineMark[];
  /** How many exits of that part are not among the marks. */
  omitted: number;
  /** How many exits there are in each of as many columns, of all that came in that part. */
  density: number[];
}

export interface TimelineLane {
  name: string;
  kind: 'hart' | 'vCPU' | 'guest';
  /** Where there is little room; the name when absent. */
  label?: string;
}

export interface TimelineSpan {
  /** Its place among the lanes. */
  lane: number;
  from: number;
  to: number;
  /** `HS`: in a hypervisor of the user's own, or a program of its; `M`: in software in M-mode. */
  state: 'guest' | 'VMM' | 'HS' | 'M' | 'ready' | 'waiting' | 'off' | 'idle';
  /** Of a hart: whose it is. */
  who?: string;
}

/** A VM exit. */
export interface TimelineMark {
  number: number;
  /** Places among the lanes: of its hart, and of the virtual CPU or guest that was left. */
  hart: number;
  vcpu?: number;
  at: number;
  kind: 'exit' | 'interrupt';
  reason: string;
  /** Whom its hart went on with, where that was somebody else; null: with nobody. */
  entered?: string | null;
  pc: Hex;
  /** As scause has it: the highest bit is set of an interrupt. */
  cause: Hex;
  value: Hex;
  source?: SourceLine;
  /** The number of the exit that has caused it, or asked for what has. */
  by?: number;
  /** What happened outside of all exits and has caused it: a device, a timer, by its name. */
  event?: string;
}
