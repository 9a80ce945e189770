import type { Hart } from '../core/index';

/** Where a guest's page tables begin; undefined while its satp is Bare. */
export type GuestPaging = { readonly root: number; readonly asid: number; readonly levels: 3 | 4 } | undefined;

/**
 * A virtual CPU as whoever serves it sees it, whichever engine runs it: what its guest believes to be a hart with M-, S- and U-mode, of
 * which it sees S and U. General registers are in the hart of the machine that runs it.
 */
export interface Vcpu {
  readonly id: number;
  readonly hart: Hart;
  /** The guest's pc while a handler runs. */
  readonly pcLow: number;
  readonly pcHigh: number;
  setPc(low: number, high: number): void;
  /** Whether the guest is in its U-mode. */
  readonly user: boolean;
  readonly sum: boolean;
  readonly mxr: boolean;
  readonly paging: GuestPaging;
  /** Whether PBMT has a meaning in its page tables (Svpbmt). */
  readonly memoryTypes: boolean;
  /** Whether its wfi goes on: an interrupt is pending and enabled in sie, whatever SIE says. */
  readonly interruptAwaits: boolean;
  readonly trapVector: { readonly low: number; readonly high: number };
  /** Where the last trap was injected and how much had retired then: a second one there without progress is a trap loop. */
  lastInjection: { low: number; high: number; retired: number };
  /** Sets or clears SSIP or STIP as the guest's firmware would. */
  setPending(interrupt: number, level: boolean): void;
  /** The level of its external interrupt, from the VM's PLIC. @returns whether it has changed */
  setExternal(level: boolean): boolean;
  /** Whether the VMM runs on its hart. */
  readonly inVmm: boolean;
  /** The guest's timer: `deadline` in ticks of mtime. Clears a pending timer interrupt. */
  setTimer(deadline: number): void;
  /** S-mode with paging and interrupts off, as SBI firmware enters a supervisor. */
  enterSupervisor(): void;
  /** The entry into the guest's trap handler as its hardware would do it, from its pc. */
  takeTrap(cause: number, interrupt: boolean, valueLow: number, valueHigh: number): void;
  /** The effect of sfence.vma by the guest: all addresses of an address space, or of all. */
  fenceAll(asid: number | undefined): void;
  fenceAddress(low: number, high: number, asid: number | undefined): void;
  /** Out of the VMM without looks at the steps: the hart goes on in the guest. */
  resume(): void;
}
