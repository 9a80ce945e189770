import type { Hart } from '../core/index';
import type { Board } from '../machine/board';
import type { Access, Privilege, WalkStep } from '../mmu/index';

/** Where a guest-virtual address leads without any side effect, or the code of the exception that an access would raise. */
export type GuestPeek =
  | { readonly gpa: number; readonly steps: readonly WalkStep[] }
  | { readonly fault: number; readonly steps: readonly WalkStep[] };

/** A mode in which a guest's software is. */
export interface GuestMode {
  readonly privilege: Privilege;
  /** V of the H extension: VS or VU, of a guest that is a hypervisor itself. False where the guest sees no H. */
  readonly virtual: boolean;
}

/**
 * A CPU as its guest sees it: a vCPU under an engine, a hart on the bare machine. Reading has no side effect on the machine.
 * General registers are those of `hart`.
 */
export interface GuestCpu extends GuestMode {
  readonly id: number;
  /** The hart of the machine that runs it. */
  readonly hart: Hart;
  /** The guest's pc, also while a handler runs on the hart. */
  pc: bigint;
  /** The privilege in which the guest believes itself to be. */
  readonly privilege: Privilege;
  /** The guest's CSR; undefined when it has none of that number. */
  readCsr(number: number): bigint | undefined;
  /** Writes legal values only, as a CSR instruction would; false when there is none of that number, or it cannot be written. */
  writeCsr(number: number, value: bigint): boolean;
  /**
   * Where an address leads, in the CPU's mode when no other is asked for: by the guest's own page tables, with the steps of the walk. On
   * the bare machine its TLB may have the answer, without steps.
   * @param pastTlb walk the tables whatever the TLB has
   */
  peek(address: bigint, access: Access, mode?: GuestMode, pastTlb?: boolean): GuestPeek;
}

/** The machine as the guest sees it: its CPUs, its memory by guest-physical address, its devices. */
export interface Guest {
  readonly cpus: readonly GuestCpu[];
  readonly board: Board;
  /** RAM as the guest knows it, by guest-physical address. */
  readonly ram: { readonly base: number; readonly size: number };
  /** The machine address behind a guest-physical one; undefined outside RAM. The same number on the bare machine. */
  toHost(gpa: number): number | undefined;
  /** The guest-physical address of machine memory; undefined when the guest has none there. */
  toGuest(hpa: number): number | undefined;
}
