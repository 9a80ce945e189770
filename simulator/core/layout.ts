/**
 * Where things are in the core's one WebAssembly.Memory: what belongs to translated code, a block for each hart, decoded code, then the
 * machine's RAM. All of a hart's state is addressed from the base of its block. Sizes and offsets in bytes.
 */

import { FLOAT_REGISTERS } from '../isa';
import { FRAME } from '../mmu/address';
import { CsrSlot } from './hart/csr-slots';

export { FLOAT_REGISTERS };

const CSRS = 0x300;

/** Offsets in a hart's block. */
export const HartLayout = {
  /** x0 to x31 in 8 bytes each; slot 32 takes what is written to x0. */
  registers: 0x000,
  pc: 0x108,
  /** Instructions that may still retire before the interpreter returns. Slow code sets it to 0 to get out at the next boundary. */
  budget: 0x110,
  /** Contexts (bits 3 to 11 of fast-path tags) of loads and stores, and of fetches. */
  dataContext: 0x120,
  fetchContext: 0x128,
  /** Memory offset that load-reserved reserved; -1: none. */
  reservation: 0x130,
  /** pc and fetch context of the instruction in the crossing page; a context of -1 is none. */
  crossingPc: 0x138,
  crossingContext: 0x140,
  /**
   * Not 0 when floating-point instructions may execute and leave no change of mstatus.FS (and vsstatus.FS) behind: both are Dirty.
   * Kept right whenever these or V change.
   */
  floatReady: 0x148,
  /** 1 where slow code decides of every store-conditional, as some fail for no reason; else 0. */
  slowConditionals: 0x14c,
  /** The number of the region that was left last over an indirect jump, and the pc to which that went. */
  leftRegion: 0x150,
  leftFor: 0x158,
  /** Which plain CSRs the current mode may access under their own numbers; see `CsrAccess`. */
  csrAccess: 0x164,
  /** Address of the entry in use in the alone page. */
  aloneEntry: 0x160,
  /** f0 to f31; seen from `registers` they are numbers 64 to 95. */
  floatRegisters: FLOAT_REGISTERS * 8,
  /** The CSR slots; see `CsrSlot`. */
  csrs: CSRS,
  /** The slot of fcsr: the rounding mode in bits 5 to 7, accrued exceptions below (NV, DZ, OF, UF, NX from bit 4 down). */
  fcsr: CSRS + CsrSlot.fcsr * 8,
  /** Read, write and execute tables of the fast path. */
  readTable: 0x1000,
  writeTable: 0x5000,
  executeTable: 0x9000,
  /** A decoded page in which only the last parcel is an instruction: one that goes on in another page. */
  crossingPage: 0xd000,
  /** A decoded page in which one entry of a region is put for the interpreter to execute its instruction; page ends else. */
  alonePage: 0x12000,
  size: 0x17000,
} as const;

/** Bits of `csrAccess`: the CSRs of M-mode, and those of S-mode where VS-mode's do not stand for them. */
export const CsrAccess = { machine: 1, supervisor: 2 } as const;

/** Slot of `registers` that takes writes to x0. */
export const DISCARD = 32;

/**
 * A fast-path table has 1024 entries by bits 12 to 21 of the virtual address: the tag is the page's address | context, or -1;
 * memory offset = (address + addend) mod 2^32; the decoded page is there in the execute table only.
 */
export const FastPathLayout = { entries: 1024, entrySize: 16, tag: 0, addend: 8, decodedPage: 12 } as const;

/** A decoded page has an entry for each 2-byte parcel, and two that lead to the next page: its last instruction may go beyond its end. */
export const DecodedLayout = {
  entrySize: 8,
  opcode: 0,
  rd: 1,
  rs1: 2,
  rs2: 3,
  immediate: 4,
  parcels: 2048,
  /** Without the entries at the end. */
  entriesSize: 2048 * 8,
  pageSize: 2050 * 8,
} as const;

const COUNTERS = 0x8000;
const REGIONS = 4096;
const RECORDS_PER_REGION = 64;
const RECORD = 16;

/**
 * The area of translated code: counters of jumps by bits 3 to 15 of the target's decoded entry, then records of 16 bytes. A region has
 * `recordsPerRegion` of them, one for each entry in the order of their numbers; the decoded entry has the number of the region's
 * function in bits 8 up of its first word, and the record's address as immediate.
 */
export const TranslationLayout = {
  counters: 0,
  countersSize: COUNTERS,
  records: COUNTERS,
  recordSize: RECORD,
  /** The two words of the decoded entry without region. */
  originalHead: 0,
  originalImmediate: 4,
  /** Budget without which the region is not entered here. */
  longest: 8,
  /** Of the page of the entry, from the region's origin. */
  pageOffset: 12,
  recordsPerRegion: RECORDS_PER_REGION,
  /** Most regions; when all are in use all are dropped. */
  regions: REGIONS,
  size: COUNTERS + REGIONS * RECORDS_PER_REGION * RECORD,
} as const;

const WASM_PAGE = 0x10000;
const roundUp = (value: number, unit: number): number => Math.ceil(value / unit) * unit;

/** Most decoded pages that are kept; when all are in use all are dropped. */
const MAXIMUM_DECODED_PAGES = 2048;

export interface MemoryLayout {
  readonly harts: number;
  readonly hartBase: (index: number) => number;
  readonly decodedBase: number;
  readonly decodedPages: number;
  readonly ramOffset: number;
  readonly ramSize: number;
  readonly wasmPages: number;
}

export function memoryLayout(harts: number, ramSize: number): MemoryLayout {
  const decodedPages = Math.min(MAXIMUM_DECODED_PAGES, Math.max(64, ramSize / FRAME + harts));
  const hartsBase = TranslationLayout.size;
  const decodedBase = roundUp(hartsBase + harts * HartLayout.size, WASM_PAGE);
  const ramOffset = roundUp(decodedBase + decodedPages * DecodedLayout.pageSize, WASM_PAGE);
  return {
    harts,
    hartBase: (index) => hartsBase + index * HartLayout.size,
    decodedBase,
    decodedPages,
    ramOffset,
    ramSize,
    wasmPages: roundUp(ramOffset + ramSize, WASM_PAGE) / WASM_PAGE,
  };
}
