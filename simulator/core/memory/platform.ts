/** What the core asks of the machine around it, in the middle of an instruction. */
export interface CorePlatform {
  /**
   * Reads a device register (RAM is the core's own) into `readLow` and `readHigh`, zero-extended.
   * @param address machine address
   * @returns false for an access fault
   */
  readPhysical(address: number, size: 1 | 2 | 4 | 8): boolean;
  readLow: number;
  readHigh: number;
  /** The 16 bits of an instruction outside RAM, in a boot ROM; undefined is an access fault. */
  fetchPhysical(address: number): number | undefined;
  /** @returns false for an access fault */
  writePhysical(address: number, size: 1 | 2 | 4 | 8, low: number, high: number): boolean;
  /** The machine clock in instructions at the current instruction. */
  clockNow(): number;
  /**
   * `nextTimer()` of a hart has changed: the machine calls its `timerReached()` at that time of the clock. Absent where nothing uses
   * stimecmp.
   */
  timerDeadlineChanged?(hartId: number): void;
}

/** A range of machine addresses that a debugger watches. */
export interface WatchRange {
  readonly address: number;
  readonly length: number;
  readonly read: boolean;
  readonly write: boolean;
}
