import type { Privilege } from '../../mmu';
import type { CsrFile } from '../csr/file';
import { fromWords, type HartState, highWord, lowWord } from './hart-state';

/** The registers of a hart, or of whoever has none and keeps its registers in the same form. */
export abstract class Registers {
  abstract readonly state: HartState;
  abstract readonly csrs: CsrFile;

  /** Interrupts or translations may have changed: a running hart looks again at the next instruction boundary. */
  protected abstract recheck(): void;

  x(index: number): bigint {
    return fromWords(this.xLow(index), this.xHigh(index));
  }

  setX(index: number, value: bigint): void {
    this.state.setRegister(index, lowWord(value), highWord(value));
  }

  xLow(index: number): number {
    return this.state.registerLow(index);
  }

  xHigh(index: number): number {
    return this.state.registerHigh(index);
  }

  setXWords(index: number, low: number, high: number): void {
    this.state.setRegister(index, low, high);
  }

  get pc(): bigint {
    return fromWords(this.state.pcLow, this.state.pcHigh);
  }

  set pc(value: bigint) {
    this.state.setPc(lowWord(value), highWord(value));
  }

  get pcLow(): number {
    return this.state.pcLow;
  }

  get pcHigh(): number {
    return this.state.pcHigh;
  }

  setPcWords(low: number, high: number): void {
    this.state.setPc(low, high);
  }

  get privilege(): Privilege {
    return this.state.privilege;
  }

  /** V of the H extension: whether the mode is VS or VU. */
  get virtual(): boolean {
    return this.state.virtual;
  }

  // CSRs as the hardware's state, by the numbers that M- and HS-mode use (vsatp is 0x280 also while V = 1): no permission is asked,
  // values are legalised, nothing traps. A CSR that is not there reads as 0.

  csr(number: number): bigint {
    this.readCsr(number);
    return fromWords(this.csrs.low, this.csrs.high);
  }

  setCsr(number: number, value: bigint): void {
    this.setCsrWords(number, lowWord(value), highWord(value));
  }

  csrLow(number: number): number {
    this.readCsr(number);
    return this.csrs.low;
  }

  csrHigh(number: number): number {
    this.readCsr(number);
    return this.csrs.high;
  }

  setCsrWords(number: number, low: number, high: number): void {
    this.csrs.find(number)?.write?.(this.csrs, low, high);
    this.recheck();
  }

  private readCsr(number: number): void {
    this.csrs.set(0, 0);
    this.csrs.find(number)?.read(this.csrs);
  }
}
