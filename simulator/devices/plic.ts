import { Object as ObjectOf, type TSchema } from '@sinclair/typebox';
import { type Component, component, type StateOf, stateSchema } from '../schema/state/component';
import { flag, listOf, upTo } from '../schema/state/fields';
import type { AccessSize, InterruptLine, MmioDevice } from './device';

const PENDING = 0x1000;
const ENABLE = 0x2000;
const ENABLE_STRIDE = 0x80;
const CONTEXT = 0x200000;
const CONTEXT_STRIDE = 0x1000;
const HIGHEST_PRIORITY = 7;

const plicState = (sources: number, contexts: number) => {
  const perSource = <Item extends TSchema>(item: Item) => listOf(item, { exactly: sources + 1 });
  return stateSchema(
    'plic',
    1,
    {
      priority: perSource(upTo(HIGHEST_PRIORITY)),
      level: perSource(flag),
      pending: perSource(flag),
      /** Claimed and not yet completed: no further request is forwarded (section 1.2). */
      inService: perSource(flag),
      contexts: listOf(ObjectOf({ enabled: perSource(flag), threshold: upTo(HIGHEST_PRIORITY) }), {
        exactly: contexts,
      }),
    },
    ({ pending, level }) => {
      const source = pending.findIndex((isPending, index) => isPending && !level[index]);
      return source < 0 ? undefined : { path: ['pending', source], problem: 'must be false while the line is low' };
    },
  );
};

type State = StateOf<ReturnType<typeof plicState>>;
type Context = State['contexts'][number];

/**
 * The platform-level interrupt controller, laid out as the RISC-V PLIC specification 1.0.0 says.
 * Contexts are M and S of each hart in turn, as on QEMU's `virt`. Its gateways are QEMU's too (hw/intc/sifive_plic.c): a device that
 * asserts its line asks for service, also while it is being served; a line that merely stays high after completion asks for nothing.
 */
export class Plic implements MmioDevice {
  readonly name = 'plic';
  readonly size = 0x600000;
  readonly accessSizes = { smallest: 4, largest: 4 } as const;
  private readonly state: State;
  readonly component: Component;

  /** @param sources interrupt sources, numbered from 1; source 0 does not exist. */
  constructor(
    readonly base: number,
    readonly sources: number,
    private readonly lines: readonly InterruptLine[],
  ) {
    const perSource = <T>(value: T): T[] => new Array<T>(sources + 1).fill(value);
    this.state = {
      priority: perSource(0),
      level: perSource(false),
      pending: perSource(false),
      inService: perSource(false),
      contexts: lines.map(() => ({ enabled: perSource(false), threshold: 0 })),
    };
    this.component = component(plicState(sources, lines.length), this.state);
  }

  /** The line of one source, for the device that drives it. */
  source(number: number): InterruptLine {
    return {
      setLevel: (level) => {
        const wasPending = this.state.pending[number];
        this.state.level[number] = level;
        this.state.pending[number] = level;
        if (level !== wasPending) this.updateLines();
      },
    };
  }

  /** Whether a source's interrupt is let through to S-mode of a hart, when it comes. */
  reaches(source: number, hart: number): boolean {
    const context = this.state.contexts[2 * hart + 1];
    return context?.enabled[source] === true && (this.state.priority[source] ?? 0) > context.threshold;
  }

  /** Whether a source asks for service. */
  isPending(source: number): boolean {
    return this.state.pending[source] === true;
  }

  /** What software in S-mode of a hart does that lets a source through, here by who is in its place. */
  enable(source: number, hart: number): void {
    const context = this.supervisorOf(hart);
    this.state.priority[source] = HIGHEST_PRIORITY;
    context.enabled[source] = true;
    context.threshold = 0;
    this.updateLines();
  }

  disable(source: number, hart: number): void {
    this.supervisorOf(hart).enabled[source] = false;
    this.updateLines();
  }

  /** A read of the claim register of S-mode of a hart. @returns the source that is to be served; 0: none */
  claim(hart: number): number {
    return this.claimOf(this.supervisorOf(hart));
  }

  /** A write to that: a source has been served. */
  complete(source: number, hart: number): void {
    this.completeOf(this.supervisorOf(hart), source);
    this.updateLines();
  }

  read(offset: number): number | undefined {
    const register = this.contextRegister(offset);
    if (register?.register === 4) return this.claimOf(register.context);
    return this.peek(offset);
  }

  peek(offset: number): number | undefined {
    if (offset % 4 !== 0) return undefined;
    if (offset < PENDING) return this.state.priority[offset / 4] ?? 0;
    if (offset < ENABLE) return word(this.state.pending, (offset - PENDING) * 8);
    if (offset < CONTEXT) {
      const context = this.state.contexts[Math.floor((offset - ENABLE) / ENABLE_STRIDE)];
      return context ? word(context.enabled, ((offset - ENABLE) % ENABLE_STRIDE) * 8) : 0;
    }
    const register = this.contextRegister(offset);
    if (!register) return 0;
    if (register.register === 0) return register.context.threshold;
    return register.register === 4 ? this.best(register.context) : 0;
  }

  write(offset: number, _size: AccessSize, value: number): boolean {
    if (offset % 4 !== 0) return false;
    if (offset < PENDING) {
      const source = offset / 4;
      if (source >= 1 && source <= this.sources) this.state.priority[source] = value & HIGHEST_PRIORITY;
    } else if (offset >= ENABLE && offset < CONTEXT) {
      const context = this.state.contexts[Math.floor((offset - ENABLE) / ENABLE_STRIDE)];
      if (context) setWord(context.enabled, ((offset - ENABLE) % ENABLE_STRIDE) * 8, value);
    } else {
      const register = this.contextRegister(offset);
      if (register?.register === 0) register.context.threshold = value & HIGHEST_PRIORITY;
      if (register?.register === 4) this.completeOf(register.context, value);
    }
    this.updateLines();
    return true;
  }

  /** @throws RangeError where the board has no such hart */
  private supervisorOf(hart: number): Context {
    const context = this.state.contexts[2 * hart + 1];
    if (!context) throw new RangeError(`hart ${hart} is not of this board`);
    return context;
  }

  private contextRegister(offset: number): { context: Context; register: number } | undefined {
    if (offset < CONTEXT) return undefined;
    const context = this.state.contexts[Math.floor((offset - CONTEXT) / CONTEXT_STRIDE)];
    return context && { context, register: (offset - CONTEXT) % CONTEXT_STRIDE };
  }

  /** The pending, enabled source of the highest priority above the threshold; ties go to the lowest number; 0 is none. */
  private best(context: Context): number {
    let best = 0;
    let bestPriority = context.threshold;
    for (let source = 1; source <= this.sources; source++) {
      const priority = this.state.priority[source] ?? 0;
      if (priority <= bestPriority || !this.state.pending[source]) continue;
      if (!this.state.inService[source] && context.enabled[source]) {
        best = source;
        bestPriority = priority;
      }
    }
    return best;
  }

  private claimOf(context: Context): number {
    const source = this.best(context);
    if (source !== 0) {
      this.state.pending[source] = false;
      this.state.inService[source] = true;
      this.updateLines();
    }
    return source;
  }

  private completeOf(context: Context, source: number): void {
    // Section 9: a completion for a source that is not enabled for the context is ignored.
    if (source < 1 || source > this.sources || !context.enabled[source]) return;
    this.state.inService[source] = false;
  }

  private updateLines(): void {
    for (const [index, context] of this.state.contexts.entries()) this.lines[index]?.setLevel(this.best(context) !== 0);
  }
}

function word(bits: readonly boolean[], first: number): number {
  let value = 0;
  for (let bit = 0; bit < 32; bit++) if (bits[first + bit]) value |= 1 << bit;
  return value >>> 0;
}

function setWord(bits: boolean[], first: number, value: number): void {
  for (let bit = 0; bit < 32; bit++) {
    const source = first + bit;
    if (source >= 1 && source < bits.length) bits[source] = ((value >>> bit) & 1) !== 0;
  }
}
