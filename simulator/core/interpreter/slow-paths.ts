import { type WidthFacts, widths } from '../../isa';
import type { FloatInstructions } from '../float/float-instructions';
import { prepareFloat } from '../float/float-state';
import type { ExecutingHart } from '../hart/executing-hart';
import { extended } from '../hart/memory-instruction';
import type { SystemInstructions } from '../hart/system-instructions';
import type { InstructionFetch } from '../memory/instruction-fetch';
import type { MemoryAccess, SharedMemory } from '../memory/memory-access';
import { detailOf, lengthOf, operationOf, SlowOperation, systemCodes, widthCodes } from './slow-operation';

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
        const facts = widthOf(request);
        if (memory.load(low, high, facts.size)) this.finishLoad(entry, facts, lengthOf(request));
        break;
      }
      case SlowOperation.store: {
        const { size } = widthOf(request);
        if (memory.store(low, high, size, valueLow, valueHigh)) hart.advance(lengthOf(request));
        break;
      }
      case SlowOperation.atomic:
        if (memory.prepareAtomic(low, high, widthOf(request).size)) hart.tryAgain();
        break;
      case SlowOperation.loadReserved: {
        const facts = widthOf(request);
        if (memory.loadReserved(low, high, facts.size)) this.finishLoad(entry, facts, lengthOf(request));
        break;
      }
      case SlowOperation.storeConditional: {
        const { size } = widthOf(request);
        const failed = memory.storeConditional(low, high, size, valueLow, valueHigh);
        if (failed === undefined) break;
        hart.state.setRegister(shared.decoded.rdOf(entry), failed ? 1 : 0, 0);
        hart.advance(lengthOf(request));
        break;
      }
      case SlowOperation.system:
        this.system.execute(systemCodes.nameOf(detailOf(request)), shared.decoded.immediateOf(entry));
        break;
      case SlowOperation.prepareFloat:
        if (prepareFloat(hart.state)) hart.tryAgain();
        else hart.raiseIllegal(shared.decoded.wordOf(entry));
        break;
      case SlowOperation.float:
        this.float.execute(shared.decoded.immediateOf(entry));
        break;
    }
  }

  private finishLoad(entry: number, facts: WidthFacts, length: 2 | 4): void {
    const { memory, hart, shared } = this;
    const { low, high } = extended(memory.low, memory.high, facts);
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

const widthOf = (request: number): WidthFacts => widths[widthCodes.nameOf(detailOf(request))];
