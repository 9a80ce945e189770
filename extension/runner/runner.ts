import { imageLimit, type ReadFile, sourceLimit } from '../../simulator/assembler/source/read-file';
import type { TestHost } from '../../simulator/guest-tests/index';
import { buildGiven } from '../../simulator/project/build';
import { findProjectOf, type GivenProgram } from '../../simulator/project/index';
import { compareJob } from './compare-job';
import type { JobSurroundings } from './job';
import { checkLabJob, labLaunchJob, readLabsJob } from './lab-jobs';
import type { Job, Order, Told } from './protocol';
import { runTestJob } from './test-job';

/** What the runner needs of where it runs. */
export interface RunnerPlace
  extends Pick<TestHost, 'readFile' | 'openDisk' | 'find' | 'now'>,
    Pick<JobSurroundings, 'confined'> {
  /** Calls back as soon as messages that have arrived meanwhile are handled. */
  yieldTo(next: () => void): void;
  send(message: Told): void;
}

/** Milliseconds between two signs of life. */
const BEAT = 1000;

function perform(job: Job, surroundings: JobSurroundings): Promise<void> {
  switch (job.kind) {
    case 'tests':
      return runTestJob(job, surroundings);
    case 'labs':
      return readLabsJob(job, surroundings);
    case 'lab-check':
      return checkLabJob(job, surroundings);
    case 'lab-launch':
      return labLaunchJob(job, surroundings);
    case 'compare':
      return compareJob(job, surroundings);
  }
}

/** Does one job after the other. Whatever goes wrong with one is told, and the next begins. */
export class Runner {
  private readonly waiting: { readonly id: number; readonly job: Job }[] = [];
  private readonly cancelled = new Set<number>();
  private isBusy = false;
  private lastBeat = 0;

  constructor(private readonly place: RunnerPlace) {}

  /** An order of the extension. */
  take(order: Exclude<Order, { kind: 'file' }>): void {
    if (order.kind === 'cancel') this.cancel(order.id);
    else {
      this.waiting.push(order);
      if (!this.isBusy) void this.work();
    }
  }

  /** One that waits behind another is over at once; the one that is under way looks when it comes to it. */
  private cancel(id: number): void {
    const waits = this.waiting.findIndex((each) => each.id === id);
    if (waits < 0) {
      this.cancelled.add(id);
      return;
    }
    this.waiting.splice(waits, 1);
    this.place.send({ kind: 'done', id });
  }

  private async work(): Promise<void> {
    this.isBusy = true;
    for (let next = this.waiting.shift(); next; next = this.waiting.shift()) await this.do(next);
    this.isBusy = false;
  }

  private async do({ id, job }: { readonly id: number; readonly job: Job }): Promise<void> {
    const { place } = this;
    const isCancelled = (): boolean => this.cancelled.has(id);
    try {
      await perform(job, {
        host: this.host(),
        confined: place.confined,
        isCancelled,
        tell: (news) => place.send({ kind: 'news', id, news }),
      });
      place.send({ kind: 'done', id });
    } catch (error) {
      place.send({ kind: 'done', id, problem: error instanceof Error ? error.message : String(error) });
    }
    this.cancelled.delete(id);
  }

  private host(): TestHost {
    const { place } = this;
    return {
      readFile: (path, limit) => place.readFile(path, limit),
      openDisk: (path) => place.openDisk(path),
      find: place.find,
      now: () => place.now(),
      build: (given) => build(given, place),
      giveWay: () =>
        new Promise((resolve) => {
          this.beat();
          place.yieldTo(resolve);
        }),
    };
  }

  private beat(): void {
    const now = this.place.now();
    if (now - this.lastBeat < BEAT) return;
    this.lastBeat = now;
    this.place.send({ kind: 'alive' });
  }
}

/** Programs that are named may be as large as a machine's memory; what sources name is no larger than sources are. */
async function build(given: GivenProgram, { readFile }: RunnerPlace): ReturnType<TestHost['build']> {
  const named = new Set([...given.program, given.linkerScript]);
  const read: ReadFile = (path) => readFile(path, named.has(path) ? imageLimit : sourceLimit);
  return buildGiven(given, await findProjectOf(given, read), read);
}
