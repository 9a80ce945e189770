/** Guests for benchmarks: compiled by gcc, and run on the bare core. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Core, type CorePlatform, type Hart, type TranslationMode } from '../simulator/core';

const SOURCES = 'bench/guests';
const RAM_BASE = 0x80000000;
const UART = 0x10000000;
const FINISHER = 0x100000;
/** Instructions in one run of a hart, as in the machine. */
const TURN = 10_000;

const compilerOptions = [
  ...['-O2', '-mcmodel=medany', '-ffreestanding', '-fno-pie', '-no-pie', '-fno-tree-loop-distribute-patterns'],
  ...['-nostdlib', '-static', '-Wl,--build-id=none', '-T', `${SOURCES}/link.ld`],
];

export function tool(name: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(name, args, { encoding: 'latin1' });
  if (error) throw error;
  if (status !== 0) throw new Error(`${name} failed:\n${stderr}`);
  return stdout;
}

/**
 * Compiles a guest of `bench/guests`, or another source.
 * @returns the file of its memory image
 */
export function compileGuest(folder: string, source: string, rounds: number, isa = 'rv64gc'): string {
  const elf = join(folder, `guest-${rounds}`);
  const image = `${elf}.bin`;
  const abi = isa === 'rv64gc' ? 'lp64d' : 'lp64';
  const file = source.includes('/') ? source : `${SOURCES}/${source}.c`;
  const sources = [...['start.S', 'memory.c'].map((name) => join(SOURCES, name)), file];
  const target = [`-march=${isa}`, `-mabi=${abi}`, `-DROUNDS=${rounds}`, `-I${SOURCES}`];
  tool('riscv64-linux-gnu-gcc', [...compilerOptions, ...target, ...sources, '-o', elf]);
  tool('riscv64-linux-gnu-objcopy', ['-O', 'binary', elf, image]);
  return image;
}

export interface GuestOptions {
  readonly translation: TranslationMode;
  readonly memory?: number;
  readonly harts?: number;
}

/** A core with a UART and the finisher; harts take turns. */
export class BenchmarkMachine implements CorePlatform {
  readLow = 0;
  readHigh = 0;
  output = '';
  isFinished = false;
  readonly core: Core;

  constructor(image: string, { translation, memory = 1 << 26, harts = 1 }: GuestOptions) {
    this.core = Core.create({ harts, ram: { base: RAM_BASE, size: memory }, platform: this, translation });
    this.core.ram.write(RAM_BASE, new Uint8Array(readFileSync(image)));
    for (const hart of this.core.harts) hart.pc = BigInt(RAM_BASE);
  }

  readPhysical(): boolean {
    return false;
  }

  fetchPhysical(): undefined {}

  writePhysical(address: number, _size: number, low: number): boolean {
    if (address === UART) this.output += String.fromCharCode(low & 0xff);
    if (address === FINISHER) {
      this.isFinished = true;
      this.core.requestExit();
    }
    return address === UART || address === FINISHER;
  }

  clockNow(): number {
    return this.retired;
  }

  get retired(): number {
    return this.core.harts.reduce((sum, { retired }) => sum + retired, 0);
  }

  get harts(): readonly Hart[] {
    return this.core.harts;
  }

  /** Runs on until `instructions` more have retired, or the guest stops. @returns instructions and CPU seconds of the process */
  run(instructions = Number.POSITIVE_INFINITY): { readonly instructions: number; readonly cpuSeconds: number } {
    const start = this.retired;
    const before = process.cpuUsage();
    let left = instructions;
    while (!this.isFinished && left > 0) {
      for (const hart of this.harts) {
        if (this.isFinished) break;
        hart.run(TURN);
        left -= hart.executedThisRun;
      }
    }
    const { user, system } = process.cpuUsage(before);
    return { instructions: this.retired - start, cpuSeconds: (user + system) / 1e6 };
  }
}

export const mips = ({ instructions, cpuSeconds }: { instructions: number; cpuSeconds: number }): number =>
  instructions / cpuSeconds / 1e6;
export const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
export const geometricMean = (values: readonly number[]): number =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);

export function printRow(columns: readonly (string | number)[]): void {
  console.log(columns.map((column, i) => (i === 0 ? String(column).padEnd(10) : String(column).padStart(12))).join(''));
}
