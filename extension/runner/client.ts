import type { Job, News, Order, Told } from './protocol';

/** A runner that has been started. */
export interface RunnerProcess {
  send(order: Order): void;
  /** Ends it, whatever it does. */
  kill(): void;
  onMessage(receive: (message: Told) => void): void;
  /** It is gone: why, in words. */
  onExit(ended: (why: string) => void): void;
}

/** How long the client waits for its runner, in milliseconds. */
export interface Patience {
  /** Without a sign of life while it has a job. */
  readonly silence: number;
  /** For the end of a job that was cancelled. */
  readonly cancelling: number;
  /** Before a runner that has nothing to do is ended. */
  readonly idle: number;
}

const PATIENCE: Patience = { silence: 60_000, cancelling: 1000, idle: 60_000 };

/** Who follows a job. */
export interface JobFollower {
  tell(news: News): void;
  /** Has the job ended before its time. */
  onCancel(cancel: () => void): void;
}

interface RunningJob {
  readonly follower: JobFollower;
  /** @param problem why the job has failed as a whole */
  readonly finish: (problem: string | undefined) => void;
}

/** Has a runner do jobs: starts it when there is something to do, ends it when there is nothing, or when it hangs. */
export class RunnerClient {
  private process: RunnerProcess | undefined;
  private readonly jobs = new Map<number, RunningJob>();
  private lastId = 0;
  private silence: ReturnType<typeof setTimeout> | undefined;
  private idle: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly start: () => RunnerProcess,
    private readonly readFile: (path: string) => Promise<Uint8Array | undefined>,
    private readonly patience = PATIENCE,
  ) {}

  /** @returns once the job is over: why it has failed as a whole, or nothing */
  run(job: Job, follower: JobFollower): Promise<string | undefined> {
    return new Promise((resolve) => {
      const id = ++this.lastId;
      const running = this.running();
      this.jobs.set(id, { follower, finish: resolve });
      running.send({ kind: 'begin', id, job });
      follower.onCancel(() => this.cancel(id));
      this.listen();
    });
  }

  dispose(): void {
    this.end('the runner was ended');
  }

  private running(): RunnerProcess {
    clearTimeout(this.idle);
    if (this.process) return this.process;
    const process = this.start();
    this.process = process;
    process.onMessage((message) => {
      if (this.process === process) this.receive(message, process);
    });
    process.onExit((why) => {
      if (this.process === process) this.end(why);
    });
    return process;
  }

  private receive(message: Told, process: RunnerProcess): void {
    this.listen();
    switch (message.kind) {
      case 'news':
        this.jobs.get(message.id)?.follower.tell(message.news);
        break;
      case 'done':
        this.finish(message.id, message.problem);
        break;
      case 'read':
        void this.readFile(message.path).then((bytes) =>
          process.send({ kind: 'file', request: message.request, bytes }),
        );
        break;
      case 'alive':
        break;
    }
  }

  private cancel(id: number): void {
    if (!this.jobs.has(id)) return;
    this.process?.send({ kind: 'cancel', id });
    setTimeout(() => {
      // It is in the midst of something long: with it go the jobs that wait behind it.
      if (this.jobs.has(id)) this.end('the runner was ended, since it did not hear that its job was cancelled');
    }, this.patience.cancelling);
  }

  /** Waits for the next sign of life. */
  private listen(): void {
    clearTimeout(this.silence);
    if (this.jobs.size === 0) return;
    const seconds = Math.round(this.patience.silence / 1000);
    this.silence = setTimeout(
      () => this.end(`the runner gave no sign of life for ${seconds} seconds, and was ended`),
      this.patience.silence,
    );
  }

  private finish(id: number, problem: string | undefined): void {
    this.jobs.get(id)?.finish(problem);
    this.jobs.delete(id);
    if (this.jobs.size > 0) return;
    clearTimeout(this.silence);
    clearTimeout(this.idle);
    this.idle = setTimeout(() => this.end('the runner had nothing to do'), this.patience.idle);
  }

  /** Ends the runner; the next job starts another. */
  private end(why: string): void {
    clearTimeout(this.silence);
    clearTimeout(this.idle);
    const { process } = this;
    this.process = undefined;
    process?.kill();
    for (const { finish } of this.jobs.values()) finish(why);
    this.jobs.clear();
  }
}
