/** A core with the least around it: RAM at 0x80000000, a UART that collects what is written, and the finisher. */
import { Core, type CorePlatform, type Hart, RunExit, type TranslationMode } from '../../simulator/core';
import type { HartOptions } from '../../simulator/core/hart/options';

export const RAM_BASE = 0x80000000;
const UART = 0x10000000;
const UART_END = UART + 0x100;
const FINISHER = 0x100000;
/** Taken, and without effect: there is no timer. */
const MTIMECMP = 0x2004000;

export class BareMachine implements CorePlatform {
  readLow = 0;
  readHigh = 0;
  output = '';
  finished = false;
  readonly core: Core;
  private clock = 0;
  private isRunning = false;

  constructor(ramSize = 1 << 24, harts = 1, translation: TranslationMode = true, options: Partial<HartOptions> = {}) {
    const ram = { base: RAM_BASE, size: ramSize };
    this.core = Core.create({ harts, ram, platform: this, translation, options });
    for (const hart of this.core.harts) hart.pc = BigInt(RAM_BASE);
  }

  get hart(): Hart {
    const [hart] = this.core.harts;
    if (!hart) throw new Error('no hart');
    return hart;
  }

  readPhysical(address: number): boolean {
    if (address < UART || address >= UART_END) return false;
    // The line status register: the transmitter is empty.
    this.readLow = address === UART + 5 ? 0x60 : 0;
    this.readHigh = 0;
    return true;
  }

  fetchPhysical(): undefined {}

  writePhysical(address: number, _size: number, low: number): boolean {
    if (address === FINISHER) {
      this.finished = true;
      this.core.requestExit();
      return true;
    }
    if (address === MTIMECMP) return true;
    if (address < UART || address >= UART_END) return false;
    if (address === UART) this.output += String.fromCharCode(low & 0xff);
    return true;
  }

  clockNow(): number {
    return this.clock + (this.isRunning ? this.hart.executedThisRun : 0);
  }

  /** Runs hart 0 until the guest stops the machine, in runs of `budget()` instructions. */
  runToEnd(limit: number, budget: () => number = () => limit): void {
    const start = this.hart.retired;
    while (!this.finished) {
      const left = limit - (this.hart.retired - start);
      if (left <= 0) throw new Error(`not finished after ${limit} instructions, pc 0x${this.hart.pc.toString(16)}`);
      const exit = this.run(Math.min(left, budget()));
      const goesOn = exit === RunExit.Budget || exit === RunExit.Requested || exit === RunExit.Pause;
      if (!goesOn) throw new Error(`left with ${exit} at pc 0x${this.hart.pc.toString(16)}`);
    }
  }

  run(budget: number): RunExit {
    this.isRunning = true;
    const exit = this.hart.run(budget);
    this.isRunning = false;
    this.clock += this.hart.executedThisRun;
    return exit;
  }
}
