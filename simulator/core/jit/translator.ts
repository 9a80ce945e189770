/**
 * Turns code that runs often into WebAssembly functions. What it decides, and when, changes nothing that a guest can see: a region
 * retires the same instructions as the interpreter, leaves all that is not plain computation to it, and never runs beyond its budget.
 */

import { FRAME } from '../../mmu/address';
import type { HartState } from '../hart/hart-state';
import type { DecodedCode } from '../interpreter/decoded-code';
import { HartLayout, TranslationLayout } from '../layout';
import type { PhysicalMemory } from '../memory/ram';
import { BackOff } from './back-off';
import { compileBatch, type RegionToCompile } from './batch';
import { CodeSource } from './code-source';
import { discoverRegion, type RegionLimits, sizeOfRegion } from './discovery';
import { type LiveRegion, LiveRegions } from './live-regions';
import type { Region } from './region';
import { LONGEST_BLOCK, OFFSET_LIMIT } from './region-execution';
import { type Structure, structureRegion } from './structure';

/** Requests that are gathered before they are compiled together. */
const BATCH = 16;
/**
 * Translating an instruction costs as much as interpreting some ten thousand. So that a program with much code that is not very hot does not
 * spend its time on it, instructions are translated on credit: some at first, then one for each `COST` that are executed. What has to
 * wait asks again, the hotter the sooner.
 */
const FIRST_CREDIT = 5000;
const COST = 30_000;
const MOST_CREDIT = 10_000;
/** How often a region is made anew because control has come to it, or from it, at a place that was no entry. */
const MOST_EXTENSIONS = 12;

/** Instructions after which jumps are counted anew. */
const COUNTING_TIME = 1 << 27;

const limits: RegionLimits = {
  instructions: 400,
  blocks: 120,
  entries: TranslationLayout.recordsPerRegion,
  blockLength: LONGEST_BLOCK,
};

/** A place that runs often. */
interface Request {
  readonly low: number;
  readonly high: number;
  readonly context: number;
  readonly ramOffset: number;
  readonly entry: number;
  /** The region that had to be left for it. */
  readonly from: LiveRegion | undefined;
}

/** A region about to be compiled. */
interface Plan {
  readonly region: Region;
  readonly structure: Structure;
  readonly origin: { readonly low: number; readonly high: number };
  /** The region in whose place it comes. */
  readonly replaced: LiveRegion | undefined;
}

export interface TranslatorStatistics {
  /** Regions in use. */
  readonly regions: number;
  /** Ever made. */
  readonly made: number;
  readonly instructions: number;
  readonly modules: number;
  readonly dropped: number;
}

export class Translator {
  /** Requests do not wait for others. */
  isEager = false;
  private readonly words: Int32Array;
  private readonly live: LiveRegions;
  private readonly backOff = new BackOff();
  private requests: Request[] = [];
  /** By offset in RAM: places at which there is nothing to translate. */
  private readonly hopeless = new Set<number>();
  private readonly extensions = new WeakMap<LiveRegion, number>();
  private sinceCounting = 0;
  private credit = FIRST_CREDIT;
  private made = 0;
  private instructions = 0;
  private modules = 0;
  private dropped = 0;

  constructor(
    private readonly memory: WebAssembly.Memory,
    table: WebAssembly.Table,
    private readonly ram: PhysicalMemory,
    private readonly decoded: DecodedCode,
  ) {
    this.words = new Int32Array(memory.buffer);
    this.live = new LiveRegions(this.words, table, decoded);
  }

  get statistics(): TranslatorStatistics {
    const { made, instructions, modules, dropped } = this;
    return { regions: this.live.size, made, instructions, modules, dropped };
  }

  /** The interpreter has come to a decoded entry, at the pc of the hart, very often. */
  hot(state: HartState, entry: number): void {
    const ramOffset = this.decoded.ramOffsetInPages(entry);
    if (ramOffset === undefined || this.hopeless.has(ramOffset) || this.live.regionAt(entry)) return;
    if (this.backOff.holds(ramOffset >>> 12) || (this.credit <= 0 && !this.isEager)) return;
    const isWaiting = this.requests.some((request) => request.ramOffset === ramOffset);
    if (!isWaiting) this.requests.push(this.request(state, entry, ramOffset));
    // What comes a second time waits no longer for others.
    if (isWaiting || this.isEager || this.requests.length >= BATCH) this.compile(state);
  }

  /**
   * Instructions have been executed, in the interpreter or in regions. What is not jumped to often within some time is not hot: the
   * places at which runs happen to begin would all become so.
   */
  executed(instructions: number): void {
    this.credit = Math.min(MOST_CREDIT, this.credit + instructions / COST);
    this.sinceCounting += instructions;
    if (this.sinceCounting < COUNTING_TIME) return;
    this.sinceCounting = 0;
    this.words.fill(
      0,
      TranslationLayout.counters >> 2,
      (TranslationLayout.counters + TranslationLayout.countersSize) >> 2,
    );
  }

  /** Bytes of RAM have been written to, or what the interpreter has to see there has changed. */
  invalidate(ramOffset: number, length: number, isWritten: boolean): void {
    this.hopeless.clear();
    for (const live of this.live.madeFrom(ramOffset, length)) {
      this.live.drop(live);
      this.dropped += 1;
      if (isWritten) this.backOff.written(ramOffset >>> 12);
    }
  }

  /** All decoded pages are about to be given back, or translation is turned off. */
  dropAll(): void {
    this.requests = [];
    this.hopeless.clear();
    this.live.dropAll();
  }

  private request(state: HartState, entry: number, ramOffset: number): Request {
    const [low, high] = [state.pcLow, state.pcHigh];
    const isLeft = state.get(HartLayout.leftFor) === low && state.get(HartLayout.leftFor + 4) === high;
    const from = isLeft ? this.live.at(state.get(HartLayout.leftRegion)) : undefined;
    return { low, high, context: state.get(HartLayout.fetchContext), ramOffset, entry, from };
  }

  private compile(state: HartState): void {
    const requests = this.requests.filter(({ context }) => context === state.get(HartLayout.fetchContext));
    this.requests = [];
    const plans = this.plan(state, requests);
    if (plans.length === 0) return;
    if (plans.length > this.live.freeSlots) this.live.dropAll();
    for (const { replaced } of plans) if (replaced) this.live.drop(replaced);
    const batch = plans.map(
      ({ region, structure }): RegionToCompile => ({ region, structure, links: this.live.reserve() }),
    );
    const functions = compileBatch(batch, this.memory);
    for (const [index, { region, structure, links }] of batch.entries()) {
      const plan = plans[index];
      if (!plan) continue;
      const live = this.live.add(links, region, plan.origin, structure.longest, functions[index]);
      if (plan.replaced) this.extensions.set(live, (this.extensions.get(plan.replaced) ?? 0) + 1);
      this.made += 1;
      this.instructions += sizeOfRegion(region);
      this.credit -= sizeOfRegion(region);
    }
    this.modules += 1;
  }

  private plan(state: HartState, requests: readonly Request[]): Plan[] {
    const plans: Plan[] = [];
    const done = new Set<number>();
    for (const request of requests) {
      if (done.has(request.ramOffset) || this.live.regionAt(request.entry)) continue;
      const plan = this.extend(state, request, requests, plans) ?? this.begin(state, request);
      if (!plan) {
        this.hopeless.add(request.ramOffset);
        continue;
      }
      for (const offset of plan.region.entries) done.add(ramOffsetOf(plan.region, offset));
      plans.push(plan);
    }
    return plans;
  }

  /** A region of its own. */
  private begin(state: HartState, { low, high }: Request): Plan | undefined {
    const origin = { low: low & -FRAME, high };
    return this.planAt(state, origin, [low & (FRAME - 1)], undefined);
  }

  /** The region that was left, or that has the place in its middle, made anew with all places that were requested for it. */
  private extend(
    state: HartState,
    request: Request,
    requests: readonly Request[],
    plans: readonly Plan[],
  ): Plan | undefined {
    const old = request.from ?? this.live.madeFrom(request.ramOffset, 2)[0];
    if (!old || this.live.at(old.links.slot) !== old || plans.some(({ replaced }) => replaced === old)) return;
    if ((this.extensions.get(old) ?? 0) >= MOST_EXTENSIONS) return undefined;
    const origin = { low: old.originLow, high: old.originHigh };
    const offsets = requests
      .filter(({ from }) => from === old)
      .map(({ low, high }) => ({ offset: (low - origin.low) | 0, high }))
      .filter(({ offset, high }) => high === origin.high && Math.abs(offset) < OFFSET_LIMIT)
      .map(({ offset }) => offset);
    const first = (request.low - origin.low) | 0;
    if (request.high !== origin.high || Math.abs(first) >= OFFSET_LIMIT) return undefined;
    const plan = this.planAt(state, origin, [...new Set([first, ...offsets, ...old.region.entries])], old);
    const keepsEntries = plan && old.region.entries.every((entry) => plan.region.entries.includes(entry));
    return keepsEntries ? plan : undefined;
  }

  private planAt(
    state: HartState,
    origin: Plan['origin'],
    entries: readonly number[],
    replaced: LiveRegion | undefined,
  ): Plan | undefined {
    const isStop = (ramOffset: number): boolean => this.decoded.isMarked(ramOffset);
    const source = new CodeSource(state, this.ram, this.decoded, origin.low, origin.high, isStop);
    const region = discoverRegion(source, entries, limits);
    return region && { region, structure: structureRegion(region), origin, replaced };
  }
}

function ramOffsetOf({ pages }: Region, offset: number): number {
  const page = pages.get(offset & -FRAME);
  return (page?.ramPage ?? 0) * FRAME + (offset & (FRAME - 1));
}
