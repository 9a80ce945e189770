/** Compilers for RISC-V by the names that distributions and their makers give them. */
export const RISCV_COMPILERS = [
  'riscv64-unknown-elf-gcc',
  'riscv64-linux-gnu-gcc',
  'riscv64-unknown-linux-gnu-gcc',
  'riscv64-elf-gcc',
  'riscv-none-elf-gcc',
] as const;
