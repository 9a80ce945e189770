import { Privilege } from '../mmu';
import { HartLayout } from './layout';

/** CSRs that hold state of their own, by their place in the hart's block. Views (sstatus, sie, sip) have none. */
export const CsrSlot = {
  mstatus: 0,
  medeleg: 1,
  mideleg: 2,
  mie: 3,
  /** What software set: SSIP, STIP, SEIP. Wires are apart (`HartState.lines`). */
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
  // 20 to 39: those of VS-mode and of HS-mode; 40 to 43: fcsr and its like.
} as const;
export type CsrSlot = (typeof CsrSlot)[keyof typeof CsrSlot];

const CSR_SLOTS = 44;
const FIRST_CSR = 0x300;

/** Bits of mstatus, all in its low word. */
export const Status = {
  SIE: 1 << 1,
  MIE: 1 << 3,
  SPIE: 1 << 5,
  MPIE: 1 << 7,
  SPP: 1 << 8,
  MPP: 3 << 11,
  MPP_SHIFT: 11,
  MPRV: 1 << 17,
  SUM: 1 << 18,
  MXR: 1 << 19,
  TVM: 1 << 20,
  TW: 1 << 21,
  TSR: 1 << 22,
} as const;

/**
 * The registers of a hart, in its block of the core's memory, as 32-bit words: 64-bit values are a low and a high word, so that no
 * BigInt is made where it is hot.
 */
export class HartState {
  privilege: Privilege = Privilege.machine;
  /** V: whether the mode is virtualized; always false without H. */
  virtual = false;
  /** Levels of the interrupt wires (MSIP, MTIP, MEIP, SEIP) by bit of mip. */
  lines = 0;
  /** What mcycle and minstret differ from the clock and the instructions retired, when software has written them. */
  cycleOffset = 0n;
  instretOffset = 0n;
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

  /** mip: wires and what software set. */
  get pending(): number {
    return this.lines | this.csrLow(CsrSlot.mip);
  }

  get enabled(): number {
    return this.csrLow(CsrSlot.mie);
  }

  /** The words of x1 to x31, pc and all CSR slots, for hashes and snapshots. */
  saveWords(): Int32Array {
    const registers = this.words.subarray(this.word + 2, this.word + 2 + 31 * 2);
    const pc = this.words.subarray(this.word + (HartLayout.pc >> 2), this.word + (HartLayout.pc >> 2) + 2);
    const csrs = this.words.subarray(this.word + (FIRST_CSR >> 2), this.word + (FIRST_CSR >> 2) + CSR_SLOTS * 2);
    return Int32Array.from([...registers, ...pc, ...csrs]);
  }

  restoreWords(saved: Int32Array): void {
    this.words.set(saved.subarray(0, 62), this.word + 2);
    this.words.set(saved.subarray(62, 64), this.word + (HartLayout.pc >> 2));
    this.words.set(saved.subarray(64, 64 + CSR_SLOTS * 2), this.word + (FIRST_CSR >> 2));
  }
}

/** A 64-bit value from its words, unsigned. */
export function fromWords(low: number, high: number): bigint {
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
}

export function lowWord(value: bigint): number {
  return Number(BigInt.asIntN(32, value));
}

export function highWord(value: bigint): number {
  return Number(BigInt.asIntN(32, value >> 32n));
}
