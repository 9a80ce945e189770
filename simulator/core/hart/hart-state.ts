import { Csr, fieldShift, highMask, lowMask } from '../../isa';
import { Privilege } from '../../mmu';
import { HartLayout } from '../layout';
import { CSR_SLOTS, CsrSlot } from './csr-slots';
import type { SavedRegisters } from './saved-registers';

export { CSR_SLOTS, CsrSlot };

const FIRST_CSR = HartLayout.csrs;

/** Bits of the low word of mstatus, sstatus and vsstatus. */
export const Status = {
  SIE: lowMask(Csr.mstatus, 'SIE'),
  MIE: lowMask(Csr.mstatus, 'MIE'),
  SPIE: lowMask(Csr.mstatus, 'SPIE'),
  MPIE: lowMask(Csr.mstatus, 'MPIE'),
  SPP: lowMask(Csr.mstatus, 'SPP'),
  MPP: lowMask(Csr.mstatus, 'MPP'),
  MPP_SHIFT: fieldShift(Csr.mstatus, 'MPP'),
  FS: lowMask(Csr.mstatus, 'FS'),
  MPRV: lowMask(Csr.mstatus, 'MPRV'),
  SUM: lowMask(Csr.mstatus, 'SUM'),
  MXR: lowMask(Csr.mstatus, 'MXR'),
  TVM: lowMask(Csr.mstatus, 'TVM'),
  TW: lowMask(Csr.mstatus, 'TW'),
  TSR: lowMask(Csr.mstatus, 'TSR'),
} as const;

/** Bits of the high word of mstatus that the H extension adds. */
export const StatusHigh = { GVA: highMask(Csr.mstatus, 'GVA'), MPV: highMask(Csr.mstatus, 'MPV') } as const;

/** Bits of the low word of hstatus. */
export const HypervisorStatus = {
  GVA: lowMask(Csr.hstatus, 'GVA'),
  SPV: lowMask(Csr.hstatus, 'SPV'),
  SPVP: lowMask(Csr.hstatus, 'SPVP'),
  HU: lowMask(Csr.hstatus, 'HU'),
  VGEIN: lowMask(Csr.hstatus, 'VGEIN'),
  VGEIN_SHIFT: fieldShift(Csr.hstatus, 'VGEIN'),
  VTVM: lowMask(Csr.hstatus, 'VTVM'),
  VTW: lowMask(Csr.hstatus, 'VTW'),
  VTSR: lowMask(Csr.hstatus, 'VTSR'),
} as const;

/** Bits of menvcfg, senvcfg and henvcfg: in the low word, and of menvcfg and henvcfg in the high word. */
export const Environment = {
  FIOM: lowMask(Csr.menvcfg, 'FIOM'),
  CBIE: lowMask(Csr.menvcfg, 'CBIE'),
  CBIE_SHIFT: fieldShift(Csr.menvcfg, 'CBIE'),
  CBCFE: lowMask(Csr.menvcfg, 'CBCFE'),
  CBZE: lowMask(Csr.menvcfg, 'CBZE'),
} as const;
export const EnvironmentHigh = {
  ADUE: highMask(Csr.menvcfg, 'ADUE'),
  PBMTE: highMask(Csr.menvcfg, 'PBMTE'),
  STCE: highMask(Csr.menvcfg, 'STCE'),
} as const;

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

  /** The registers of somebody who is no hart, in memory of their own. */
  static apart(): HartState {
    return new HartState(new Int32Array((FIRST_CSR >> 2) + CSR_SLOTS * 2), 0);
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

  /** What of the block is state, where it lies: values of a low and a high word, x1 to x31, the CSRs by `CsrSlot`. */
  get saved(): SavedRegisters {
    const values = (offset: number, many: number): Int32Array =>
      this.words.subarray(this.word + (offset >> 2), this.word + (offset >> 2) + many * 2);
    return {
      x: values(HartLayout.registers + 8, 31),
      pc: values(HartLayout.pc, 1),
      f: values(HartLayout.floatRegisters, 32),
      csrs: values(FIRST_CSR, CSR_SLOTS),
    };
  }

  /** Others take their place. */
  takeUp(registers: SavedRegisters): void {
    const { x, pc, f, csrs } = this.saved;
    x.set(registers.x);
    pc.set(registers.pc);
    f.set(registers.f);
    csrs.set(registers.csrs);
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

/** The same as a number, which need not be exact from 2^53 up. */
export const numberOf = (low: number, high: number): number => (high >>> 0) * 2 ** 32 + (low >>> 0);

export function lowWord(value: bigint): number {
  return Number(BigInt.asIntN(32, value));
}

export function highWord(value: bigint): number {
  return Number(BigInt.asIntN(32, value >> 32n));
}
