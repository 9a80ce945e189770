import type { Hart } from '../core/index';

/** Instructions that a hart executes before the next one's turn. */
export const DEFAULT_TURN = 10_000;

/** Whether a hart takes part: `started` harts run or wait; `stopped` ones wait for SBI HSM or a reset. */
export type HartLifecycle = 'started' | 'stopped';

interface HartSlot {
  readonly hart: Hart;
  lifecycle: HartLifecycle;
  /** In WFI: has no turn until an interrupt wakes it. */
  waiting: boolean;
}

/**
 * Serial round-robin over the harts. Whose turn it is and how much of it is left are machine state: the host's slices, steps and
 * breakpoints never end a turn; WFI, `pause` and a hart stop do.
 */
export class HartScheduler {
  private readonly slots: readonly HartSlot[];
  private current = 0;
  private left: number;

  constructor(
    harts: readonly Hart[],
    private readonly turn: number,
  ) {
    this.slots = harts.map((hart) => ({ hart, lifecycle: 'started', waiting: false }));
    this.left = turn;
  }

  /** The hart whose turn it is, passing on from harts that cannot run; undefined when none can: then asking leaves no trace. */
  next(): Hart | undefined {
    if (!this.slots.some(canRun)) return undefined;
    for (let tried = 0; tried <= this.slots.length; tried++) {
      const slot = this.slots[this.current];
      if (slot && canRun(slot) && this.left > 0) return slot.hart;
      this.endTurn();
    }
    return undefined;
  }

  /** Instructions left in the current turn. */
  get turnLeft(): number {
    return this.left;
  }

  /** A hart has executed so much, of its turn while that lasts. */
  used(hart: Hart, instructions: number): void {
    if (this.slots[this.current]?.hart === hart) this.left -= instructions;
  }

  endTurn(): void {
    this.current = (this.current + 1) % this.slots.length;
    this.left = this.turn;
  }

  wait(hart: Hart): void {
    this.slot(hart).waiting = true;
    this.endTurnOf(hart);
  }

  wake(hart: Hart): void {
    this.slot(hart).waiting = false;
  }

  isWaiting(hart: Hart): boolean {
    return this.slot(hart).waiting;
  }

  start(hart: Hart): void {
    const slot = this.slot(hart);
    slot.lifecycle = 'started';
    slot.waiting = false;
  }

  stop(hart: Hart): void {
    this.slot(hart).lifecycle = 'stopped';
    this.endTurnOf(hart);
  }

  lifecycle(hart: Hart): HartLifecycle {
    return this.slot(hart).lifecycle;
  }

  waitingHarts(): Hart[] {
    return this.slots.filter(({ lifecycle, waiting }) => lifecycle === 'started' && waiting).map(({ hart }) => hart);
  }

  state() {
    return {
      current: this.current,
      left: this.left,
      harts: this.slots.map(({ lifecycle, waiting }) => ({ lifecycle, waiting })),
    };
  }

  restore({ current, left, harts }: ReturnType<HartScheduler['state']>): void {
    this.current = current;
    this.left = left;
    for (const [index, { lifecycle, waiting }] of harts.entries()) {
      const slot = this.slots[index];
      if (slot) Object.assign(slot, { lifecycle, waiting });
    }
  }

  private slot(hart: Hart): HartSlot {
    const slot = this.slots[hart.id];
    if (!slot) throw new RangeError(`hart ${hart.id} is not of this machine`);
    return slot;
  }

  private endTurnOf(hart: Hart): void {
    if (this.slots[this.current]?.hart === hart) this.endTurn();
  }
}

const canRun = ({ lifecycle, waiting }: HartSlot): boolean => lifecycle === 'started' && !waiting;
