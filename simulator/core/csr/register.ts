import { ExceptionCode } from '../../isa';
import type { CsrSlot } from '../hart/hart-state';
import type { HartOptions } from '../hart/options';
import type { CsrFile } from './file';

/** Why an access is refused: an exception code, or `Allowed`. */
export const Refusal = {
  Allowed: -1,
  Illegal: ExceptionCode.illegalInstruction,
  Virtual: ExceptionCode.virtualInstruction,
} as const;
export type Refusal = (typeof Refusal)[keyof typeof Refusal];

/** How a CSR reads and writes, and which values it takes (WARL, WPRI). */
export interface CsrRegister {
  /** Puts the value into `low` and `high` of the file. */
  read(file: CsrFile): void;
  /** Takes what is legal of the value. Absent: writes are ignored. */
  write?(file: CsrFile, low: number, high: number): void;
  /** The low word that csrrs and csrrc change, where it is not what is read: the rest of the value comes of wires. */
  written?(file: CsrFile): number;
  /** Puts it into its state after a reset, where that is not all zeros: of every hart, and of every vCPU. */
  reset?(file: CsrFile): void;
  /** Whether a machine with these options has it; true where absent. */
  exists?(options: HartOptions): boolean;
  /** Permission beyond privilege and number, by the current mode; allowed when absent. */
  refusal?(file: CsrFile): Refusal;
}

/** Holds its bits in a slot; `lowMask` and `highMask` are those that can be written. */
export function plain(slot: CsrSlot, lowMask = -1, highMask = -1): CsrRegister {
  return {
    read: (file) => file.set(file.state.csrLow(slot), file.state.csrHigh(slot)),
    write: (file, low, high) => file.state.setCsr(slot, low & lowMask, high & highMask),
  };
}

export function constant(low: number, high = 0): CsrRegister {
  return { read: (file) => file.set(low, high), write: () => undefined };
}

/** A trap vector: MODE is direct or vectored; a reserved MODE leaves the register as it is. */
export function trapVector(slot: CsrSlot): CsrRegister {
  return {
    ...plain(slot),
    write: (file, low, high) => {
      if ((low & 3) <= 1) file.state.setCsr(slot, low, high);
    },
  };
}

/** What mepc, sepc and vsepc can hold: bit 0 is always 0. */
export const EXCEPTION_PC_BITS = ~1;
export const exceptionPc = (slot: CsrSlot): CsrRegister => plain(slot, EXCEPTION_PC_BITS);
