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
  /** The time of a hart at its current instruction, in nanoseconds. */
  clockNow(hartId: number): number;
  /**
   * Whether other harts that run are behind the one that executes, so that what it reads of the time has to wait: else time would run
   * backwards for who comes to know of it. Absent where there is one hart.
   * @param address of a device register that is about to be read, which may tell the time; absent: the instruction reads `time` itself
   */
  timeIsAhead?(address?: number): boolean;
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
