import { DecodedCode } from './decoded-code';
import { RunExit } from './exits';
import { Hart, type Interpreter } from './hart';
import { highWord, lowWord } from './hart-state';
import { buildInterpreter } from './interpreter';
import { type MemoryLayout, memoryLayout } from './layout';
import type { SharedMemory } from './memory-access';
import { defaultHartOptions, type HartOptions } from './options';
import type { CorePlatform, WatchRange } from './platform';
import { PhysicalMemory } from './ram';
import type { SlowFunction } from './slow-operation';
import { Watchpoints } from './watch';

export interface CoreConfiguration {
  readonly harts: number;
  /** Machine addresses; both multiples of 4096. */
  readonly ram: { readonly base: number; readonly size: number };
  readonly platform: CorePlatform;
  /** What the harts do where the manual leaves it to them; `defaultHartOptions` where absent. */
  readonly options?: Partial<HartOptions>;
}

let compiledInterpreter: WebAssembly.Module | undefined;

/** The interpreter's code is the same for all machines: compiled once. */
function interpreterModule(): WebAssembly.Module {
  compiledInterpreter ??= new WebAssembly.Module(buildInterpreter());
  return compiledInterpreter;
}

/** The harts and RAM of a machine, in one WebAssembly memory. */
export class Core implements SharedMemory {
  readonly ram: PhysicalMemory;
  readonly harts: readonly Hart[];
  readonly decoded: DecodedCode;
  readonly watchpoints = new Watchpoints();
  readonly platform: CorePlatform;
  readonly options: HartOptions;
  private readonly layout: MemoryLayout;
  /** The hart that runs, or ran last. */
  private current: Hart;
  private physicalBreakpoints: ReadonlySet<number> = new Set();
  /** Parcels with virtual breakpoints by page: 'low:high' of the page's address. */
  private virtualBreakpoints = new Map<string, number[]>();

  static create(configuration: CoreConfiguration): Core {
    return new Core(configuration);
  }

  private constructor({ harts, ram, platform, options }: CoreConfiguration) {
    this.platform = platform;
    this.options = { ...defaultHartOptions, ...options };
    this.layout = memoryLayout(harts, ram.size);
    const { wasmPages } = this.layout;
    const memory = new WebAssembly.Memory({ initial: wasmPages, maximum: wasmPages });
    const words = new Int32Array(memory.buffer);
    this.decoded = new DecodedCode(
      memory,
      this.layout,
      () => this.codeEmptied(),
      (ramPage) => this.becameCode(ramPage),
    );
    this.ram = new PhysicalMemory(ram.base, memory, this.layout, (address, length) =>
      this.storedToCode(address - ram.base, length),
    );
    const slow: SlowFunction = (request, entry, low, high, valueLow, valueHigh) => {
      this.current.slow(request, entry, low, high, valueLow, valueHigh);
    };
    const instance = new WebAssembly.Instance(interpreterModule(), { env: { memory, slow } });
    const interpreter = instance.exports['run'] as Interpreter;
    const enter = (hart: Hart): void => {
      this.current = hart;
    };
    this.harts = Array.from(
      { length: harts },
      (_, id) => new Hart(id, words, this.layout.hartBase(id), this, interpreter, enter),
    );
    const first = this.harts[0];
    if (!first) throw new RangeError('a machine has at least one hart');
    this.current = first;
  }

  /**
   * Breakpoints stop before the instruction. Other code pays nothing.
   * @param physical machine addresses
   * @param virtual virtual addresses, whatever is mapped there
   */
  setBreakpoints(physical: ReadonlySet<number>, virtual: ReadonlySet<bigint>): void {
    this.physicalBreakpoints = new Set(physical);
    this.virtualBreakpoints = new Map();
    for (const address of virtual) {
      const key = pageKey(lowWord(address), highWord(address));
      const offsets = this.virtualBreakpoints.get(key) ?? [];
      offsets.push(Number(address & 0xffen));
      this.virtualBreakpoints.set(key, offsets);
    }
    this.decoded.unmarkAll();
    for (const address of physical) {
      if (this.ram.contains(address)) this.decoded.mark((address - this.ram.base) & ~1);
    }
    this.dropFastPath();
  }

  /** Watched accesses end the run at the instruction boundary that follows them. */
  setWatchpoints(ranges: readonly WatchRange[]): void {
    this.watchpoints.set(ranges);
    this.dropFastPath();
  }

  /** May be called at any time: nothing that a guest can see changes. */
  dropFastPath(): void {
    for (const hart of this.harts) hart.dropFastPath();
  }

  /** Ends the current run at the next instruction boundary: interrupt lines or deadlines have changed. */
  requestExit(): void {
    this.current.leave(RunExit.Requested);
  }

  clearReservations(): void {
    for (const hart of this.harts) hart.clearReservation();
  }

  // SharedMemory.

  storedToCode(ramOffset: number, length: number): void {
    this.decoded.invalidate(ramOffset, length);
    const last = (ramOffset + length - 1) >>> 12;
    for (let page = ramOffset >>> 12; page <= last; page++) {
      if (!this.decoded.isCode(page)) continue;
      for (const hart of this.harts) hart.dropCrossing();
      return;
    }
  }

  markVirtualBreakpoints(low: number, high: number, ramPage: number): void {
    if (this.virtualBreakpoints.size === 0) return;
    for (const offset of this.virtualBreakpoints.get(pageKey(low, high)) ?? []) {
      this.decoded.mark(ramPage * 4096 + offset);
    }
  }

  hasBreakpoint(entry: number, pcLow: number, pcHigh: number): boolean {
    if (this.physicalBreakpoints.has(this.ram.base + this.decoded.ramOffsetOf(entry))) return true;
    return this.virtualBreakpoints.get(pageKey(pcLow, pcHigh))?.includes(pcLow & 0xffe) ?? false;
  }

  private codeEmptied(): void {
    for (const hart of this.harts) hart.dropCode();
  }

  /** From now on stores to the page have to be seen. */
  private becameCode(ramPage: number): void {
    const memoryOffset = this.layout.ramOffset + ramPage * 4096;
    for (const hart of this.harts) hart.dropWrites(memoryOffset);
  }
}

function pageKey(low: number, high: number): string {
  return `${low & ~0xfff}:${high}`;
}
