import type { Narration } from '../../machine/narration';
import { FRAME, type Gva } from '../../mmu/address';
import type { SbiConsole } from './console';
import type { FirmwareFeatures } from './features';

/** SBI error codes (RISC-V SBI 3.0, "Standard SBI Errors"). */
export const SbiError = {
  success: 0,
  failed: -1,
  notSupported: -2,
  invalidParam: -3,
  denied: -4,
  invalidAddress: -5,
  alreadyAvailable: -6,
  alreadyStarted: -7,
  alreadyStopped: -8,
  deniedLocked: -14,
} as const;

/** HSM hart states (SBI 3.0, chapter 9). */
export const HartStatus = { started: 0, stopped: 1, startPending: 2, stopPending: 3, suspended: 4 } as const;

/** What a call leaves in the caller's registers. */
export type SbiResult =
  /** a0 = error, a1 = value */
  | { readonly error: number; readonly value?: number }
  /** A legacy call: a0 = value, a1 untouched. */
  | { readonly legacy: number }
  /** The call's argument could not be read: the guest got a trap instead of a result. */
  | 'trapped'
  /** The caller does not continue after its ecall: it stopped, or resumes elsewhere. */
  | 'left';

export interface SbiCall {
  readonly host: SbiHost;
  /** Id of the calling hart (or vCPU). */
  readonly caller: number;
  /** Argument a0..a5, as an unsigned 64-bit pattern. */
  argument(index: number): bigint;
  /** The same as a JS number: exact below 2^53, which suffices for ids, counts and physical addresses. */
  number(index: number): number;
  /** An argument of type `uint32_t`: the upper half of its register is no part of it. */
  word(index: number): number;
}

export interface SbiFunction {
  readonly name: string;
  handle(call: SbiCall): Narration<SbiResult>;
}

export interface SbiExtension {
  readonly name: string;
  readonly id: number;
  /** By function id. */
  readonly functions: readonly SbiFunction[];
}

/** Fences of guests' translations, where harts have the H extension. */
export interface GuestFences {
  /** hfence.gvma on a hart, of a range of guest-physical addresses; without `vmid` for every VM. */
  fenceGuest(hart: number, range: FenceRange, vmid: number | undefined): void;
  /** hfence.vvma on a hart, for the VM that the caller's hgatp names; without `asid` for every address space of it. */
  fenceVirtual(hart: number, range: FenceRange, asid: number | undefined, caller: number): void;
}

/** An address range of a fence, of `pages` pages from `start`, or everything. */
export type FenceRange = 'all' | { readonly start: bigint; readonly pages: number };

/** Where the pages of a range begin. */
export function addressesOf({ start, pages }: Exclude<FenceRange, 'all'>): bigint[] {
  return Array.from({ length: pages }, (_, page) => BigInt.asUintN(64, start + BigInt(page * FRAME)));
}

/**
 * Whoever answers SBI calls: the firmware of the bare machine for its harts, the VMM for its vCPUs.
 * Physical addresses are those that the caller sees (HPA there, GPA here); hart numbers are SBI hart ids.
 */
export interface SbiHost {
  readonly harts: number;
  /** The extensions that answer, for `probe_extension`. */
  readonly extensions: readonly SbiExtension[];
  /** `deadline` in ticks of mtime. Clears a pending timer interrupt unless the deadline has passed. */
  setTimer(hart: number, deadline: number): void;
  sendSoftwareInterrupt(hart: number): void;
  clearSoftwareInterrupt(hart: number): void;
  fenceInstructions(hart: number): void;
  /** sfence.vma on another hart; without `asid` for every address space. */
  fenceAddresses(hart: number, range: FenceRange, asid: number | undefined): void;
  /** Absent where harts have no H. */
  readonly guestFences?: GuestFences | undefined;
  status(hart: number): number;
  startHart(hart: number, address: number, opaque: bigint): void;
  stopHart(hart: number): void;
  /** Waits for an interrupt; then goes on after the call, or, when `resume` is given, there, as a started hart would. */
  suspendHart(hart: number, resume: { readonly address: number; readonly opaque: bigint } | undefined): void;
  powerOff(code: number): void;
  reset(): void;
  readonly console: SbiConsole;
  /** What FWFT sets. */
  readonly features: FirmwareFeatures;
  /** Whether a hart may be started at this physical address. */
  mayExecute(address: number): boolean;
  readMemory(address: number, length: number): Uint8Array | undefined;
  writeMemory(address: number, bytes: Uint8Array): boolean;
  /**
   * The 64-bit word at the caller's own virtual address, read as the caller would. When that faults, the caller gets the fault
   * as its own and the result is undefined.
   */
  readCallersWord(hart: number, address: Gva): bigint | undefined;
}

export const success = (value = 0): SbiResult => ({ error: SbiError.success, value });
export const failure = (error: number): SbiResult => ({ error, value: 0 });
