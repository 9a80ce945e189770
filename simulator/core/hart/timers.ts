/** The timers of Sstc: stimecmp against `time`, vstimecmp against `time` + htimedelta. */
import { InterruptBit } from '../../isa';
import { CsrSlot, EnvironmentHigh, fromWords, type HartState } from './hart-state';

/** Of the machine's clock in a tick of `time` and mtime: 10 MHz, as QEMU's `virt`. */
export const NANOSECONDS_PER_TICK = 100;
const STIP = InterruptBit.supervisorTimer;
const VSTIP = InterruptBit.virtualSupervisorTimer;
/** Later deadlines than any run reaches. */
const NEVER = Number.POSITIVE_INFINITY;

const slotValue = (state: HartState, slot: CsrSlot): bigint => fromWords(state.csrLow(slot), state.csrHigh(slot));

/** The words of stimecmp or vstimecmp for a deadline in ticks, which may lie beyond all that they can say. */
export function timerWords(deadline: number): { readonly low: number; readonly high: number } {
  if (deadline >= 2 ** 64) return { low: -1, high: -1 };
  return { low: deadline | 0, high: Math.floor(deadline / 2 ** 32) | 0 };
}

/**
 * Sets the wires STIP and VSTIP as they are at a time of the machine clock.
 * @returns the machine clock at which one of them changes by itself; Infinity when none does
 */
export function updateTimers(state: HartState, clock: number): number {
  state.lines &= ~(STIP | VSTIP);
  if ((state.csrHigh(CsrSlot.menvcfg) & EnvironmentHigh.STCE) === 0) return NEVER;
  const now = Math.floor(clock / NANOSECONDS_PER_TICK);
  let next = compare(state, STIP, slotValue(state, CsrSlot.stimecmp), BigInt(now), now);
  if ((state.csrHigh(CsrSlot.henvcfg) & EnvironmentHigh.STCE) !== 0) {
    const guestTime = BigInt.asUintN(64, BigInt(now) + slotValue(state, CsrSlot.htimedelta));
    next = Math.min(next, compare(state, VSTIP, slotValue(state, CsrSlot.vstimecmp), guestTime, now));
  }
  return next;
}

/** Sets a wire if its time has come. Times are modulo 2^64: that of a guest may begin just below it. */
function compare(state: HartState, wire: number, deadline: bigint, time: bigint, now: number): number {
  const isDue = time >= deadline;
  if (isDue) state.lines |= wire;
  const ticks = isDue ? 2n ** 64n - time : deadline - time;
  const next = (now + Number(ticks)) * NANOSECONDS_PER_TICK;
  return next <= Number.MAX_SAFE_INTEGER ? next : NEVER;
}
