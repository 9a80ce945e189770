/** Set of an interrupt in scause, mcause and vscause (manual, "Supervisor Cause (scause) Register"). */
export const INTERRUPT = 1n << 63n;

/** A cause as such a CSR has it. */
export function causeBits(code: number, isInterrupt: boolean): bigint {
  return isInterrupt ? INTERRUPT | BigInt(code) : BigInt(code);
}
