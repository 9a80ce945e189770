/** Numbers and names as riscv-isa-sim (Spike) writes them into its logs. */

/** Hexadecimal digits of a value of so many bytes. */
export function digits(value: bigint | number, bytes: number): string {
  return BigInt.asUintN(bytes * 8, BigInt(value))
    .toString(16)
    .padStart(bytes * 2, '0');
}

/** What every line begins with. */
export function core(id: number): string {
  return `core${String(id).padStart(4)}: `;
}
