import { component, type StateOf, stateSchema } from '../schema/state/component';
import { count, instant, uint32s } from '../schema/state/fields';
import type { RunState } from './runnable';
import { HISTORY_COLUMNS, historyAt, passHistory, type TimeHistory, wrongColumn } from './time-history';

const measuresSchema = stateSchema(
  'measures',
  2,
  {
    /** When what it does now began, on the machine's clock. */
    since: instant,
    running: instant,
    runnable: instant,
    blocked: instant,
    off: instant,
    /** What handlers have taken of its hart that were not for it. */
    stolen: instant,
    switches: count,
    /** How long it was running in each of the last periods, up to when what it does now began. */
    history: uint32s(HISTORY_COLUMNS),
  },
  ({ since, history }) => {
    const wrong = wrongColumn(history, since);
    return wrong && { path: ['history', wrong.column], problem: `must be ${wrong.most} at the most, its time by then` };
  },
);

/** How a vCPU has spent its time, in nanoseconds of the machine's clock. */
export interface Measures {
  /** It had a hart, its exits and what they cost included. */
  readonly running: number;
  /** It wanted a hart and had none. */
  readonly ready: number;
  /** It waited for something. */
  readonly waiting: number;
  /** The time that it wanted and did not have: ready, and what the VMM did on its hart for others. */
  readonly stolen: number;
  /** How often it came onto a hart. */
  readonly switches: number;
}

/** Keeps account of how a vCPU spends its time. */
export class TimeAccount {
  private readonly kept: StateOf<typeof measuresSchema> = {
    since: 0,
    running: 0,
    runnable: 0,
    blocked: 0,
    off: 0,
    stolen: 0,
    switches: 0,
    history: new Uint32Array(HISTORY_COLUMNS),
  };
  readonly component = component(measuresSchema, this.kept);

  /** Up to now it was in a state. */
  passed(run: RunState, now: number): void {
    const { kept } = this;
    if (now <= kept.since) return;
    kept[run] += now - kept.since;
    passHistory(kept.history, kept.since, now, run === 'running');
    kept.since = now;
  }

  /** What was stolen up to where its state changed last, in nanoseconds. */
  get stolen(): number {
    return this.kept.runnable + this.kept.stolen;
  }

  loaded(): void {
    this.kept.switches++;
  }

  stole(nanoseconds: number): void {
    this.kept.stolen += nanoseconds;
  }

  /** Up to when it has been told what it did: what a handler costs may have come before its time. */
  get told(): number {
    return this.kept.since;
  }

  /** What part of the last periods it was running. @param now not before it was told last */
  history(run: RunState, now: number): TimeHistory {
    const { since, history } = this.kept;
    const columns = history.slice();
    passHistory(columns, since, now, run === 'running');
    return historyAt(columns, now);
  }

  /** As of now. */
  measures(run: RunState, now: number): Measures {
    const { kept } = this;
    const time = (of: RunState): number => kept[of] + (of === run ? Math.max(0, now - kept.since) : 0);
    const ready = time('runnable');
    return {
      running: time('running'),
      ready,
      waiting: time('blocked'),
      stolen: ready + kept.stolen,
      switches: kept.switches,
    };
  }
}

/** Of several vCPUs. */
export function sumOf(all: readonly Measures[]): Measures {
  const sum = (of: (each: Measures) => number): number => all.reduce((total, each) => total + of(each), 0);
  return {
    running: sum(({ running }) => running),
    ready: sum(({ ready }) => ready),
    waiting: sum(({ waiting }) => waiting),
    stolen: sum(({ stolen }) => stolen),
    switches: sum(({ switches }) => switches),
  };
}
