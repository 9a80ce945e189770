import { SHARED_PAGE_ADDRESS, UPCALL_SOURCE } from '../hypercalls/shared-page';

/** The layout of QEMU's `virt` machine (hw/riscv/virt.c), which guests are built for. Addresses and sizes in bytes. */
export const MEMORY_MAP = {
  resetVector: { base: 0x1000, size: 0xf000 },
  finisher: { base: 0x100000, size: 0x1000 },
  rtc: { base: 0x101000, size: 0x1000 },
  clint: { base: 0x2000000, size: 0x10000 },
  plic: { base: 0xc000000, size: 0x600000 },
  uart: { base: 0x10000000, size: 0x100 },
  virtio: { base: 0x10001000, size: 0x1000, slots: 8 },
  ram: { base: 0x80000000 },
} as const;

/** Memory side by side, in bytes. */
export interface MemoryRange {
  readonly base: number;
  readonly size: number;
}

/** The part of RAM that belongs to the SBI firmware: an access fault from S- and U-mode. */
export const FIRMWARE_MEMORY = { base: 0x80000000, size: 0x80000 } as const;

/** What a hypervisor shares with a guest that knows of it. */
export const SHARED_PAGE = { base: SHARED_PAGE_ADDRESS, size: 0x1000 } as const;

export const INTERRUPTS = { virtioFirst: 1, uart: 10, rtc: 11, hypervisor: UPCALL_SOURCE } as const;

/** Sources of the PLIC, as QEMU's `virt` reports in `riscv,ndev`. */
export const PLIC_SOURCES = 96;

/** mtime's frequency in Hz. */
export const TIMEBASE = 10_000_000;
