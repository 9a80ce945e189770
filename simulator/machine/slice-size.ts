/** Bounds of a slice. */
export interface SliceBounds {
  /** Instructions of the first slice, of the smallest and of the largest. */
  readonly first: number;
  readonly smallest: number;
  readonly largest: number;
  /** Milliseconds of the host's clock that a slice may take. */
  readonly most: number;
}

/**
 * How many instructions to run before the host is looked at again. The same number of instructions takes a guest microseconds or
 * seconds of its host's time: the size follows what the last slices took.
 */
export class SliceSize {
  /** Instructions of the next slice. */
  instructions: number;

  constructor(private readonly bounds: SliceBounds) {
    this.instructions = bounds.first;
  }

  /**
   * A slice took so many milliseconds.
   * @param isWhole whether all of its instructions ran: one that ended early says nothing of a larger one
   */
  took(milliseconds: number, isWhole: boolean): void {
    const { smallest, largest, most } = this.bounds;
    if (milliseconds > most) this.instructions = Math.max(smallest, this.instructions >> 1);
    else if (isWhole && milliseconds < most / 4) this.instructions = Math.min(largest, this.instructions * 2);
  }
}
