import type { HartOptions } from '../../core/index';
import type { FeatureSwitches } from '../../firmware/sbi/features';
import type { SbiExtension } from '../../firmware/sbi/interface';
import type { Processor } from '../../machine/processor';
import type { Component } from '../../schema/state/component';
import type { SharedPage } from '../events/shared-page';
import type { CallersMemory } from '../hypercalls/callers-memory';
import type { EngineHypercalls } from '../hypercalls/hypercall';
import type { Reach } from '../isolation';
import type { LoadedGuest } from '../loaded-guest';
import type { FrameRange } from '../memory/frame-table';
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

/** An engine's part of one VM. */
export interface EngineVm {
  /** By what the hardware translates the guest's addresses. */
  readonly translation: TranslationTable['role'];
  readonly vcpus: readonly Vcpu[];
  /** What a guest can call of its firmware, of all that there is. */
  offers(extension: SbiExtension): boolean;
  /** What FWFT sets for the guest. */
  readonly features: FeatureSwitches;
  /**
   * The page that its guests share with the VMM, whether they ask for that or not; undefined where those have one that want it. With a page of its own, timer and
   * devices tell the guest by ports, since it has no interrupts but upcalls.
   */
  readonly sharedPage: SharedPage | undefined;
  /** Calls of the hypervisor's interface that it answers in its way. */
  readonly hypercalls: EngineHypercalls;
  /** Where a vCPU has what it gives to such calls; undefined where that is by guest-physical address. */
  callersMemory(vcpu: number): CallersMemory | undefined;
  /** The guest's images are in its memory. @returns where it begins; undefined where there is no memory for what comes beside them */
  begin(loaded: LoadedGuest): LoadedGuest | undefined;
  /** The VM begins anew: its tables in machine memory are as they were when it was made, before its state is taken up. */
  clearTables(): void;
  /** The VM's memory is gone: its tables map nothing any more. What TLBs have of it is forgotten by who has taken it away. */
  dropped(): void;
  /** All that the guest can reach, from the tables and TLBs as they are. */
  reach(reach: Reach): void;
  /** What it keeps of the VM as a whole beside the machine's own memory and registers: what is of one vCPU is that one's. */
  readonly component: Component;
}
