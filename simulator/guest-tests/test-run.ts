import type { System, SystemConfiguration, Virtualization } from '../system/system';
import { ConsoleScript } from './console-script';
import { unknownName } from './expression-names';
import { GuestRun } from './guest-run';
import type { GuestTest, TypedText } from './guest-test';
import { type FindPattern, judgeConsole } from './judge-console';
import { judgeBound, judgeExit, judgeExits, type RunEnd } from './judge-end';
import { judgeMemory, judgeState } from './judge-state';
import { PlaceWatch } from './place-watch';
import type { Failure, TestOutcome, TestResult } from './result';
import { type BuiltProgram, TestedGuest } from './tested-guest';
import { quoted } from './words';

/** More arrivals at places than are looked at in one test. */
const MOST_ARRIVALS = 200_000;

/** How a test is run. */
export interface RunOptions {
  readonly engine: Virtualization;
  readonly find: FindPattern;
  /** Makes the machine of the test. @throws ConfigurationError */
  readonly makeSystem: (console: SystemConfiguration['console']) => System;
}

/** A test that runs on one engine: slice by slice, so that who runs it can look at other things in between. Nothing of it depends on how. */
export class TestRun {
  private readonly script: ConsoleScript<TypedText>;
  private readonly guest: TestedGuest;
  private readonly guestRun: GuestRun;
  private readonly failures: Failure[] = [];
  private watch: PlaceWatch | undefined;
  private arrivals = 0;

  /** @throws ConfigurationError */
  constructor(
    private readonly test: GuestTest,
    built: BuiltProgram,
    private readonly options: RunOptions,
  ) {
    this.script = new ConsoleScript(test.input);
    this.guest = new TestedGuest(options.makeSystem(this.script.print), built);
    this.guestRun = new GuestRun(this.guest, this.script, test.limit);
  }

  /** Runs on for a while. @returns what came of the test, once that is known */
  step(): TestResult | undefined {
    if (!this.watch) {
      const unknown = this.unknown();
      if (unknown.length > 0) return this.resultOf('not-tried', unknown);
      this.watch = new PlaceWatch(this.guest, this.test.expectations);
    }
    const end = this.run(this.watch);
    return end && this.judged(end, this.watch);
  }

  private run(watch: PlaceWatch): RunEnd | undefined {
    const passed = this.guestRun.next();
    if (passed?.reason === 'guest-trap') return undefined;
    if (passed?.reason !== 'breakpoint') return passed;
    this.arrivals += 1;
    if (this.arrivals > MOST_ARRIVALS)
      return { reason: 'too-much', what: `it comes to the places of the test more than ${MOST_ARRIVALS} times` };
    const arrived = watch.arrive(passed.hart, this.guest.system.machine.clock.retired);
    this.failures.push(...arrived.failures);
    return arrived.stop ? { reason: 'forbidden-place' } : undefined;
  }

  /** What the test means and the program, or a guest of this engine, does not have. */
  private unknown(): Failure[] {
    const { guest } = this;
    const { arrivals, never, state, memory } = this.test.expectations;
    const environment = guest.environmentOf(guest.firstCpu);
    const failure = (range: Failure['range'], message: string): Failure => ({
      range,
      message,
      details: [],
      place: undefined,
    });
    const places = [...arrivals, ...never].flatMap(({ place, range }) => {
      const found = guest.addressesOf(place);
      return typeof found === 'string' ? [failure(range, `${place.text}: ${found}`)] : [];
    });
    const ofState = [...state, ...arrivals.flatMap((each) => each.state)].map(({ expression, range }) => ({
      expression,
      range,
    }));
    const ofMemory = [...memory, ...arrivals.flatMap((each) => each.memory)].map(({ address, range }) => ({
      expression: address,
      range,
    }));
    const names = [...ofState, ...ofMemory].flatMap(({ expression, range }) => {
      const name = unknownName(expression, environment);
      return name === undefined
        ? []
        : [failure(range, `nothing is called '${name}': no register, CSR or symbol of the guest`)];
    });
    return [...places, ...names];
  }

  private judged(end: RunEnd, watch: PlaceWatch): TestResult {
    const { guest, failures, script } = this;
    const { expectations } = this.test;
    const { system, firstCpu: cpu } = guest;
    if (end.reason === 'forbidden-place') return this.resultOf('failed', failures);
    const where = guest.describe(cpu.pc);
    const exit = judgeExit(expectations.exit, end, where);
    const standing = { guest, cpu, where: 'at the end' };
    const untyped = script.untyped.map(
      ({ text, after = '', range: at }): Failure => ({
        range: at,
        message: `${quoted(text)} was never typed: the guest did not print ${quoted(after)}`,
        details: [],
        place: undefined,
      }),
    );
    const { instructions, time } = expectations;
    const found: (Failure | undefined)[] = [
      exit,
      ...failures,
      ...watch.missing(),
      ...expectations.console.map((each) => judgeConsole(each, script.text, this.options.find)),
      ...untyped,
      ...expectations.state.map((each) => judgeState(each, standing)),
      ...expectations.memory.map((each) => judgeMemory(each, standing)),
      ...(this.options.engine === 'none' ? [] : judgeExits(expectations, this.exitCounts)),
      instructions && judgeBound(instructions, 'instructions', BigInt(system.machine.clock.retired)),
      time && judgeBound(time, 'time', BigInt(Math.round(this.nanoseconds)), ' ns'),
    ];
    const all = found.filter((failure) => failure !== undefined);
    const isLimit = exit !== undefined && (end.reason === 'limit' || end.reason === 'too-much');
    return this.resultOf(all.length === 0 ? 'passed' : isLimit ? 'limit' : 'failed', all);
  }

  private get exitCounts(): ReadonlyMap<string, number> {
    return new Map((this.guest.system.vm?.ledger.counts() ?? []).map(({ reason, count }) => [reason, count]));
  }

  private get nanoseconds(): number {
    return this.guest.system.guest.clock.now();
  }

  private resultOf(outcome: TestOutcome, failures: readonly Failure[]): TestResult {
    const { name, range } = this.test;
    return {
      ...{ name, range, outcome, failures },
      engine: this.options.engine,
      instructions: this.guest.system.machine.clock.retired,
      nanoseconds: this.nanoseconds,
      console: this.script.text,
    };
  }
}
