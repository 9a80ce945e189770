import type { Hart } from '../core/index';
import type { CpuState } from '../hypervisor/cpu';
import type { ArrivalExpectation, Expectations, NeverExpectation, Place } from './guest-test';
import { judgeMemory, judgeState } from './judge-state';
import { isAt, type LocatedPlace, locatedPlace, stopAtPlaces } from './located-place';
import type { Failure } from './result';
import type { TestedGuest } from './tested-guest';
import { ordinal, times } from './words';

/** A place that is watched, until what is expected there is decided. */
interface Watched extends LocatedPlace {
  readonly expectation: ArrivalExpectation | NeverExpectation;
  arrivals: number;
}

/** What came of an arrival: `stop`, where no hart was to come. */
export interface Arrived {
  readonly failures: readonly Failure[];
  readonly stop: boolean;
}

/** The places at which something is expected, and what comes to them. */
export class PlaceWatch {
  private readonly watched: Watched[];
  /** The last instruction at which an arrival was judged: an instruction is arrived at once. */
  private judged: { readonly cpu: CpuState; readonly pc: bigint; readonly retired: number } | undefined;

  /** @throws RangeError where a place is none of the program's */
  constructor(
    private readonly guest: TestedGuest,
    { arrivals, never }: Expectations,
  ) {
    this.watched = [...arrivals, ...never].map((expectation) => {
      const located = locatedPlace(guest, expectation.place);
      if (typeof located === 'string') throw new RangeError(located);
      return { expectation, ...located, arrivals: 0 };
    });
    this.install();
  }

  /** A hart stands at a breakpoint, before the instruction there. @param instructions that have been executed */
  arrive(hart: Hart, instructions: number): Arrived {
    const cpu = this.guest.system.cpuOn(hart);
    if (!cpu || this.isJudged(cpu)) return { failures: [], stop: false };
    const here = this.watched.filter((watched) => isAt(watched, cpu));
    const failures: Failure[] = [];
    let stop = false;
    for (const watched of here) {
      const { expectation } = watched;
      watched.arrivals += 1;
      if (!('arrival' in expectation)) {
        failures.push(this.forbidden(expectation, cpu, instructions));
        stop = true;
        continue;
      }
      const isMeant = expectation.arrival === 'every' || expectation.arrival === watched.arrivals;
      if (!isMeant) continue;
      const found = this.judge(expectation, watched.arrivals, cpu, instructions);
      failures.push(...found.map((failure) => ({ ...failure, arrival: watched.arrivals })));
      // Of what is expected each time, the first time that it does not hold is told.
      if (expectation.arrival !== 'every' || found.length > 0) this.forget(watched);
    }
    return { failures, stop };
  }

  /** At the end: the places to which nobody came, or not often enough. */
  missing(): Failure[] {
    return this.watched.flatMap(({ expectation, arrivals }) => {
      if (!('arrival' in expectation) || (expectation.arrival === 'every' && arrivals > 0)) return [];
      const { place, arrival, range } = expectation;
      const came = arrivals === 0 ? 'it never came there' : `it came there ${times(arrivals, 'time')} only`;
      const nth = arrival === 'every' || arrival === 1 ? '' : ` for the ${ordinal(arrival)} time`;
      return [
        { range, message: `expected that it comes to ${place.text}${nth}: ${came}`, details: [], place: undefined },
      ];
    });
  }

  private isJudged(cpu: CpuState): boolean {
    const { pc, retired } = cpu;
    if (this.judged?.cpu === cpu && this.judged.pc === pc && this.judged.retired === retired) return true;
    this.judged = { cpu, pc, retired };
    return false;
  }

  private judge(
    { place, arrival, state, memory, within }: ArrivalExpectation,
    arrivals: number,
    cpu: CpuState,
    instructions: number,
  ): Failure[] {
    const nth = arrival === 1 ? '' : `, the ${ordinal(arrivals)} time`;
    const where = `at ${this.inWords(place, cpu)}${nth}`;
    const standing = { guest: this.guest, cpu, where };
    const found = [
      ...state.map((each) => judgeState(each, standing)),
      ...memory.map((each) => judgeMemory(each, standing)),
    ].filter((failure) => failure !== undefined);
    if (within === undefined || instructions < within.instructions) return found;
    const message = `expected that it comes to ${place.text} within ${times(within.instructions, 'instruction')}: it came after ${instructions}`;
    return [...found, { range: within.range, message, details: [], place: this.guest.lineOf(cpu.pc) }];
  }

  private forbidden({ place, range }: NeverExpectation, cpu: CpuState, instructions: number): Failure {
    const message = `expected that it never comes to ${place.text}: it came after ${times(instructions, 'instruction')}, at ${this.inWords(place, cpu)}`;
    return { range, message, details: [], place: this.guest.lineOf(cpu.pc) };
  }

  private inWords(place: Place, cpu: CpuState): string {
    if (!('label' in place)) return place.text;
    const line = this.guest.lineOf(cpu.pc);
    return line ? `${place.text} (${line.file}:${line.line + 1})` : place.text;
  }

  private forget(watched: Watched): void {
    this.watched.splice(this.watched.indexOf(watched), 1);
    this.install();
  }

  private install(): void {
    stopAtPlaces(this.guest, this.watched);
  }
}
