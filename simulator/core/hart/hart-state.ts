import { Privilege } from '../../mmu';
import { HartLayout } from '../layout';

/** CSRs that hold state of their own, by their place in the hart's block. Views (sstatus, sie, sip) have none. */
export const CsrSlot = {
  mstatus: 0,
  medeleg: 1,
  mideleg: 2,
  mie: 3,
  /** What software set: SSIP, STIP, SEIP. Wires are apart (`HartState.lines`), and so is hvip. */
  mip: 4,
  mtvec: 5,
  mcounteren: 6,
  menvcfg: 7,
  mscratch: 8,
  mepc: 9,
  mcause: 10,
  mtval: 11,
  stvec: 12,
  scounteren: 13,
  senvcfg: 14,
  sscratch: 15,
  sepc: 16,
  scause: 17,
  stval: 18,
  satp: 19,
  hstatus: 20,
  hedeleg: 21,
  hideleg: 22,
  hvip: 23,
  hgeie: 24,
  htval: 25,
  htinst: 26,
  htimedelta: 27,
  hgatp: 28,
  henvcfg: 29,
  hcounteren: 30,
  mtval2: 31,
  mtinst: 32,
  vsstatus: 33,
  vstvec: 34,
  vsscratch: 35,
  vsepc: 36,
  vscause: 37,
  vstval: 38,
  vsatp: 39,
  fcsr: 40,
  vstimecmp: 41,
  stimecmp: 42,
  mcountinhibit: 43,
  /** Wires of guest external interrupts. */
  hgeip: 44,
} as const;
export type CsrSlot = (typeof CsrSlot)[keyof typeof CsrSlot];

const CSR_SLOTS = 48;
const FIRST_CSR = HartLayout.csrs;

/** Bits of the low word of mstatus, sstatus and vsstatus. */
export const Status = {
  SIE: 1 << 1,
  MIE: 1 << 3,
  SPIE: 1 << 5,
  MPIE: 1 << 7,
  SPP: 1 << 8,
  MPP: 3 << 11,
  MPP_SHIFT: 11,
  FS: 3 << 13,
  MPRV: 1 << 17,
  SUM: 1 << 18,
  MXR: 1 << 19,
  TVM: 1 << 20,
  TW: 1 << 21,
  TSR: 1 << 22,
} as const;

/** Bits of the high word of mstatus that the H extension adds. */
export const StatusHigh = { GVA: 1 << 6, MPV: 1 << 7 } as const;

/** Bits of the low word of hstatus. */
export const HypervisorStatus = {
  GVA: 1 << 6,
  SPV: 1 << 7,
  SPVP: 1 << 8,
  HU: 1 << 9,
  VGEIN: 0x3f << 12,
  VGEIN_SHIFT: 12,
  VTVM: 1 << 20,
  VTW: 1 << 21,
  VTSR: 1 << 22,
} as const;

/** Bits of menvcfg, senvcfg and henvcfg: in the low word, and of menvcfg and henvcfg in the high word. */
export const Environment = { FIOM: 1, CBIE: 3 << 4, CBIE_SHIFT: 4, CBCFE: 1 << 6, CBZE: 1 << 7 } as const;
export const EnvironmentHigh = { ADUE: 1 << 29, PBMTE: 1 << 30, STCE: 1 << 31 } as const;

/**
 * The registers of a hart, in its block of the core's memory, as 32-bit words: 64-bit values are a low and a high word, so that no
 * BigInt is made where it is hot.
 */
export class HartState {
  privilege: Privilege = Privilege.machine;
  /** V: whether the mode is virtualized; always false without H. */
  virtual = false;
  /** Levels of the interrupt wires by bit of mip: MSIP, MTIP, MEIP, SEIP, and those that come of stimecmp, vstimecmp and hgeip. */
  lines = 0;
  /** What mcycle and minstret differ from the clock and the instructions retired, when software has written them. */
  cycleOffset = 0n;
  instretOffset = 0n;
  /** Store-conditionals since the last one that failed for no reason, on machines where they do. */
  conditionals = 0;
  private readonly word: number;

  /** @param base offset of the hart's block in bytes */
  constructor(
    readonly words: Int32Array,
    readonly base: number,
  ) {
    this.word = base >> 2;
  }

  get(offset: number): number {
    return this.words[this.word + (offset >> 2)] ?? 0;
  }

  set(offset: number, value: number): void {
    this.words[this.word + (offset >> 2)] = value;
  }

  setPair(offset: number, low: number, high: number): void {
    this.words[this.word + (offset >> 2)] = low;
    this.words[this.word + (offset >> 2) + 1] = high;
  }

  registerLow(index: number): number {
    return this.get(HartLayout.registers + index * 8);
  }

  registerHigh(index: number): number {
    return this.get(HartLayout.registers + index * 8 + 4);
  }

  /** Writes to x0 are lost. */
  setRegister(index: number, low: number, high: number): void {
    if (index !== 0) this.setPair(HartLayout.registers + index * 8, low, high);
  }

  get pcLow(): number {
    return this.get(HartLayout.pc);
  }

  get pcHigh(): number {
    return this.get(HartLayout.pc + 4);
  }

  /** Bit 0 of a pc is always 0. */
  setPc(low: number, high: number): void {
    this.setPair(HartLayout.pc, low & ~1, high);
  }

  csrLow(slot: CsrSlot): number {
    return this.get(FIRST_CSR + slot * 8);
  }

  csrHigh(slot: CsrSlot): number {
    return this.get(FIRST_CSR + slot * 8 + 4);
  }

  setCsr(slot: CsrSlot, low: number, high: number): void {
    this.setPair(FIRST_CSR + slot * 8, low, high);
  }

  get status(): number {
    return this.csrLow(CsrSlot.mstatus);
  }

  set status(value: number) {
    this.set(FIRST_CSR + CsrSlot.mstatus * 8, value);
  }

  /** The high word of mstatus, as far as it holds anything: MPV and GVA. */
  get statusHigh(): number {
    return this.csrHigh(CsrSlot.mstatus);
  }

  set statusHigh(value: number) {
    this.set(FIRST_CSR + CsrSlot.mstatus * 8 + 4, value);
  }

  get hypervisorStatus(): number {
    return this.csrLow(CsrSlot.hstatus);
  }

  set hypervisorStatus(value: number) {
    this.set(FIRST_CSR + CsrSlot.hstatus * 8, value);
  }

  get virtualStatus(): number {
    return this.csrLow(CsrSlot.vsstatus);
  }

  set virtualStatus(value: number) {
    this.set(FIRST_CSR + CsrSlot.vsstatus * 8, value);
  }

  /** mip: wires, what software set, and what HS-mode injects. */
  get pending(): number {
    return this.lines | this.csrLow(CsrSlot.mip) | this.csrLow(CsrSlot.hvip);
  }

  get enabled(): number {
    return this.csrLow(CsrSlot.mie);
  }

  /** The words of x1 to x31, pc, f registers and all CSR slots, for hashes and snapshots. */
  saveWords(): Int32Array {
    return Int32Array.from(this.savedRanges().flatMap((range) => [...range]));
  }

  restoreWords(saved: Int32Array): void {
    let at = 0;
    for (const range of this.savedRanges()) {
      range.set(saved.subarray(at, at + range.length));
      at += range.length;
    }
  }

  private savedRanges(): readonly Int32Array[] {
    const range = (offset: number, values: number): Int32Array =>
      this.words.subarray(this.word + (offset >> 2), this.word + (offset >> 2) + values * 2);
    return [
      range(HartLayout.registers + 8, 31),
      range(HartLayout.pc, 1),
      range(HartLayout.floatRegisters, 32),
      range(FIRST_CSR, CSR_SLOTS),
    ];
  }
}

/** Above the high words of numbers that a JS number has exactly. */
const EXACT_HIGH = 2 ** 21;

/** A 64-bit value from its words, unsigned. */
export function fromWords(low: number, high: number): bigint {
  // One conversion is faster than two and a shift, and most values are small. (A BigUint64Array would be faster still, but the compiler of
  // V8 11 ends the process over what it loads.)
  if (high >= 0 && high < EXACT_HIGH) return BigInt(high * 2 ** 32 + (low >>> 0));
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
}

export function lowWord(value: bigint): number {
  return Number(BigInt.asIntN(32, value));
}

export function highWord(value: bigint): number {
  return Number(BigInt.asIntN(32, value >> 32n));
}
