/** Bits of e_flags in the ELF header (RISC-V psABI, "File Header"). */
export const HeaderFlag = {
  /** The code may have compressed instructions. */
  Compressed: 1,
  /** Two bits: which floats are passed in registers, as a place in `floatAbis`. */
  FloatAbi: 6,
  /** The code needs the memory ordering of Ztso. */
  TotalStoreOrder: 0x10,
} as const;

/** What is passed in float registers, in the order of their numbers in e_flags. */
export const floatAbis = ['soft', 'single', 'double', 'quad'] as const;
export type FloatAbi = (typeof floatAbis)[number];

export function floatAbiOf(flags: number): FloatAbi {
  return floatAbis[(flags & HeaderFlag.FloatAbi) >> 1]!;
}

export function floatAbiFlag(abi: FloatAbi): number {
  return floatAbis.indexOf(abi) << 1;
}
