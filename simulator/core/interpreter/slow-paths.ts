import type { FloatInstructions } from '../float/float-instructions';
import { prepareFloat } from '../float/float-state';
import type { ExecutingHart } from '../hart/executing-hart';
import type { SystemInstructions } from '../hart/system-instructions';
import type { InstructionFetch } from '../memory/instruction-fetch';
import type { AccessSize, MemoryAccess, SharedMemory } from '../memory/memory-access';
import {
  detailOf,
  lengthOf,
  loadWidths,
  operationOf,
  SlowOperation,
  sizeOf,
  storeWidths,
  systemOperations,
} from './slow-operation';

/** Sign extension of what was loaded, by width. */
const signBits: Readonly<Record<string, number>> = { b: 8, h: 16, w: 32 };

/**
 * What the interpreter does not do itself, for one hart: it comes with pc and budget in the hart's block (the current instruction counted)
 * and goes on at the pc and with the budget that it finds there afterwards.
 */
export class SlowPaths {
  constructor(
    private readonly hart: ExecutingHart,
    private readonly shared: SharedMemory,
    private readonly memory: MemoryAccess,
    private readonly fetching: InstructionFetch,
    private readonly system: SystemInstructions,
    private readonly float: FloatInstructions,
  ) {}

  run(request: number, entry: number, low: number, high: number, valueLow: number, valueHigh: number): void {
    const { hart, memory, shared } = this;
    switch (operationOf(request)) {
      case SlowOperation.fetch:
        hart.trapFetch(this.fetching.enterPage());
        break;
      case SlowOperation.decode:
        shared.decoded.decodeEntry(entry);
        break;
      case SlowOperation.crossing:
        hart.trapFetch(this.fetching.fetchCrossing());
        break;
      case SlowOperation.breakpoint:
        this.breakpoint(entry);
        break;
      case SlowOperation.hot:
        hart.translate(entry);
        break;
      case SlowOperation.load: {
        const width = loadWidths[detailOf(request)] ?? 'd';
        if (memory.load(low, high, sizeOf[width])) this.finishLoad(entry, width, lengthOf(request));
        break;
      }
      case SlowOperation.store: {
        const size = this.storeSize(request);
        if (memory.store(low, high, size, valueLow, valueHigh)) hart.advance(lengthOf(request));
        break;
      }
      case SlowOperation.atomic:
        if (memory.prepareAtomic(low, high, this.storeSize(request))) hart.tryAgain();
        break;
      case SlowOperation.loadReserved: {
        const width = loadWidths[detailOf(request)] ?? 'd';
        if (memory.loadReserved(low, high, sizeOf[width])) this.finishLoad(entry, width, lengthOf(request));
        break;
      }
      case SlowOperation.storeConditional: {
        const size = this.storeSize(request);
        const failed = memory.storeConditional(low, high, size, valueLow, valueHigh);
        if (failed === undefined) break;
        hart.state.setRegister(shared.decoded.rdOf(entry), failed ? 1 : 0, 0);
        hart.advance(lengthOf(request));
        break;
      }
      case SlowOperation.system: {
        const operation = systemOperations[detailOf(request)];
        if (operation) this.system.execute(operation, shared.decoded.immediateOf(entry));
        break;
      }
      case SlowOperation.prepareFloat:
        if (prepareFloat(hart.state)) hart.tryAgain();
        else hart.raiseIllegal(shared.decoded.wordOf(entry));
        break;
      case SlowOperation.float:
        this.float.execute(shared.decoded.immediateOf(entry));
        break;
    }
  }

  private storeSize(request: number): AccessSize {
    return sizeOf[storeWidths[detailOf(request)] ?? 'd'];
  }

  private finishLoad(entry: number, width: string, length: 2 | 4): void {
    const { memory, hart, shared } = this;
    const bits = signBits[width];
    let { low, high } = memory;
    if (width === 'boxed') high = -1;
    if (bits !== undefined) {
      low = (low << (32 - bits)) >> (32 - bits);
      high = low >> 31;
    }
    hart.state.setRegister(shared.decoded.rdOf(entry), low, high);
    hart.advance(length);
  }

  /** Stops, or has the instruction executed this once. */
  private breakpoint(entry: number): void {
    const { hart, shared } = this;
    if (shared.hasBreakpoint(entry, hart.pcLow, hart.pcHigh) && hart.stopsAtBreakpoint()) return;
    hart.once(
      () => shared.decoded.decodeUnmarked(entry),
      () => shared.decoded.forget(entry),
      false,
    );
  }
}
