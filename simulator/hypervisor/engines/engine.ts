import type { HartOptions } from '../../core/index';
import type { FeatureSwitches } from '../../firmware/sbi/features';
import type { SbiExtension } from '../../firmware/sbi/interface';
import type { Processor } from '../../machine/processor';
import type { Component } from '../../schema/state/component';
import type { SharedPage } from '../events/shared-page';
import type { HartContext } from '../hart-context';
import type { CallersMemory } from '../hypercalls/callers-memory';
import type { EngineHypercalls } from '../hypercalls/hypercall';
import type { Reach } from '../isolation';
import type { LoadedGuest } from '../loaded-guest';
import type { FrameRange } from '../memory/frame-table';
import type { GuestFrame } from '../memory/host-memory';
import type { TranslationTable, Vcpu } from '../vcpu';
import type { Vm } from '../vm';
import type { EngineDescription } from './description';
import type { PagerName } from './full/pager-names';

/** What a VM asks of its host. */
export interface VmDemands {
  /** Guest RAM in bytes, a multiple of 2 MiB. */
  readonly memory: number;
  readonly vcpus: number;
}

/** What an engine can be told. */
export interface EngineOptions {
  /** Whether translations carry a VMID; else each entry into the guest forgets them. */
  readonly vmids: boolean;
  /** Which shadow pager the engine `full` has. */
  readonly pager: PagerName;
}

/** Frames side by side that an engine needs; the number of the first is a multiple of `align`. */
export interface TableFrames {
  readonly frames: number;
  readonly align: number;
}

/** A way to virtualize. It has no state: what it keeps of a VM is in the `EngineVm`. */
export interface Engine extends EngineDescription {
  /** The folders beside this file in which its handlers are. */
  readonly sources: readonly string[];
  /** What the machine lacks for it, in words; nothing where it can run. */
  missing(options: Partial<HartOptions>): readonly string[];
  /** The machine memory that the VMM needs for its tables of a VM. */
  tables(demands: VmDemands): readonly TableFrames[];
  /** What the VM's CPUs can do, by the harts that run them. */
  processor(options?: HartOptions): Processor;
  /** @param tables the frames that `tables` asked for */
  create(vm: Vm, tables: readonly FrameRange[], options: EngineOptions): EngineVm;
}

/** What an engine's VM does for a guest that was ported to it, where others have what is common. */
export interface PortedGuest {
  /** The page that the guest shares with the VMM. Timer and devices tell it by ports, since it has no interrupts but upcalls. */
  readonly sharedPage: SharedPage;
  /** Calls of the hypervisor's interface that the engine answers in its way. */
  readonly hypercalls: EngineHypercalls;
  /** Where a vCPU has what it gives to such calls. */
  callersMemory(vcpu: number): CallersMemory;
  /** What the guest can call of its firmware, of all that there is. */
  offers(extension: SbiExtension): boolean;
  /** Its images are in its memory. @returns where it begins; undefined where there is no memory for what comes beside them */
  begin(loaded: LoadedGuest): LoadedGuest | undefined;
  /** What stands in the guest's list for a frame that it has got by `increase`. */
  listEntryOf(frame: GuestFrame): bigint;
}

/** An engine's part of one VM. */
export interface EngineVm {
  /** By what the hardware translates the guest's addresses. */
  readonly translation: TranslationTable['role'];
  readonly vcpus: readonly Vcpu[];
  /** What FWFT sets for the guest. */
  readonly features: FeatureSwitches;
  /** What its guest, which was ported to this engine, has of it; undefined of one that runs guests which know nothing of it. */
  readonly ported: PortedGuest | undefined;
  /** The VM begins anew: its tables in machine memory are as they were when it was made, before its state is taken up. */
  clearTables(): void;
  /** The VM's memory is gone: its tables map nothing any more. What TLBs have of it is forgotten by who has taken it away. */
  dropped(): void;
  /** The P2M is about to change. `dropped`: frames are not the VM's any more, its tables are to map them no longer; `filled`: they are its own. */
  changed(frames: readonly GuestFrame[], what: 'dropped' | 'filled'): void;
  /**
   * Translations that a hart, which runs none of its vCPUs, has of the VM are not found any more: its numbers there are dropped.
   * @returns false where it has none by which the hart tells them apart: then that has to forget them before one of its vCPUs comes there
   */
  leave(pcpu: HartContext): boolean;
  /** All that the guest can reach, from the tables and TLBs as they are. */
  reach(reach: Reach): void;
  /** What it keeps of the VM as a whole beside the machine's own memory and registers: what is of one vCPU is that one's. */
  readonly component: Component;
}
