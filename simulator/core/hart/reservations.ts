import { FRAME } from '../../mmu/address';
import { HartLayout } from '../layout';
import type { HartState } from './hart-state';

/** Bytes of a reservation set (Unprivileged, Zalrsc): the aligned ones around the address that was reserved. */
const SET = 8;
const NONE = -1;

/** What a hart has to do for the reservations of the others. */
export interface ReservingHart {
  readonly state: HartState;
  /** Its stores to a page of memory go slow from now on. */
  dropWrites(memoryOffset: number): void;
}

/**
 * The reservations of all harts. Each is a word in its hart's block, which compiled code sets and compares by itself. Only one hart runs
 * at a time, so the others' stores need to be seen only when a hart has stopped with a reservation: then that page leaves their fast
 * paths. A store by whomever else ends it (a walker, the VMM, a device, the debugger), one of the hart's own does not.
 */
export class Reservations {
  /** By hart: the page that was taken out of the other harts' fast paths and has not been put back. */
  private readonly guarded: number[];

  constructor(private readonly harts: readonly ReservingHart[]) {
    this.guarded = harts.map(() => NONE);
  }

  /** Memory has been written: by the store of a hart, or (undefined) by anything else. */
  written(memoryOffset: number, length: number, by?: HartState): void {
    for (const { state } of this.harts) {
      const held = state.get(HartLayout.reservation);
      if (held === NONE || state === by) continue;
      // The word is signed, and the core's memory may have 4 GiB.
      const set = (held & -SET) >>> 0;
      if (set >= memoryOffset + length || set + SET <= memoryOffset) continue;
      this.end(state);
    }
  }

  /** Ends the reservation of a hart. */
  end(hart: HartState): void {
    this.restore(hart, NONE);
  }

  /** Gives a hart the reservation of a saved state. */
  restore(hart: HartState, reservation: number): void {
    hart.set(HartLayout.reservation, reservation);
    this.guarded[this.harts.findIndex(({ state }) => state === hart)] = NONE;
  }

  /** A hart has run and others may run now. */
  hartStopped({ state }: ReservingHart): void {
    const held = state.get(HartLayout.reservation);
    const index = this.harts.findIndex((hart) => hart.state === state);
    const page = held === NONE ? NONE : held & -FRAME;
    if (this.guarded[index] === page) return;
    this.guarded[index] = page;
    if (page === NONE) return;
    for (const hart of this.harts) if (hart.state !== state) hart.dropWrites(page);
  }

  /** Whether another hart has a reservation in the page: stores to it have to be seen. */
  isHeldByOthers(memoryOffset: number, than: HartState): boolean {
    return this.harts.some(({ state }) => {
      const held = state.get(HartLayout.reservation);
      return held !== NONE && state !== than && (held & -FRAME) === (memoryOffset & -FRAME);
    });
  }
}
