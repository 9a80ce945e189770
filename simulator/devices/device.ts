import type { Component } from '../schema/state/component';

/** Size of one memory access in bytes. */
export type AccessSize = 1 | 2 | 4 | 8;

/**
 * A memory-mapped device. Registers are addressed by their offset from `base`; values are unsigned and at most 32 bits wide:
 * the bus splits a 64-bit access into two where `accessSizes` allows it.
 */
export interface MmioDevice {
  readonly name: string;
  /** First byte, a guest-physical (or, on the bare machine, machine) address. */
  readonly base: number;
  /** Length of the register window in bytes. */
  readonly size: number;
  /** The access sizes in bytes that the device answers; any other is an access fault. */
  readonly accessSizes: { readonly smallest: AccessSize; readonly largest: AccessSize };
  /** The register's value, with the side effects of reading it; `undefined` is an access fault. */
  read(offset: number, size: AccessSize): number | undefined;
  /** The register's value without any side effect: what debugger and views use. */
  peek(offset: number, size: AccessSize): number | undefined;
  /** Whether the register at an offset tells the machine's time, which no hart may see run backwards. Absent: none does. */
  tellsTime?(offset: number): boolean;
  /** Returns false for an access fault. */
  write(offset: number, size: AccessSize, value: number): boolean;
  /** Its state. Taking one up has no effects on lines, clock or memory, which have states of their own. */
  readonly component: Component;
}

/** A level-triggered interrupt line, as the device that drives it sees it. */
export interface InterruptLine {
  setLevel(level: boolean): void;
}

/** What a device may ask of time. All times are machine clock (nanoseconds, 1 per retired instruction). */
export interface DeviceClock {
  now(): number;
  /** Calls `wake` of the device registered as `owner` when the clock reaches `deadline`; replaces an earlier deadline of the same owner. */
  schedule(owner: string, deadline: number): void;
  cancel(owner: string): void;
}

/** A device that waits for points in time. Deadlines are plain data; nothing is kept in closures. */
export interface TimedDevice {
  readonly name: string;
  wake(now: number): void;
}
