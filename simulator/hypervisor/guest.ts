import type { DeviceClock } from '../devices/device';
import type { Sbi } from '../firmware/sbi/sbi';
import type { Board } from '../machine/board';
import type { Processor } from '../machine/processor';
import type { CpuState } from './cpu';

/** The machine as a guest sees it: its CPUs, its memory by guest-physical address, its devices. The bare machine is one, and each VM. */
export interface Guest {
  readonly cpus: readonly CpuState[];
  readonly board: Board;
  /** The time that it sees, in nanoseconds. */
  readonly clock: Pick<DeviceClock, 'now'>;
  /** RAM as the guest knows it, by guest-physical address. */
  readonly ram: { readonly base: number; readonly size: number };
  /** The firmware that its supervisor calls, where that is HyperStep's. */
  readonly sbi: Sbi | undefined;
  /** What its device tree says of its CPUs. */
  readonly processor: Processor;
  /** The machine address behind a guest-physical one; undefined outside RAM. The same number on the bare machine. */
  toHost(gpa: number): number | undefined;
  /** The guest-physical address of machine memory; undefined when the guest has none there. */
  toGuest(hpa: number): number | undefined;
  /** Bytes of its RAM, looked at; undefined when any of them is outside it. */
  peek(gpa: number, length: number): Uint8Array | undefined;
  /** Puts bytes into its RAM from outside, all or none. @returns false when any of them is outside it, or there is no memory behind */
  place(gpa: number, bytes: Uint8Array): boolean;
  /** Somebody watches a word of its RAM from now on. @returns the machine address of that, which stays; undefined outside RAM */
  hold(gpa: number): number | undefined;
}
