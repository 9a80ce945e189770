export interface ResetVector {
  /** Where every hart goes on, in M-mode with a0 = its id, a1 = the device tree, a2 = the record for `fw_dynamic`. */
  readonly start: number;
  readonly deviceTree: number;
  /** Where OpenSBI's `fw_dynamic` goes on in S-mode; 0 when there is nothing. */
  readonly next: number;
}

/** 'OSBI' */
const DYNAMIC_MAGIC = 0x4942534f;
const DYNAMIC_VERSION = 2;
const NEXT_MODE_SUPERVISOR = 1;
const CODE = [
  0x00000297, // 1: auipc t0, %pcrel_hi(record)
  0x02828613, //    addi  a2, t0, %pcrel_lo(1b)
  0xf1402573, //    csrr  a0, mhartid
  0x0202b583, //    ld    a1, 32(t0)
  0x0182b283, //    ld    t0, 24(t0)
  0x00028067, //    jr    t0
];

/**
 * The boot ROM of QEMU's `virt` machine (hw/riscv/boot.c, riscv_setup_rom_reset_vec): six instructions, where they lead, and the record
 * that `fw_dynamic` reads (OpenSBI, include/sbi/fw_dynamic.h).
 */
export function resetVector({ start, deviceTree, next }: ResetVector): Uint8Array {
  const bytes = new Uint8Array(CODE.length * 4 + 8 * 8);
  const view = new DataView(bytes.buffer);
  for (const [index, word] of CODE.entries()) view.setUint32(index * 4, word, true);
  const record = [DYNAMIC_MAGIC, DYNAMIC_VERSION, next, NEXT_MODE_SUPERVISOR, 0, 0];
  for (const [index, value] of [start, deviceTree, ...record].entries())
    view.setBigUint64(CODE.length * 4 + index * 8, BigInt(value), true);
  return bytes;
}

/** The instructions that a hart executes in the boot ROM. */
export const RESET_INSTRUCTIONS = CODE.length;
