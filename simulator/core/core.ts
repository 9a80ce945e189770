import { FRAME } from '../mmu/address';
import { RunExit } from './hart/exits';
import { Hart, type HartEngine, type Interpreter } from './hart/hart';
import { highWord, lowWord } from './hart/hart-state';
import { defaultHartOptions, type HartOptions } from './hart/options';
import { Reservations } from './hart/reservations';
import { DecodedCode } from './interpreter/decoded-code';
import { buildInterpreter } from './interpreter/interpreter';
import type { SlowFunction } from './interpreter/slow-operation';
import { Translator } from './jit/translator';
import { type MemoryLayout, memoryLayout, TranslationLayout } from './layout';
import type { SharedMemory } from './memory/memory-access';
import type { CorePlatform, WatchRange } from './memory/platform';
import { PhysicalMemory } from './memory/ram';
import { Watchpoints } from './memory/watch';

export interface CoreConfiguration {
  readonly harts: number;
  /** Machine addresses; both multiples of `FRAME`. */
  readonly ram: { readonly base: number; readonly size: number };
  readonly platform: CorePlatform;
  /** What the harts do where the manual leaves it to them; `defaultHartOptions` where absent. */
  readonly options?: Partial<HartOptions>;
  /** Whether code that runs often is translated; true where absent. Nothing that a guest can see depends on it. */
  readonly translation?: TranslationMode;
}

/** Jumps to a place that make it hot. */
const HOT = 1024;

/** What is translated: nothing, what runs often, or all that is jumped to, as tests want it. */
export type TranslationMode = boolean | 'eager';

const hotEvery = (translation: TranslationMode): number | undefined =>
  translation === 'eager' ? 1 : translation ? HOT : undefined;

/** The interpreter's code is the same for all machines: compiled once for each way to translate. */
const compiledInterpreters = new Map<TranslationMode, WebAssembly.Module>();

function interpreterModule(translation: TranslationMode): WebAssembly.Module {
  const compiled =
    compiledInterpreters.get(translation) ?? new WebAssembly.Module(buildInterpreter(hotEvery(translation)));
  compiledInterpreters.set(translation, compiled);
  return compiled;
}

/** The harts and RAM of a machine, in one WebAssembly memory. */
export class Core implements SharedMemory, HartEngine {
  readonly ram: PhysicalMemory;
  readonly harts: readonly Hart[];
  readonly decoded: DecodedCode;
  readonly watchpoints = new Watchpoints();
  private alwaysWatched: readonly WatchRange[] = [];
  readonly reservations: Reservations;
  readonly platform: CorePlatform;
  readonly options: HartOptions;
  readonly translator: Translator;
  interpreter: Interpreter;
  private readonly layout: MemoryLayout;
  private readonly imports: WebAssembly.Imports;
  private translated: TranslationMode;
  /** The hart that runs, or ran last. */
  private current: Hart;
  private physicalBreakpoints: ReadonlySet<number> = new Set();
  /** Parcels with virtual breakpoints by page: 'low:high' of the page's address. */
  private virtualBreakpoints = new Map<string, number[]>();

  static create(configuration: CoreConfiguration): Core {
    return new Core(configuration);
  }

  private constructor({ harts, ram, platform, options, translation = true }: CoreConfiguration) {
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
      (ramOffset, length, isWritten) => this.translator.invalidate(ramOffset, length, isWritten),
    );
    this.ram = new PhysicalMemory(ram.base, memory, this.layout, (address, length) => {
      this.storedToCode(address - ram.base, length);
      this.reservations.written(this.ram.memoryOffset(address), length);
    });
    const slow: SlowFunction = (request, entry, low, high, valueLow, valueHigh) => {
      this.current.slow(request, entry, low, high, valueLow, valueHigh);
    };
    const table = new WebAssembly.Table({ initial: TranslationLayout.regions, element: 'anyfunc' });
    this.translator = new Translator(memory, table, this.ram, this.decoded);
    this.imports = { env: { memory, slow, table } };
    this.translated = translation;
    this.interpreter = this.makeInterpreter();
    this.harts = Array.from({ length: harts }, (_, id) => new Hart(id, words, this.layout.hartBase(id), this, this));
    const first = this.harts[0];
    if (!first) throw new RangeError('a machine has at least one hart');
    this.current = first;
    this.reservations = new Reservations(this.harts);
  }

  /** What is translated. May be changed between runs. */
  get translation(): TranslationMode {
    return this.translated;
  }

  set translation(translation: TranslationMode) {
    if (translation === this.translated) return;
    this.translator.dropAll();
    this.translated = translation;
    this.interpreter = this.makeInterpreter();
  }

  private makeInterpreter(): Interpreter {
    this.translator.isEager = this.translated === 'eager';
    const instance = new WebAssembly.Instance(interpreterModule(this.translated), this.imports);
    return instance.exports['run'] as Interpreter;
  }

  // HartEngine.

  entered(hart: Hart): void {
    this.current = hart;
  }

  executed(hart: Hart, instructions: number): void {
    this.translator.executed(instructions);
    if (this.harts.length > 1) this.reservations.hartStopped(hart);
  }

  hot(hart: Hart, entry: number): void {
    this.translator.hot(hart.state, entry);
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

  /** What the machine itself watches, whatever its caller does. */
  watchAlways(ranges: readonly WatchRange[]): void {
    this.alwaysWatched = ranges;
    this.setWatchpoints([]);
  }

  /** Watched accesses end the run at the instruction boundary that follows them. */
  setWatchpoints(ranges: readonly WatchRange[]): void {
    this.watchpoints.set([...this.alwaysWatched, ...ranges]);
    this.dropFastPath();
  }

  /** May be called at any time: nothing that a guest can see changes. */
  dropFastPath(): void {
    for (const hart of this.harts) hart.dropFastPath();
  }

  /** From here on `ram.dirtyPages()` are those that are written after this. */
  cleanMemory(): void {
    this.ram.clean();
    for (const hart of this.harts) hart.dropAllWrites();
  }

  /** Ends the current run at the next instruction boundary: interrupt lines or deadlines have changed. */
  requestExit(): void {
    this.current.leave(RunExit.Requested);
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
      this.decoded.mark(ramPage * FRAME + offset);
    }
  }

  hasBreakpoint(entry: number, pcLow: number, pcHigh: number): boolean {
    if (this.physicalBreakpoints.has(this.ram.base + this.decoded.ramOffsetOf(entry))) return true;
    return this.virtualBreakpoints.get(pageKey(pcLow, pcHigh))?.includes(pcLow & 0xffe) ?? false;
  }

  private codeEmptied(): void {
    this.translator.dropAll();
    for (const hart of this.harts) hart.dropCode();
  }

  /** From now on stores to the page have to be seen. */
  private becameCode(ramPage: number): void {
    const memoryOffset = this.layout.ramOffset + ramPage * FRAME;
    for (const hart of this.harts) hart.dropWrites(memoryOffset);
  }
}

function pageKey(low: number, high: number): string {
  return `${low & ~0xfff}:${high}`;
}
