import { highWord, lowWord } from '../core/index';
import type { DeviceClock } from '../devices/device';
import type { Uart } from '../devices/uart';
import { FRAME, type Gva } from '../mmu/address';
import { virtualPage } from '../mmu/index';
import type { FeatureSwitches } from './sbi/features';

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

/** The numbers of a range's virtual pages; one undefined for all. */
export const pagesOf = (range: FenceRange): (number | undefined)[] =>
  range === 'all' ? [undefined] : addressesOf(range).map((address) => virtualPage(lowWord(address), highWord(address)));

/** The same of guest-physical pages, which are numbered from 0 up to the highest address. */
export const guestPagesOf = (range: FenceRange): (number | undefined)[] =>
  range === 'all' ? [undefined] : addressesOf(range).map((address) => Number(address / BigInt(FRAME)));

/** Bytes that a hart shares to be told of stolen time, and to which they are aligned (SBI 3.0, chapter 16). */
export const STEAL_TIME_BYTES = 64;

/** Who tells harts of the time that they wanted and others had. */
export interface StealTimeReports {
  /** From now on a hart is told at a physical address, of the caller's memory and zero by now; or, where there is none, nowhere. */
  report(hart: number, address: number | undefined): void;
}

/** Where a hart begins in S-mode: a physical address, and what is in a1. */
export interface EntryPoint {
  readonly address: number;
  readonly opaque: bigint;
}

/** Whether a hart takes part, and whether it waits for an interrupt. */
export type HartActivity = 'running' | 'waiting' | 'stopped';

/** A byte that was read as somebody else would read it, or the exception that it would take. */
export type CallersByte = { readonly byte: number } | { readonly fault: number };

/**
 * What SBI firmware stands on: the harts of the bare machine, or the vCPUs of a VM. Hart numbers are SBI hart ids; physical addresses are
 * those that the caller sees (HPA there, GPA here).
 */
export interface FirmwarePort {
  readonly harts: number;
  /** What the console calls use. */
  readonly uart: Uart;
  readonly clock: Pick<DeviceClock, 'now'>;
  /** What FWFT can set here. */
  readonly features: FeatureSwitches;
  /** Absent where the harts below have no H extension. */
  readonly guestFences: GuestFences | undefined;
  /** Absent where harts are nobody else's, or are not to know of it. */
  readonly stealTime: StealTimeReports | undefined;
  /** `deadline` in ticks of mtime. Clears a pending timer interrupt unless the deadline has passed. */
  setTimer(hart: number, deadline: number): void;
  sendSoftwareInterrupt(hart: number): void;
  /** What the hart's supervisor sees pending. */
  clearSoftwareInterrupt(hart: number): void;
  /** sfence.vma on a hart; without `asid` for every address space. It is done before that hart's next instruction. */
  fence(hart: number, range: FenceRange, asid: number | undefined): void;
  activity(hart: number): HartActivity;
  /** Instructions retired by a hart. */
  retired(hart: number): number;
  /** S-mode at `entry`, paging and interrupts off, a0 = hart id, a1 = `opaque` (SBI 3.0, section 9.1). */
  start(hart: number, entry: EntryPoint): void;
  stop(hart: number): void;
  /** Waits for an interrupt; then goes on after the call, or, when `resume` is given, there, as a started hart would. */
  suspend(hart: number, resume: EntryPoint | undefined): void;
  powerOff(code: number): void;
  reset(): void;
  /** Whether supervisors may execute, and firmware may read and write for them, `length` bytes of memory at a physical address. */
  isCallersMemory(address: number, length: number): boolean;
  /** What is to be written there finds memory. @returns false where there is none now: the call is to be made again */
  prepareMemory(address: number, length: number): boolean;
  readMemory(address: number, length: number): Uint8Array;
  writeMemory(address: number, bytes: Uint8Array): void;
  /** The byte at a virtual address of a hart's supervisor, read with its privilege. */
  readCallersByte(hart: number, address: Gva): CallersByte;
  /** The hart's supervisor gets an exception in the place of its ecall. */
  giveFault(hart: number, cause: number, address: Gva): void;
}
