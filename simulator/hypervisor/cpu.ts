import type { CpuMode } from '../core/index';
import type { Access, WalkStep } from '../mmu/index';

export type { CpuMode } from '../core/index';

/** Where a guest-virtual address leads without any side effect, or the code of the exception that an access would raise. */
export type CpuPeek =
  | { readonly gpa: number; readonly steps: readonly WalkStep[] }
  | { readonly fault: number; readonly steps: readonly WalkStep[] };

/**
 * A CPU as its guest sees it: a vCPU under a VMM, a hart on the bare machine. Its registers are read and written wherever they are now,
 * in a hart or put away; reading has no side effect on the machine.
 */
export interface CpuState extends CpuMode {
  readonly id: number;
  /** The guest's pc, also while a handler works for it. */
  pc: bigint;
  /** Not stopped: SBI HSM has started it, or it was the first. */
  readonly isStarted: boolean;
  /** Instructions that the guest has retired on it. */
  readonly retired: number;
  /** x0 to x31, and from FLOAT_REGISTERS up f0 to f31: a pattern of 64 bits. */
  x(register: number): bigint;
  /** Writes to x0 are lost. */
  setX(register: number, value: bigint): void;
  /** The guest's CSR; undefined when it has none of that number. */
  readCsr(number: number): bigint | undefined;
  /**
   * In the form of satp, by which the hardware translates its addresses in a mode: of a guest whose own tables that walks, and that has no such
   * register. Absent where the CSR says it.
   */
  readonly registeredSatp?: ((privilege: CpuMode['privilege']) => bigint) | undefined;
  /** Writes legal values only, as a CSR instruction would; false when there is none of that number, or it cannot be written. */
  writeCsr(number: number, value: bigint): boolean;
  /**
   * Where an address leads, in the CPU's mode when no other is asked for: by the guest's own page tables, with the steps of the walk. On
   * the bare machine its TLB may have the answer, without steps.
   * @param pastTlb walk the tables whatever the TLB has
   */
  peek(address: bigint, access: Access, mode?: CpuMode, pastTlb?: boolean): CpuPeek;
}

/** A CPU whose guest a VMM serves: its registers are there in words too, which handlers take. */
export interface ServedCpu extends CpuState {
  xLow(register: number): number;
  xHigh(register: number): number;
  setXWords(register: number, low: number, high: number): void;
}
