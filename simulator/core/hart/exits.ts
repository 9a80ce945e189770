/** Why `Hart.run` came back. */
export const RunExit = {
  /** The budget is used up. */
  Budget: 0,
  /** A trap went to a hosted mode: the architectural entry is done, `hart.trapMode` says which mode. */
  HostedTrap: 1,
  /** The instruction at pc has a breakpoint and was not executed. */
  Breakpoint: 2,
  /** The instruction before pc touched a watched range; `hart.watchAddress` and `hart.watchWrite` say what. */
  Watchpoint: 3,
  /** `wfi` retired and no interrupt awaits. */
  Wfi: 4,
  /** A `pause` hint, or a wait on a reservation, retired. */
  Pause: 5,
  /** `core.requestExit()` was called during an access to a device. */
  Requested: 6,
  /** Traps follow one another without an instruction that retires: the trap handler itself traps. */
  TrapLoop: 7,
  /** The instruction at pc reads the time, was not executed, and is to be tried again when `timeIsAhead` says so no more. */
  TimeAhead: 8,
} as const;

export type RunExit = (typeof RunExit)[keyof typeof RunExit];
