/** A trap as a hart takes it, and as a VMM gives it to its guest. */
export interface Trap {
  readonly interrupt: boolean;
  /** The code in xcause, without its interrupt bit. */
  readonly cause: number;
  /** xtval: an address, the bits of an instruction, or 0; a pattern of 64 bits. */
  readonly value: bigint;
}

export const exception = (cause: number, value = 0n): Trap => ({ interrupt: false, cause, value });
export const interrupt = (cause: number): Trap => ({ interrupt: true, cause, value: 0n });
